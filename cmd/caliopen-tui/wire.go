package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/join"
	"github.com/caliopen/caliopen-tui/accounts/keyring"
	"github.com/caliopen/caliopen-tui/accounts/mail"
	"github.com/caliopen/caliopen-tui/accounts/mastodon"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/domain"
	"github.com/caliopen/caliopen-tui/privacy/trace"
	"github.com/caliopen/caliopen-tui/storage"
)

// defaultHold is how long the interface lets a message be taken back.
const defaultHold = 10 * time.Second

// need says what a command wants of the profile.
type need int

const (
	reading need = iota // the store
	working             // the store, to change something
	sending             // and later one account's server
	serving             // all accounts, without holding messages back
	living              // the interface: all accounts, messages held for a while
)

// app is an open profile.
type app struct {
	svc     *conversation.Service
	eng     *engine.Engine // nil unless accounts are served
	db      *storage.DB
	ring    *keyring.Keyring
	keys    conversation.Keyring // the same, as the verbs see it
	vault   vault
	domains *domain.Forecaster // nil where no network may be asked
	trials  trials             // of sealed messages that wait for a key
	desk    *join.Desk
	told    func(conversation.Reason) // hears what invitations came to, nil for the interface alone

	measures measurements
	cfg      *accounts.Config
	secrets  *accounts.Secrets
	places   accounts.Places
	log      *slog.Logger
	logFile  io.Closer // nil when nothing is logged
	now      func() time.Time

	mu       sync.RWMutex // guards cfg.Accounts, which the interface may change
	waitLock sync.Mutex   // guards the list of mails that wait for the keys
}

// open opens the profile that the flags name.
func open(ctx context.Context, p *program, need need) (*app, error) {
	a := &app{places: p.places(), log: slog.New(slog.DiscardHandler), now: p.now}
	var err error
	read := p.config
	if need == living {
		read = p.newConfig // the first run makes it
	}
	if a.cfg, err = read(); err != nil {
		return nil, err
	}
	if err := p.adopt(a.cfg); err != nil {
		return nil, err
	}
	if a.places.Data == "" {
		return nil, configFault("config.no_data_home")
	}
	a.secrets = p.secrets(a.cfg)
	a.db, err = storage.Open(ctx, a.places.Data, storage.Options{
		Now: p.now, Random: random, Score: score, Vault: &a.vault, SealAll: a.cfg.SealCache, Free: freeSpace,
	})
	if err != nil {
		return nil, unusable(a.places.Data, err)
	}
	if err := a.openKeys(ctx, p); err != nil {
		return nil, errors.Join(err, a.close())
	}
	if err := a.serve(ctx, p, need); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// serve makes the verbs and, when accounts are to be served, the engine.
func (a *app) serve(ctx context.Context, p *program, need need) error {
	options := conversation.Options{
		Store: a.db, Formats: a.formats(), Accounts: a.own, Clock: p.now, Random: random, Keys: a.ring,
		ReadFile: readFile, FileSize: fileSize, WriteFile: writeFile,
		Lang: p.cat.Lang(), Say: p.cat.Reason, Opened: a.opened, Rejudge: a.rejudge,
		Discreet: a.cfg.DiscreetHeaders, Device: a.device, Waiting: a.lockedIn, Reached: a.reached,
	}
	if need == living {
		options.Hold = a.hold()
		options.Foreign = p.foreignKey
		options.Take = func(ctx context.Context, fingerprint string, passphrase []byte) (conversation.Key, error) {
			return p.takeKey(ctx, a, fingerprint, passphrase)
		}
	}
	if need >= sending {
		var err error
		if a.log, a.logFile, err = openLog(a.places.Log(), p.flags.verbose); err != nil {
			return err
		}
	}
	if need >= serving {
		a.eng = a.newEngine(func(e conversation.Event) { a.svc.Publish(e) })
		options.Engine, options.Fetch = a.eng, a.eng.Fetch
		options.Find = a.find
		if a.domains = a.forecaster(ctx); a.domains != nil {
			options.Domain, options.AskDomain = a.demands, a.domains.Ask
		}
		options.Require = a.eng.RequireTLS
		options.Follow = a.follow
	}
	a.svc = conversation.New(options)
	a.measureAccounts(ctx)
	if a.eng != nil {
		return a.eng.Add(ctx, a.served()...)
	}
	return nil
}

func (a *app) close() error {
	if a.domains != nil {
		a.domains.Close()
	}
	err := a.db.Close()
	if a.logFile != nil {
		err = errors.Join(err, a.logFile.Close())
	}
	if err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// accounts gives the accounts of the configuration as they are now.
func (a *app) accounts() []accounts.Account {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.cfg.Accounts)
}

// setAccounts notes that the interface changed the accounts.
func (a *app) setAccounts(list []accounts.Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cfg.Accounts = list
}

func (a *app) hold() time.Duration {
	if a.cfg.HoldSeconds != nil {
		return time.Duration(*a.cfg.HoldSeconds) * time.Second
	}
	return defaultHold
}

func (a *app) newEngine(publish func(conversation.Event)) *engine.Engine {
	return engine.New(engine.Options{
		Store: a.db, Formats: a.formats(), Keys: a.ring, LockDir: a.places.Locks(), Publish: publish, Now: a.now, Log: a.log,
		Check: a.checker(), Arrived: a.arrived,
		Leaving: func(ctx context.Context, e conversation.Entry) error { return a.svc.Recheck(ctx, e) },
	})
}

// serveOnly makes an engine that serves one account and knows the others.
func (a *app) serveOnly(ctx context.Context, id conversation.AccountID) (*engine.Engine, error) {
	if acc, ok := a.cfg.Account(string(id)); ok {
		if err := readable(acc); err != nil {
			return nil, err // said at once, not after trying for a while
		}
	}
	eng := a.newEngine(func(e conversation.Event) { a.svc.Publish(e) })
	return eng, eng.Add(ctx, a.served(id)...)
}

// served gives the accounts of the configuration to the engine; with only set
// all others are paused, so that they are known and not connected.
func (a *app) served(only ...conversation.AccountID) []engine.Account {
	var list []engine.Account
	for _, acc := range a.accounts() {
		id := conversation.AccountID(acc.Name)
		t, err := dial(acc, a.secretOf(acc), a.log)
		if err != nil {
			a.log.Error("account", "account", acc.Name, "err", err)
			t = broken{err}
		}
		list = append(list, engine.Account{
			Own:       engine.Own{Account: id, Protocol: acc.Protocol(), Addresses: acc.Own(), Name: acc.DisplayName},
			Transport: t,
			Trust:     trustOf(acc),
			Poll:      time.Duration(acc.Poll) * time.Second,
			Paused:    acc.Paused || len(only) > 0 && !slices.Contains(only, id),
		})
	}
	return list
}

// trustOf gives what the user said of an account's provider. Names are compared
// in lower case.
func trustOf(acc accounts.Account) trace.Trust {
	lower := func(names []string) []string {
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = strings.ToLower(n)
		}
		return out
	}
	return trace.Trust{Hosts: lower(acc.TrustedHosts), IDs: lower(acc.TrustedIDs), Strips: acc.TrustedBelow}
}

func (a *app) secretOf(acc accounts.Account) secretFunc {
	return func(ctx context.Context) (string, error) { return a.secrets.Get(ctx, acc) }
}

// own tells the verbs about the own accounts.
func (a *app) own() []conversation.OwnAccount {
	var list []conversation.OwnAccount
	for _, acc := range a.accounts() {
		own := acc.Own()
		if len(own) == 0 {
			continue
		}
		list = append(list, conversation.OwnAccount{
			ID: conversation.AccountID(acc.Name), Protocol: acc.Protocol(), Address: own[0], Aliases: own[1:],
			Name: acc.DisplayName, Paused: acc.Paused, Verified: true, // no transport talks to a server it cannot verify
			Measured: a.measures.of(acc.Name), Enforces: acc.EnforcesTLS,
		})
	}
	return list
}

// forget drops an account from the store, and its messages unless keep says
// otherwise.
func (a *app) forget(ctx context.Context, id conversation.AccountID, keep bool) error {
	return a.db.DropAccount(ctx, id, keep)
}

func (a *app) formats() map[conversation.Protocol]conversation.Format {
	return map[conversation.Protocol]conversation.Format{
		conversation.Mail:     mime.WithKeys(a.ring, a.now),
		conversation.Mastodon: mastodon.NewFormat(),
	}
}

func score(ev privacy.Evidence) (privacy.Facts, privacy.Index) {
	f := privacy.FactsOf(ev)
	return f, privacy.Message(f)
}

// random fills with bytes that nobody can guess; the system's source does not fail.
func random(b []byte) { _, _ = rand.Read(b) }

func storageFeatures() []string { return storage.Features() }

// dial makes the transport of an account; it does not connect.
func dial(a accounts.Account, secret secretFunc, log *slog.Logger) (accounts.Transport, error) {
	if err := readable(a); err != nil {
		return nil, err
	}
	switch a.Protocol() {
	case conversation.Mail:
		return mail.New(mail.Config{
			Own: conversation.MailAddress(a.Address), IMAP: a.IMAP, SMTP: a.SMTP, User: a.Login(),
			Secret: secret, OAuth: a.OAuth, CAFile: a.CA, Log: log,
			Quirks: a.Quirks(), Extent: a.Extent,
		})
	case conversation.Mastodon:
		return mastodon.New(mastodon.Config{
			Account: conversation.AccountID(a.Name), Server: a.Server, Token: secret, CAFile: a.CA, Log: log,
		}), nil
	}
	return nil, a.Check()
}

// probe logs in to an account once.
func probe(ctx context.Context, _ *program, a accounts.Account, secret secretFunc) (accounts.Security, error) {
	t, err := dial(a, secret, slog.New(slog.DiscardHandler))
	if err != nil {
		return accounts.Security{}, err
	}
	s, err := t.Test(ctx)
	if closing := t.Close(); err == nil {
		err = closing
	}
	return s, err
}

// register begins the login to a Mastodon account by code.
func register(ctx context.Context, a accounts.Account) (page string, exchange func(context.Context, string) (string, error), err error) {
	login := mastodon.Login{CAFile: a.CA}
	pending, err := login.Begin(ctx, a.Server)
	if err != nil {
		return "", nil, err
	}
	return pending.URL, func(ctx context.Context, code string) (string, error) {
		token, _, err := login.Finish(ctx, pending, code)
		return token, err
	}, nil
}

// identify asks a Mastodon server whose token it is.
func identify(ctx context.Context, a *accounts.Account, secret secretFunc) error {
	token, err := secret(ctx)
	if err != nil {
		return err
	}
	acct, err := mastodon.Login{CAFile: a.CA}.Verify(ctx, a.Server, token)
	if err != nil {
		return err
	}
	a.Address = conversation.MastodonAddress(acct, "").ID
	return nil
}
