package main

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/autoconfig"
	"github.com/caliopen/caliopen-tui/conversation"
)

// addFlags are the flags of "account add mail" and "account add mastodon".
type addFlags struct {
	account  accounts.Account
	stdin    bool
	insecure bool
}

func (p *program) addMailCommand() *cobra.Command {
	f := addFlags{account: accounts.Account{Kind: string(conversation.Mail)}}
	a := &f.account
	c := p.command("mail", cobra.NoArgs, func(ctx context.Context, _ []string) error { return p.addMail(ctx, f) })
	c.Flags().StringVar(&a.Address, "address", "", p.t("cli.add.address"))
	c.Flags().StringVar(&a.Name, "name", "", p.t("cli.add.name"))
	c.Flags().StringVar(&a.DisplayName, "display-name", "", p.t("cli.add.display"))
	c.Flags().StringVar(&a.IMAP, "imap", "", p.t("cli.add.imap"))
	c.Flags().StringVar(&a.SMTP, "smtp", "", p.t("cli.add.smtp"))
	c.Flags().StringVar(&a.User, "user", "", p.t("cli.add.user"))
	c.Flags().Var(several{&a.Aliases}, "alias", p.t("cli.add.alias"))
	c.Flags().StringVar(&a.PasswordCommand, "password-command", "", p.t("cli.add.command"))
	c.Flags().BoolVar(&f.stdin, "password-stdin", false, p.t("cli.add.stdin"))
	c.Flags().BoolVar(&a.OAuth, "oauth", false, p.t("cli.add.oauth"))
	p.commonAddFlags(c, &f)
	c.PreRunE = oneOf("password-command", "password-stdin")
	return c
}

func (p *program) addMastodonCommand() *cobra.Command {
	f := addFlags{account: accounts.Account{Kind: string(conversation.Mastodon)}}
	a := &f.account
	c := p.command("mastodon", cobra.NoArgs, func(ctx context.Context, _ []string) error { return p.addMastodon(ctx, f) })
	c.Flags().StringVar(&a.Server, "server", "", p.t("cli.add.server"))
	c.Flags().StringVar(&a.Name, "name", "", p.t("cli.add.name"))
	c.Flags().BoolVar(&f.stdin, "token-stdin", false, p.t("cli.add.token"))
	c.Flags().StringVar(&a.PasswordCommand, "token-command", "", p.t("cli.add.command"))
	p.commonAddFlags(c, &f)
	c.PreRunE = oneOf("token-command", "token-stdin")
	return c
}

func (p *program) commonAddFlags(c *cobra.Command, f *addFlags) {
	c.Flags().StringVar(&f.account.CA, "ca", "", p.t("cli.add.ca"))
	c.Flags().BoolVar(&f.insecure, "insecure-store", false, p.t("cli.add.insecure"))
}

func (p *program) addMail(ctx context.Context, f addFlags) error {
	a := f.account
	address, err := conversation.ParseAddress(a.Address)
	if err != nil || address.Protocol != conversation.Mail {
		return usage("cli.add.need_address")
	}
	if a.Name == "" {
		a.Name = address.ID
	}
	if err := p.lookUp(ctx, &a); err != nil {
		return err
	}
	secret, err := p.newSecret(f, p.t("cli.password", "Address", a.Address))
	if err != nil {
		return err
	}
	return p.addTested(ctx, a, secret, f.insecure)
}

// lookUp finds the servers that were not given.
func (p *program) lookUp(ctx context.Context, a *accounts.Account) error {
	if a.IMAP != "" && a.SMTP != "" {
		return nil
	}
	r, err := autoconfig.New().Find(ctx, a.Address)
	if err != nil {
		return &conversation.Problem{Code: "cli.add.not_found", Args: named([]any{"Address", a.Address, "Detail", err.Error()}), Err: err}
	}
	if a.IMAP == "" {
		a.IMAP = r.IMAP.String()
	}
	if a.SMTP == "" && r.SMTP.Host != "" {
		a.SMTP = r.SMTP.String()
	}
	if a.User == "" {
		a.User = r.User
	}
	switch {
	case r.Foreign:
		// Unsigned DNS named another domain: a password goes there only on the user's word.
		return usage("cli.add.foreign", "IMAP", a.IMAP, "SMTP", a.SMTP)
	case a.SMTP == "":
		return usage("cli.add.no_smtp")
	}
	p.note(p.t("cli.add.found", "IMAP", a.IMAP, "SMTP", a.SMTP, "Source", r.Source))
	return nil
}

func (p *program) addMastodon(ctx context.Context, f addFlags) error {
	a := f.account
	if a.Server == "" {
		return usage("cli.add.need_server")
	}
	if !strings.Contains(a.Server, "://") {
		a.Server = "https://" + a.Server
	}
	u, err := url.Parse(a.Server)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return usage("cli.add.need_server")
	}
	a.Server = "https://" + u.Host
	var secret string
	if a.PasswordCommand == "" {
		if f.stdin {
			secret, err = p.firstLine()
		} else {
			secret, err = p.authorise(ctx, a)
		}
		if err != nil {
			return err
		}
	}
	cfg, err := p.newConfig()
	if err != nil {
		return err
	}
	if err := identify(ctx, &a, given(p.secrets(cfg), a, secret)); err != nil {
		return err
	}
	if a.Name == "" {
		a.Name = a.Address
	}
	return p.addTested(ctx, a, secret, f.insecure)
}

// authorise sends the user to a page of the server, which shows a code.
func (p *program) authorise(ctx context.Context, a accounts.Account) (string, error) {
	page, exchange, err := register(ctx, a)
	if err != nil {
		return "", err
	}
	p.note(p.t("cli.add.open_page"))
	p.note(page)
	code, err := p.prompt(p.t("cli.add.code"))
	if err != nil {
		return "", err
	}
	return exchange(ctx, code)
}

// newSecret reads the secret that the flags point to; "" when a command will
// give it.
func (p *program) newSecret(f addFlags, question string) (string, error) {
	switch {
	case f.account.PasswordCommand != "":
		return "", nil
	case f.stdin:
		return p.firstLine()
	case p.keyboard:
		return p.ask(question)
	}
	return "", usage("cli.add.need_secret")
}

// addTested saves a new account and tells how its server was reached.
func (p *program) addTested(ctx context.Context, a accounts.Account, secret string, insecure bool) error {
	cfg, err := p.newConfig()
	if err != nil {
		return err
	}
	security, err := p.save(ctx, p.secrets(cfg), &a, secret, insecure)
	if err != nil {
		return err
	}
	return p.showSecurity(a, security)
}

// save logs in, keeps the secret and only then writes the account down.
func (p *program) save(ctx context.Context, secrets *accounts.Secrets, a *accounts.Account, secret string, insecure bool) (accounts.Security, error) {
	var none accounts.Security
	if a.CA != "" {
		path, err := filepath.Abs(a.CA)
		if err != nil {
			return none, err
		}
		a.CA = path
	}
	if err := a.Check(); err != nil {
		return none, err
	}
	cfg, err := p.newConfig()
	if err != nil {
		return none, err
	}
	if _, twice := cfg.Account(a.Name); twice {
		return none, usage("cli.add.twice", "Account", a.Name)
	}
	security, err := p.login(ctx, *a, given(secrets, *a, secret))
	if err != nil {
		return none, err
	}
	if a.PasswordCommand == "" {
		if err := secrets.Set(ctx, a, secret, insecure); err != nil {
			return none, err
		}
	}
	return security, accounts.AddAccount(p.places().Config, *a)
}

// given gives a secret just read, or that of the account's command.
func given(secrets *accounts.Secrets, a accounts.Account, secret string) secretFunc {
	return func(ctx context.Context) (string, error) {
		if a.PasswordCommand != "" {
			return secrets.Get(ctx, a)
		}
		return secret, nil
	}
}
