package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/domain"
	"github.com/caliopen/caliopen-tui/privacy/keyfind"
	"github.com/caliopen/caliopen-tui/privacy/resolve"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// lookupPatience bounds one request for a key or a policy.
const lookupPatience = 20 * time.Second

// resolver asks the name servers of the system. Behind a proxy nothing is asked
// of the DNS directly: that would tell the names past it.
func (a *app) resolver() resolve.Resolver {
	if a.cfg.Proxy != "" {
		return nil
	}
	c, err := resolve.LoadConfig("/etc/resolv.conf")
	if err != nil {
		return nil
	}
	return resolve.New(c, a.now)
}

func (a *app) webClient() (*http.Client, error) {
	c, err := keyfind.Client(a.cfg.Proxy, nil)
	if err != nil {
		return nil, configFault("config.proxy", "Value", a.cfg.Proxy)
	}
	c.Timeout = lookupPatience
	return c, nil
}

// finder looks for keys where the configuration allows it.
func (a *app) finder() (*keyfind.Finder, error) {
	client, err := a.webClient()
	if err != nil {
		return nil, err
	}
	f := &keyfind.Finder{HTTP: client, DNS: a.resolver(), Now: a.now, Cache: lookupCache{a}}
	switch {
	case slices.Contains(a.cfg.FindKeys, "none"):
		f.Methods = []keyfind.Method{}
	default:
		for _, m := range a.cfg.FindKeys {
			f.Methods = append(f.Methods, keyfind.Method(m))
		}
	}
	f.Servers = keyfind.Servers{VKS: a.cfg.Keyserver, HKP: a.cfg.Keyserver}
	return f, nil
}

// strangers are the ways of looking for a key that tell somebody of it who has
// nothing to do with the two who write.
func strangers() []keyfind.Method {
	return []keyfind.Method{keyfind.VKS, keyfind.HKP, keyfind.Keybase}
}

// warnOfStrangers says who learns what from looking for the key of an address,
// before anybody is asked.
func (p *program) warnOfStrangers(a *app, address conversation.Address) error {
	f, err := a.finder()
	if err != nil {
		return err
	}
	for _, m := range strangers() {
		if slices.Contains(f.Methods, m) {
			r := f.Reveals(m, address.ID)
			p.note(p.cat.T(r.Code, r.Args))
		}
	}
	return nil
}

// lookupCache remembers in the store what was looked up.
type lookupCache struct{ a *app }

// Lookup tells when an address was looked up by a method.
func (c lookupCache) Lookup(ctx context.Context, address string, m keyfind.Method) (time.Time, bool, error) {
	return c.a.db.Lookup(ctx, conversation.MailAddress(address), string(m))
}

// SaveLookup notes a lookup.
func (c lookupCache) SaveLookup(ctx context.Context, address string, m keyfind.Method, at time.Time, found bool) error {
	return c.a.db.SaveLookup(ctx, conversation.MailAddress(address), string(m), at, found)
}

// checker checks the signatures of fresh mail where the provider says nothing
// of them, nil where nobody may be asked for the keys.
func (a *app) checker() func(ctx context.Context, raw []byte, from string) trace.Local {
	if a.cfg.LocalChecks != nil && !*a.cfg.LocalChecks {
		return nil
	}
	r := a.resolver()
	if r == nil {
		return nil
	}
	return func(ctx context.Context, raw []byte, from string) trace.Local {
		return domain.Verify(ctx, raw, from, r, a.now())
	}
}

// policyMemory keeps in the store what domains demand.
type policyMemory struct{ a *app }

// policyKind is the kind under which the store has the facts of a domain.
const policyKind = "facts"

// Policy gives what was kept of a domain.
func (m policyMemory) Policy(ctx context.Context, name string) ([]byte, error) {
	data, _, err := m.a.db.Policy(ctx, name, policyKind)
	return data, err
}

// SavePolicy keeps what a domain demands.
func (m policyMemory) SavePolicy(ctx context.Context, name string, data []byte, until time.Time) error {
	return m.a.db.SavePolicy(ctx, name, policyKind, data, until)
}

// forecaster learns what the domains demand that are written to; nil where
// nothing may be asked.
func (a *app) forecaster(ctx context.Context) *domain.Forecaster {
	r := a.resolver()
	client, err := a.webClient()
	if r == nil || err != nil || slices.Contains(a.cfg.FindKeys, "none") {
		return nil
	}
	look := domain.Lookups{DNS: r, HTTP: client, Now: a.now}
	return domain.NewForecaster(ctx, domain.ForecastOptions{
		Look: look.Look, Now: a.now, Memory: policyMemory{a},
		Changed: func(string) { a.svc.Publish(conversation.Event{All: true}) },
	})
}
