package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

func (p *program) demoCommand() *cobra.Command {
	var keep string
	c := p.command("demo", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		return p.demo(ctx, keep)
	})
	c.Flags().StringVar(&keep, "keep", "", p.t("cli.demo.keep"))
	return c
}

// demo runs the interface on a profile of its own, with servers and people
// inside the process. Nothing is left behind unless keep names a folder.
func (p *program) demo(ctx context.Context, keep string) error {
	if !p.terminal || !p.keyboard {
		return usage("cli.no_terminal")
	}
	dir, leave, err := demoFolder(keep)
	if err != nil {
		return err
	}
	world, err := demo.Start(p.now, dir)
	if err != nil {
		return errors.Join(err, leave())
	}
	p.flags.config, p.flags.data = filepath.Join(dir, "config.toml"), filepath.Join(dir, "data")
	if err = settle(p.flags.config, world); err == nil {
		err = p.with(living, func(ctx context.Context, a *app, _ []string) error {
			if err := furnish(ctx, a, world); err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			go world.Live(ctx)
			return p.show(ctx, a, screen.To{}, "")
		})(ctx, nil)
	}
	return errors.Join(err, world.Close(), leave())
}

// furnish gives the demo's user his address book, his keys, and the keys of
// others that he compared with them.
func furnish(ctx context.Context, a *app, world *demo.World) error {
	for _, c := range world.Contacts() {
		if _, err := a.svc.SaveContact(ctx, c); err != nil {
			return err
		}
	}
	keys, err := world.OwnKeys()
	if err != nil {
		return err
	}
	for _, data := range keys {
		if _, err := a.ring.Import(ctx, data, nil); err != nil {
			return err
		}
	}
	met, err := world.Met()
	if err != nil {
		return err
	}
	for _, data := range met {
		if err := compared(ctx, a, data); err != nil {
			return err
		}
	}
	return nil
}

// compared takes in a key that the user compared with its holder.
func compared(ctx context.Context, a *app, data []byte) error {
	keys, err := a.ring.Import(ctx, data, nil)
	if err != nil {
		return err
	}
	for _, k := range keys {
		for _, address := range k.Addresses {
			if err := a.ring.Verify(ctx, address, k.Fingerprint, "qr"); err != nil {
				return err
			}
		}
	}
	return nil
}

// demoFolder gives the folder of the demo's profile and what to do with it at
// the end.
func demoFolder(keep string) (dir string, leave func() error, err error) {
	if keep == "" {
		dir, err = os.MkdirTemp("", "caliopen-demo-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(keep, 0o700); err != nil {
		return "", nil, err
	}
	// The servers are new each time; a profile of an earlier demo would hold
	// everything twice.
	if _, err := os.Stat(filepath.Join(keep, "config.toml")); !errors.Is(err, fs.ErrNotExist) {
		return "", nil, usage("cli.demo.exists", "Folder", keep)
	}
	return keep, func() error { return nil }, nil
}

// settle writes the configuration of the demo. Its secrets protect nothing,
// so they stand in it as commands.
func settle(config string, world *demo.World) error {
	for _, a := range world.Accounts {
		acc := accounts.Account{
			Name: a.Name, Kind: string(a.Protocol), Address: a.Address, DisplayName: demo.MyName,
			IMAP: a.IMAP, SMTP: a.SMTP, Server: a.Server, CA: world.CAFile,
			PasswordCommand: "printf %s " + quoteShell(a.Secret),
		}
		if a.Protocol == conversation.Mail {
			acc.Poll = 30
		}
		if err := accounts.AddAccount(config, acc); err != nil {
			return err
		}
	}
	return nil
}

// quoteShell makes one word of the shell (POSIX.1, Shell Command Language, 2.2.2).
func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
