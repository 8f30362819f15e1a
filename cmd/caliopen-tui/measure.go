package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/device"
	"github.com/caliopen/caliopen-tui/privacy/domain"
)

// device looks at the machine that the program runs on.
func (a *app) device() privacy.DeviceInput {
	lock := a.ring.Lock()
	key := "none"
	switch {
	case lock.Keys > 0 && lock.Protected:
		key = "locked"
	case lock.Keys > 0:
		key = "naked"
	}
	s := device.Settings{Key: key, SealedCache: a.cfg.SealCache, LockAfter: unlockFor(a.cfg)}
	return device.Inspect(device.Here(s, a.now(), a.places.Data, filepath.Dir(a.places.Config)))
}

// demands gives what is known of the mail servers of a domain.
func (a *app) demands(name string) conversation.DomainFacts {
	f := a.domains.Facts(name)
	return conversation.DomainFacts{Enforced: f.Enforced, How: f.How, Until: f.Until}
}

// rejudge judges the stored messages of addresses again, after what is known of
// their keys changed. What was signed by a key that nobody knew is read again.
func (a *app) rejudge(ctx context.Context, list []conversation.Address) error {
	known, err := a.readers(ctx)
	if err != nil {
		return err
	}
	for _, address := range list {
		if err := a.prove(ctx, known, address); err != nil {
			return err
		}
	}
	return engine.Rejudger(a.db, a.ring, func(ch engine.Change) {
		a.svc.Publish(conversation.Event{Conversations: ch.Conversations})
	})(ctx, list)
}

// measureEvery is how often the accounts are looked at while they are served.
const measureEvery = time.Minute

// ownKind is the kind under which the store has what the domain of an own
// address does, securityKey the setting that has how its server was reached.
const (
	ownKind     = "own"
	securityKey = "security."
	ownFor      = 24 * time.Hour
)

// measurements are what was found out about the accounts. It is asked for on
// every key, so it is gathered beside and only read then.
type measurements struct {
	mu  sync.RWMutex
	has map[string]privacy.AccountInput
}

func (m *measurements) of(account string) privacy.AccountInput {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.has[account]
}

func (m *measurements) set(account string, in privacy.AccountInput) (changed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.has == nil {
		m.has = map[string]privacy.AccountInput{}
	}
	changed = m.has[account] != in
	m.has[account] = in
	return changed
}

// measureAccounts gathers what is known without asking anybody.
func (a *app) measureAccounts(ctx context.Context) {
	for _, acc := range a.accounts() {
		m := accounts.Measures{Account: acc, Security: a.security(ctx, acc.Name)}
		if own := acc.Own(); len(own) > 0 && acc.Protocol() == conversation.Mail {
			m.Key = "none"
			if _, ok := a.ring.Own(own[0]); ok {
				m.Key = "published" // it goes along with every letter (Autocrypt)
			}
			if data, until, err := a.db.Policy(ctx, own[0].Domain(), ownKind); err == nil && a.now().Before(until) {
				_ = json.Unmarshal(data, &m.Domain) // else nothing is known
			}
		}
		if a.measures.set(acc.Name, accounts.Measure(m)) && a.svc != nil {
			a.svc.Publish(conversation.Event{All: true})
		}
	}
}

// security gives how an account's server was reached last, in this process or
// in one before.
func (a *app) security(ctx context.Context, account string) accounts.Security {
	var s accounts.Security
	text, err := a.db.Setting(ctx, securityKey+account)
	if err == nil && text != "" {
		_ = json.Unmarshal([]byte(text), &s) // else nothing is known
	}
	if a.eng == nil {
		return s
	}
	now := a.eng.Security(conversation.AccountID(account))
	if now == (accounts.Security{}) || now == s {
		return s
	}
	if data, err := json.Marshal(now); err == nil {
		_ = a.db.SetSetting(ctx, securityKey+account, string(data)) // derived; the next connection tries again
	}
	return now
}

// watchAccounts measures the accounts while they are served, and asks once a
// day what their domains do. Those are the user's own: nobody learns from it
// whom he writes to.
func (a *app) watchAccounts(ctx context.Context) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	first := time.NewTimer(3 * time.Second) // the connections are up by then, mostly
	defer first.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-first.C:
			a.measureAccounts(ctx)
			a.askOwnDomains(ctx)
		case <-tick.C:
			a.askOwnDomains(ctx)
		}
		a.measureAccounts(ctx)
	}
}

// askOwnDomains looks up what the domains of the own addresses do, unless that
// is known.
func (a *app) askOwnDomains(ctx context.Context) {
	if a.domains == nil {
		return
	}
	client, err := a.webClient()
	if err != nil {
		return
	}
	look := domain.Lookups{DNS: a.resolver(), HTTP: client, Now: a.now}
	for _, acc := range a.accounts() {
		own := acc.Own()
		if len(own) == 0 || acc.Protocol() != conversation.Mail {
			continue
		}
		name := own[0].Domain()
		if _, until, err := a.db.Policy(ctx, name, ownKind); err != nil || a.now().Before(until) {
			continue
		}
		found := look.LookOwn(ctx, name)
		data, err := json.Marshal(found)
		if err == nil && found != (domain.Own{}) { // nobody answered: asked again soon
			_ = a.db.SavePolicy(ctx, name, ownKind, data, a.now().Add(ownFor))
		}
	}
}
