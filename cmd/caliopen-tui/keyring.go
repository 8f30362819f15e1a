package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/keyring"
	"github.com/caliopen/caliopen-tui/conversation"
)

// defaultUnlock is how long own keys stay open without use.
const defaultUnlock = 10 * time.Minute

// vault gives the store what the keyring keeps sealed. The store comes first,
// since the keyring reads from it; until then nothing can be opened.
type vault struct {
	ring atomic.Pointer[keyring.Keyring]
}

// Seal closes a value.
func (v *vault) Seal(plain, context []byte) ([]byte, error) {
	if k := v.ring.Load(); k != nil {
		return k.Seal(plain, context)
	}
	return nil, conversation.ErrSealed
}

// Open opens a value.
func (v *vault) Open(sealed, context []byte) ([]byte, error) {
	if k := v.ring.Load(); k != nil {
		return k.Open(sealed, context)
	}
	return nil, conversation.ErrSealed
}

// Unlocked tells whether Open can work now.
func (v *vault) Unlocked() bool {
	k := v.ring.Load()
	return k != nil && k.Unlocked()
}

// Ready tells whether Seal can work.
func (v *vault) Ready() bool {
	k := v.ring.Load()
	return k != nil && k.Ready()
}

// openKeys reads the keyring of the profile. Keys that open without anybody
// being asked are opened.
func (a *app) openKeys(ctx context.Context, p *program) error {
	var err error
	a.ring, err = keyring.New(ctx, keyring.Options{
		Dir: a.places.Keys(), Store: a.db, Own: a.own, Now: p.now, Random: random,
		Passphrase: p.keyPhrase(a.cfg), LockAfter: unlockFor(a.cfg), Locked: a.locked, Link: a.link,
	})
	if err != nil {
		return err
	}
	a.keys, p.keys = a.ring, a.ring
	a.vault.ring.Store(a.ring)
	a.openDesk()
	if a.ring.Lock().Locked && a.cfg.KeyPassphrase != "" {
		if err := a.ring.Unlock(ctx, nil); err != nil {
			p.note(p.said(err)) // it can still be typed
		}
	}
	return nil
}

// unlockFor is how long own keys stay open without use, 0 for ever.
func unlockFor(cfg *accounts.Config) time.Duration {
	if cfg.UnlockMinutes != nil {
		return time.Duration(*cfg.UnlockMinutes) * time.Minute
	}
	return defaultUnlock
}

// phraseName is the name under which the system's keyring has the passphrase of
// the own keys.
const phraseName = "keys"

// keyPhrase gives what tells the passphrase of the own keys without a question
// to the user; nil when the configuration names nothing.
func (p *program) keyPhrase(cfg *accounts.Config) func(context.Context) ([]byte, error) {
	command, byCommand := strings.CutPrefix(cfg.KeyPassphrase, "command:")
	switch {
	case byCommand:
		return func(ctx context.Context) ([]byte, error) {
			text, err := accounts.RunCommand(ctx, command)
			return []byte(text), err
		}
	case cfg.KeyPassphrase == accounts.InKeyring:
		secrets := p.secrets(cfg)
		return func(ctx context.Context) ([]byte, error) {
			text, err := secrets.Get(ctx, accounts.Account{Name: phraseName, Secret: accounts.InKeyring})
			return []byte(text), err
		}
	}
	return nil
}

// locked is told when the keys locked by themselves: what they opened goes.
func (a *app) locked() {
	a.db.DropPrivateIndex()
	if a.svc != nil {
		a.svc.Publish(conversation.Event{All: true})
	}
}

// opened opens what came while the keys were locked and indexes what is sealed,
// the newest first. It goes on in the background for as long as the keys are
// open; a failure is for the log, the next unlocking tries again.
func (a *app) opened(ctx context.Context) {
	if err := a.openWaiting(ctx); err != nil {
		a.log.Error("open sealed messages", "err", err)
	}
	a.resume(ctx)
	if err := a.db.BuildPrivateIndex(ctx); err != nil && !errors.Is(err, conversation.ErrSealed) {
		a.log.Error("index sealed messages", "err", err)
	}
}

// indexPrivate indexes what is sealed before a search, where the keys are open:
// the words of sealed messages stand in no file.
func (a *app) indexPrivate(ctx context.Context) error {
	if !a.ring.Unlocked() {
		return nil
	}
	return a.db.BuildPrivateIndex(ctx)
}

// lockedIn counts what a locked key can open.
func (a *app) lockedIn() int {
	n, err := a.db.Waiting(context.Background())
	if err != nil {
		return 0
	}
	return n
}

// reached tells whether the domain of an address was seen to speak TLS.
func (a *app) reached(to conversation.Address) bool {
	known, err := a.db.Reached(context.Background(), to)
	return err == nil && known
}

// waitingStep is how many sealed messages are read at a time.
const waitingStep = 50

// openWaiting reads the messages again that nobody could open so far.
func (a *app) openWaiting(ctx context.Context) error { return a.openBelow(ctx, 0, 0) }

// openBelow does so with those below a row, so many of them; zero for all.
func (a *app) openBelow(ctx context.Context, before int64, most int) error {
	known, err := a.readers(ctx)
	if err != nil {
		return err
	}
	parsers, keys, step := a.formats(), a.ownKeys(), waitingStep
	if err := a.db.TryWith(ctx, strings.Fields(keys)); err != nil {
		return err
	}
	if most > 0 {
		step = most
	}
	for n := 0; (most == 0 || n < most) && a.ring.Unlocked(); {
		list, err := a.db.Unopened(ctx, step, before)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, w := range list {
			before, n = w.Row, n+1
			a.trials.note(keys, w.Row)
			r, ok := known[w.Account]
			if !ok {
				continue // of an account that is gone, and its keys most likely too
			}
			r.context.Account, r.context.Received = w.Account, w.Received
			parsed := parsers[w.Protocol].Parse(w.Raw, r.context)
			if !parsed.Private {
				if err := a.db.GiveUp(ctx, w.ID, parsed.Message.Evidence.Security.Error); err != nil {
					return err
				}
				continue
			}
			if err := a.reopen(ctx, r, w.ID, &parsed); err != nil {
				return err
			}
		}
	}
	return nil
}

// reopen judges a message that could be opened, learns from it and keeps it.
func (a *app) reopen(ctx context.Context, r reader, id conversation.MessageID, parsed *conversation.Parsed) error {
	// What a message tells of keys is believed only after it was judged, and it
	// is judged again by what it told.
	r.judge.Decide(parsed)
	told, err := a.ring.Learn(ctx, engine.Sights(*parsed))
	if err != nil {
		return err
	}
	r.judge.Decide(parsed)
	ch, err := a.db.Reread(ctx, id, *parsed)
	if err != nil {
		return fmt.Errorf("open %s: %w", id, err)
	}
	a.svc.Publish(conversation.Event{Conversations: ch.Conversations})
	return a.rejudge(ctx, told)
}

// unlock opens the own keys when they are locked: by what the configuration
// says, or by asking.
func (p *program) unlock(ctx context.Context, a *app) error {
	if !a.ring.Lock().Locked {
		return nil
	}
	if !p.keyboard || !p.talk {
		return &conversation.Problem{Code: "cli.key.locked_now", Err: conversation.ErrSealed}
	}
	phrase, err := p.ask(p.t("cli.key.phrase"))
	if err != nil {
		return err
	}
	if err := a.ring.Unlock(ctx, []byte(phrase)); err != nil {
		return err
	}
	a.resume(ctx)
	return a.openWaiting(ctx)
}

// find asks the network for the keys of an address, as the configuration
// allows.
func (a *app) find(ctx context.Context, address conversation.Address) ([]conversation.KeySight, error) {
	f, err := a.finder()
	if err != nil {
		return nil, err
	}
	found, err := f.Find(ctx, address.ID)
	var out []conversation.KeySight
	for _, k := range found {
		out = append(out, conversation.KeySight{
			Address: address, Source: conversation.KeySource(k.Source), Fingerprint: k.Fingerprint, Cert: k.Cert, Date: a.now(),
		})
	}
	return out, err
}

// importKeys takes in keys, or an Autocrypt Setup Message, which its code opens.
func (a *app) importKeys(ctx context.Context, data []byte, phrase func(conversation.Key) ([]byte, error), code func() (string, error)) ([]conversation.Key, error) {
	return a.ring.Import(ctx, data, func(k conversation.Key) ([]byte, error) {
		if k.Fingerprint == "" {
			text, err := code()
			return []byte(text), err
		}
		return phrase(k)
	})
}

// setupMessage makes an Autocrypt Setup Message of the own key of an address,
// and the code that opens it.
func (p *program) setupMessage(ctx context.Context, a *app, own conversation.Address) (message []byte, code string, err error) {
	code, message, err = a.ring.Setup(ctx, own, p.t("cli.key.setup_words"))
	return message, code, err
}

// touched keeps the own keys open while somebody types.
func (a *app) touched(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, pressed := msg.(tea.KeyPressMsg); pressed {
		a.ring.Touch()
	}
	return msg
}
