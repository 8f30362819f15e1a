package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// maxKeyFile bounds a file of keys: they are read whole.
const maxKeyFile = 16 << 20

// phraseFlags say where the passphrase of an own key comes from.
type phraseFlags struct {
	command string
	none    bool
}

func (f *phraseFlags) register(p *program, c *cobra.Command) {
	c.Flags().StringVar(&f.command, "passphrase-command", "", p.t("cli.key.phrase_command"))
	c.Flags().BoolVar(&f.none, "no-passphrase", false, p.t("cli.key.no_phrase"))
	c.MarkFlagsMutuallyExclusive("passphrase-command", "no-passphrase")
}

// fresh gives a new passphrase, asked for twice; nil for none.
func (f *phraseFlags) fresh(ctx context.Context, p *program) ([]byte, error) {
	switch {
	case f.none:
		return nil, nil
	case f.command != "":
		text, err := accounts.RunCommand(ctx, f.command)
		return []byte(text), err
	case !p.keyboard || !p.talk:
		return nil, usage("cli.key.need_phrase")
	}
	first, err := p.ask(p.t("cli.key.new_phrase"))
	if err != nil {
		return nil, err
	}
	again, err := p.ask(p.t("cli.key.again"))
	if err != nil {
		return nil, err
	}
	if first != again {
		return nil, usage("cli.key.differ")
	}
	if first == "" {
		return nil, usage("cli.key.empty_phrase")
	}
	return []byte(first), nil
}

// known gives the passphrase of a key that is there already.
func (f *phraseFlags) known(ctx context.Context, p *program, k conversation.Key) ([]byte, error) {
	switch {
	case f.command != "":
		text, err := accounts.RunCommand(ctx, f.command)
		return []byte(text), err
	case f.none || !p.keyboard || !p.talk:
		return nil, &conversation.Problem{Code: "cli.key.locked_file", Args: named([]any{"Fingerprint", screen.Grouped(k.Fingerprint)}), Err: conversation.ErrSealed}
	}
	text, err := p.ask(p.t("cli.key.phrase_of", "Fingerprint", screen.Grouped(k.Fingerprint)))
	return []byte(text), err
}

func (p *program) keyGenerate() *cobra.Command {
	var f phraseFlags
	c := p.command("generate [ADDRESS]", cobra.MaximumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		own, err := a.ownAddress(args)
		if err != nil {
			return err
		}
		if k, ok := a.keys.Own(own); ok {
			return usage("cli.key.twice", "Address", own.ID, "Fingerprint", screen.Grouped(k.Fingerprint))
		}
		phrase, err := f.fresh(ctx, p)
		if err != nil {
			return err
		}
		k, err := a.keys.Generate(ctx, own, a.nameOf(own), phrase)
		if err != nil {
			return err
		}
		return p.showKey(a, &k)
	}))
	f.register(p, c)
	return c
}

// ownAddress gives the own mail address that is meant: the one named, or the
// only one there is.
func (a *app) ownAddress(args []string) (conversation.Address, error) {
	var own []conversation.Address
	for _, acc := range a.accounts() {
		if acc.Protocol() == conversation.Mail {
			own = append(own, acc.Own()...)
		}
	}
	if len(args) == 0 {
		if len(own) != 1 {
			return conversation.Address{}, usage("cli.key.which_own")
		}
		return own[0], nil
	}
	address, err := mailOf(args[0])
	if err != nil {
		return address, err
	}
	for _, o := range own {
		if o == address {
			return o, nil
		}
	}
	return address, usage("cli.key.not_own", "Address", address.ID)
}

func (a *app) nameOf(own conversation.Address) string {
	for _, o := range a.own() {
		if o.Address == own {
			return o.Name
		}
		for _, alias := range o.Aliases {
			if alias == own {
				return o.Name
			}
		}
	}
	return ""
}

func (p *program) keyImport() *cobra.Command {
	var f phraseFlags
	var gnupg bool
	one := func(c *cobra.Command, args []string) error {
		if gnupg {
			return cobra.MaximumNArgs(1)(c, args)
		}
		return cobra.ExactArgs(1)(c, args)
	}
	c := p.command("import FILE | --gnupg [ADDRESS]", one, p.with(working, func(ctx context.Context, a *app, args []string) error {
		if gnupg {
			return p.importGnuPG(ctx, a, args, &f)
		}
		data, err := p.keyFile(args[0])
		if err != nil {
			return err
		}
		keys, err := a.importKeys(ctx, data, func(k conversation.Key) ([]byte, error) { return f.known(ctx, p, k) }, func() (string, error) {
			return p.prompt(p.t("cli.key.setup_code"))
		})
		if err == nil {
			err = a.taken(ctx, keys)
		}
		for i := range keys {
			if err := p.showKey(a, &keys[i]); err != nil {
				return err
			}
		}
		return err
	}))
	c.Flags().BoolVar(&gnupg, "gnupg", false, p.t("cli.key.gnupg.import"))
	f.register(p, c)
	return c
}

func (p *program) keyFile(name string) ([]byte, error) {
	r := p.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("key: %s: %w", name, err)
	}
	if len(data) > maxKeyFile {
		return nil, usage("cli.key.large", "File", name)
	}
	return data, nil
}

func (p *program) keyExport() *cobra.Command {
	var secret, setup, gnupg bool
	c := p.command("export [WHO]", cobra.MaximumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		fingerprint, err := a.theKey(ctx, args)
		if err != nil {
			return err
		}
		switch {
		case setup:
			return p.exportSetup(ctx, a, fingerprint)
		case gnupg:
			return p.exportGnuPG(ctx, a, fingerprint)
		}
		data, err := a.keys.Export(ctx, fingerprint, secret)
		if err != nil {
			return err
		}
		p.warnNewer(data)
		return p.raw(data)
	}))
	c.Flags().BoolVar(&secret, "secret", false, p.t("cli.key.secret"))
	c.Flags().BoolVar(&setup, "setup-message", false, p.t("cli.key.setup"))
	c.Flags().BoolVar(&gnupg, "gnupg", false, p.t("cli.key.gnupg.export"))
	c.MarkFlagsMutuallyExclusive("secret", "setup-message", "gnupg")
	return c
}

// exportSetup writes an Autocrypt Setup Message. The code that opens it is told
// beside it, never in it.
func (p *program) exportSetup(ctx context.Context, a *app, fingerprint string) error {
	if err := p.unlock(ctx, a); err != nil {
		return err
	}
	k, err := a.keys.Find(ctx, fingerprint)
	if err != nil {
		return err
	}
	if !k.Own || len(k.Addresses) == 0 {
		return usage("cli.key.not_own", "Address", screen.Grouped(fingerprint))
	}
	message, code, err := p.setupMessage(ctx, a, k.Addresses[0])
	if err != nil {
		return err
	}
	fmt.Fprintln(p.err, p.t("cli.key.code", "Code", code))
	return p.raw(message)
}

// theKey gives the fingerprint of the key that is meant: named by fingerprint,
// of a contact or an address, or the own one.
func (a *app) theKey(ctx context.Context, args []string) (string, error) {
	if len(args) == 1 {
		if k, err := a.keys.Find(ctx, fingerprintOf(args[0])); err == nil {
			return k.Fingerprint, nil
		}
		address, err := a.theAddress(ctx, args[0])
		if err != nil {
			return "", err
		}
		if k, ok := a.keys.Own(address); ok {
			return k.Fingerprint, nil
		}
		peer, err := a.svc.PeerKey(ctx, address)
		if err == nil && peer.Fingerprint == "" {
			err = &conversation.Problem{Code: "cli.key.none", Args: named([]any{"Address", address.ID}), Err: conversation.ErrNotFound}
		}
		return peer.Fingerprint, err
	}
	own, err := a.ownAddress(nil)
	if err != nil {
		return "", err
	}
	k, ok := a.keys.Own(own)
	if !ok {
		return "", &conversation.Problem{Code: "cli.key.no_own", Args: named([]any{"Address", own.ID}), Err: conversation.ErrNotFound}
	}
	return k.Fingerprint, nil
}

func (p *program) keyChange() *cobra.Command {
	var phrase phraseFlags
	var days int
	var revoke, passphrase, subkey, yes, remember bool
	c := p.command("change [KEY]", cobra.MaximumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		if remember {
			return p.remember(ctx, a)
		}
		fingerprint, err := a.theKey(ctx, args)
		if err != nil {
			return err
		}
		if err := p.unlock(ctx, a); err != nil {
			return err
		}
		what, value := "extend", strconv.Itoa(days)
		switch {
		case revoke && !yes:
			return usage("cli.key.sure")
		case revoke:
			what, value = "revoke", ""
		case subkey:
			what, value = "subkey", ""
		case passphrase:
			fresh, err := phrase.fresh(ctx, p)
			if err != nil {
				return err
			}
			what, value = "passphrase", string(fresh)
		case days <= 0:
			return usage("cli.key.what")
		}
		if err := a.keys.Change(ctx, fingerprint, what, value); err != nil {
			return err
		}
		k, err := a.keys.Find(ctx, fingerprint)
		return errors.Join(err, p.showKey(a, &k))
	}))
	c.Flags().IntVar(&days, "extend-days", 0, p.t("cli.key.days"))
	c.Flags().BoolVar(&passphrase, "passphrase", false, p.t("cli.key.set_phrase"))
	c.Flags().BoolVar(&remember, "remember", false, p.t("cli.key.remember"))
	c.Flags().BoolVar(&subkey, "new-subkey", false, p.t("cli.key.subkey"))
	c.Flags().BoolVar(&revoke, "revoke", false, p.t("cli.key.revoke"))
	c.Flags().BoolVar(&yes, "yes", false, p.t("cli.key.yes"))
	c.MarkFlagsMutuallyExclusive("extend-days", "passphrase", "new-subkey", "revoke", "remember")
	phrase.register(p, c)
	return c
}
