package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

type accountObject struct {
	Account  string `json:"account"`
	Protocol string `json:"protocol"`
	Address  string `json:"address,omitempty"`
	IMAP     string `json:"imap,omitempty"`
	SMTP     string `json:"smtp,omitempty"`
	Server   string `json:"server,omitempty"`
	User     string `json:"user,omitempty"`
	Secret   string `json:"secret,omitempty"`
	CA       string `json:"ca,omitempty"`
	Paused   bool   `json:"paused"`
}

func describe(a accounts.Account) accountObject {
	o := accountObject{
		Account: a.Name, Protocol: a.Kind, Address: a.Address, IMAP: a.IMAP, SMTP: a.SMTP,
		Server: a.Server, User: a.User, Secret: a.Secret, CA: a.CA, Paused: a.Paused,
	}
	if a.PasswordCommand != "" {
		o.Secret = "command"
	}
	return o
}

func (p *program) accountCommand() *cobra.Command {
	add := p.group("add", p.addMailCommand(), p.addMastodonCommand())
	list := p.command("list", cobra.NoArgs, p.listAccounts)
	test := p.command("test NAME", cobra.ExactArgs(1), p.testAccount)
	pause := p.command("pause NAME", cobra.ExactArgs(1), p.pauseAccount(true))
	resume := p.command("resume NAME", cobra.ExactArgs(1), p.pauseAccount(false))
	return p.group("account", add, list, test, p.removeCommand(), pause, resume)
}

func (p *program) listAccounts(context.Context, []string) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range cfg.Accounts {
		o := describe(a)
		if p.flags.json {
			if err := p.object(o); err != nil {
				return err
			}
			continue
		}
		state := ""
		if a.Paused {
			state = p.t("cli.account.paused")
		}
		rows = append(rows, []string{o.Account, o.Protocol, o.Address, or(o.IMAP, o.Server), o.Secret, state})
	}
	return p.table(rows)
}

// account finds an account of the configuration.
func (p *program) account(name string) (*accounts.Config, accounts.Account, error) {
	cfg, err := p.config()
	if err != nil {
		return nil, accounts.Account{}, err
	}
	a, ok := cfg.Account(name)
	if !ok {
		return nil, accounts.Account{}, missing(name)
	}
	return cfg, a, nil
}

func (p *program) testAccount(ctx context.Context, args []string) error {
	cfg, a, err := p.account(args[0])
	if err != nil {
		return err
	}
	secrets := p.secrets(cfg)
	s, err := p.login(ctx, a, func(ctx context.Context) (string, error) { return secrets.Get(ctx, a) })
	if err != nil {
		return err
	}
	return p.showSecurity(a, s)
}

type securityOfAccount struct {
	accountObject
	TLS      string `json:"tls,omitempty"`
	Verified bool   `json:"verified"`
	StartTLS bool   `json:"starttls"`
	Auth     string `json:"auth,omitempty"`
	Host     string `json:"host,omitempty"`
}

func (p *program) showSecurity(a accounts.Account, s accounts.Security) error {
	if p.flags.json {
		return p.object(securityOfAccount{describe(a), s.TLS, s.Verified, s.StartTLS, s.Auth, s.Host})
	}
	return p.line(p.t("cli.account.works", "Account", a.Name, "Host", s.Host, "TLS", or(s.TLS, "?"), "Auth", or(s.Auth, "?")))
}

func (p *program) removeCommand() *cobra.Command {
	var keep bool
	c := p.command("remove NAME", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		cfg, a, err := p.account(args[0])
		if err != nil {
			return err
		}
		if err := p.with(working, func(ctx context.Context, app *app, _ []string) error {
			return app.forget(ctx, conversation.AccountID(a.Name), keep)
		})(ctx, nil); err != nil {
			return err
		}
		if err := accounts.RemoveAccount(p.places().Config, a.Name); err != nil {
			return err
		}
		if err := p.secrets(cfg).Delete(ctx, a); err != nil {
			p.note(p.cat.Error(err)) // the account is gone; a secret left behind is said, not failed on
		}
		if p.flags.json {
			return p.object(describe(a))
		}
		p.note(p.t("cli.account.removed", "Account", a.Name))
		return nil
	})
	c.Flags().BoolVar(&keep, "keep-messages", false, p.t("cli.account.keep"))
	return c
}

func (p *program) pauseAccount(paused bool) func(context.Context, []string) error {
	return func(_ context.Context, args []string) error {
		_, a, err := p.account(args[0])
		if err != nil {
			return err
		}
		a.Paused = paused
		if err := accounts.ReplaceAccount(p.places().Config, a); err != nil {
			return err
		}
		if p.flags.json {
			return p.object(describe(a))
		}
		return nil
	}
}

// secrets makes the chain of secrets of the profile.
func (p *program) secrets(cfg *accounts.Config) *accounts.Secrets {
	places := p.places()
	s := &accounts.Secrets{
		Keyring:   p.keyring,
		Encrypted: places.Encrypted(), Clear: places.Clear(),
	}
	switch {
	case cfg.PassphraseCommand != "":
		s.Passphrase = func(ctx context.Context) (string, error) { return accounts.RunCommand(ctx, cfg.PassphraseCommand) }
	case p.keyboard && p.talk:
		s.Passphrase = func(context.Context) (string, error) { return p.ask(p.t("cli.passphrase")) }
	}
	return s
}

// ask asks for something that must not be seen.
func (p *program) ask(question string) (string, error) {
	fmt.Fprint(p.err, question, " ")
	answer, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(p.err)
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	return string(answer), nil
}

// prompt asks for something that may be seen.
func (p *program) prompt(question string) (string, error) {
	if !p.keyboard {
		return "", usage("cli.no_keyboard", "What", question)
	}
	fmt.Fprint(p.err, question, " ")
	return p.firstLine()
}

// firstLine reads a secret or an answer from standard input.
func (p *program) firstLine() (string, error) {
	text, err := bufio.NewReader(io.LimitReader(p.in, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", usage("cli.empty_input")
	}
	return text, nil
}
