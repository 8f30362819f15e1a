package main

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/autoconfig"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
)

// setup lets the interface add and remove accounts.
type setup struct {
	p     *program
	a     *app
	leave func()      // ends the interface
	demo  atomic.Bool // the demo is wanted next

	mu       sync.Mutex
	exchange map[string]func(context.Context, string) (string, error) // by server: turns a code into a token
}

var _ ui.Setup = (*setup)(nil)

// Probe looks up the settings of a mail address or of a Mastodon server.
func (s *setup) Probe(ctx context.Context, address string) (ui.Found, error) {
	a, err := conversation.ParseAddress(address)
	if err == nil && a.Protocol == conversation.Mastodon {
		return ui.Found{Kind: conversation.Mastodon, Server: "https://" + a.Domain(), Security: "tls"}, nil
	}
	r, err := autoconfig.New().Find(ctx, address)
	if err != nil {
		return ui.Found{}, err
	}
	f := ui.Found{Kind: conversation.Mail, IMAP: r.IMAP.String(), User: r.User, Source: r.Source, Security: "tls", Foreign: r.Foreign}
	if r.SMTP.Host != "" {
		f.SMTP = r.SMTP.String()
	}
	if r.IMAP.StartTLS || r.SMTP.StartTLS {
		f.Security = "starttls"
	}
	return f, nil
}

// Add tests the login, keeps the secret, writes the account down and serves it.
func (s *setup) Add(ctx context.Context, n ui.NewAccount) error {
	a := accounts.Account{
		Name: n.Address, Kind: string(n.Kind), Address: n.Address, DisplayName: n.Name, IMAP: n.IMAP, SMTP: n.SMTP,
		Server: n.Server, User: n.User, PasswordCommand: n.PasswordCommand, CA: n.CA,
	}
	secret, err := s.secret(ctx, n)
	if err != nil {
		return err
	}
	if n.Kind == conversation.Mastodon {
		if err := identify(ctx, &a, given(s.a.secrets, a, secret)); err != nil {
			return err
		}
		a.Name = a.Address
	}
	if _, err := s.p.save(ctx, s.a.secrets, &a, secret, false); err != nil {
		return err
	}
	s.a.setAccounts(append(s.a.accounts(), a))
	for _, served := range s.a.served() {
		if string(served.Own.Account) == a.Name {
			return s.a.eng.Add(ctx, served)
		}
	}
	return nil
}

func (s *setup) secret(ctx context.Context, n ui.NewAccount) (string, error) {
	switch {
	case n.Code != "":
		s.mu.Lock()
		exchange := s.exchange[n.Server]
		s.mu.Unlock()
		if exchange == nil {
			return "", usage("cli.add.no_page")
		}
		return exchange(ctx, n.Code)
	case n.Token != "":
		return n.Token, nil
	}
	return n.Password, nil
}

// Remove stops serving an account and takes it out of the configuration.
func (s *setup) Remove(ctx context.Context, name string, keepMessages bool) error {
	a, ok := s.a.cfg.Account(name)
	if !ok {
		return missing(name)
	}
	id := conversation.AccountID(a.Name)
	if err := s.a.eng.Remove(ctx, id); err != nil {
		return err
	}
	if err := s.a.forget(ctx, id, keepMessages); err != nil {
		return err
	}
	if err := accounts.RemoveAccount(s.a.places.Config, a.Name); err != nil {
		return err
	}
	cfg, err := accounts.ReadConfig(s.a.places.Config)
	if err != nil {
		return err
	}
	s.a.setAccounts(cfg.Accounts)
	return s.a.secrets.Delete(ctx, a)
}

// AuthorizeURL begins the login of a Mastodon account.
func (s *setup) AuthorizeURL(ctx context.Context, server string) (string, error) {
	page, exchange, err := register(ctx, accounts.Account{Server: server})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exchange == nil {
		s.exchange = map[string]func(context.Context, string) (string, error){}
	}
	s.exchange[server] = exchange
	return page, nil
}

// StartDemo leaves the interface; the demo then starts on a profile of its own,
// so that nothing of it ever gets among the user's messages.
func (s *setup) StartDemo(context.Context) error {
	s.demo.Store(true)
	s.leave()
	return nil
}

// Places gives the folders of the profile.
func (s *setup) Places() (data, config string) { return s.a.places.Data, s.a.places.Config }
