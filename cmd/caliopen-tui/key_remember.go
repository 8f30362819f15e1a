package main

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// remember puts the passphrase of the own keys into the system's keyring, from
// where key-passphrase = "keyring" takes it. It is tried on the keys first.
func (p *program) remember(ctx context.Context, a *app) error {
	if !p.keyboard || !p.talk {
		return usage("cli.no_keyboard", "What", p.t("cli.key.phrase"))
	}
	phrase, err := p.ask(p.t("cli.key.phrase"))
	if err != nil {
		return err
	}
	return p.keep(ctx, a, phrase)
}

func (p *program) keep(ctx context.Context, a *app, phrase string) error {
	a.ring.Close() // open keys would take any passphrase for theirs
	if lock := a.ring.Lock(); !lock.Protected {
		return usage("cli.key.unprotected")
	}
	if err := a.ring.Unlock(ctx, []byte(phrase)); err != nil {
		return err
	}
	secrets := accounts.Secrets{Keyring: p.keyring}
	account := accounts.Account{Name: phraseName}
	if err := secrets.Set(ctx, &account, phrase, false); err != nil {
		return &conversation.Problem{Code: "cli.key.no_keyring", Err: err}
	}
	p.note(p.t("cli.key.remembered"))
	return nil
}
