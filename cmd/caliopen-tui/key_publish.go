package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/keyfind"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// publishFlags say where the own key is made known.
type publishFlags struct {
	wkd string
	dns bool
	vks bool
}

func (p *program) keyPublish() *cobra.Command {
	var f publishFlags
	c := p.command("publish [ADDRESS]", cobra.MaximumNArgs(1), func(ctx context.Context, args []string) error {
		need := working
		if f.vks {
			need = sending
		}
		return p.with(need, func(ctx context.Context, a *app, args []string) error { return p.publish(ctx, a, f, args) })(ctx, args)
	})
	c.Flags().StringVar(&f.wkd, "wkd", "", p.t("cli.key.wkd"))
	c.Flags().BoolVar(&f.dns, "dns", false, p.t("cli.key.dns"))
	c.Flags().BoolVar(&f.vks, "keyserver", false, p.t("cli.key.vks"))
	return c
}

// publishObject is what was done, or is to be done by hand, to publish a key.
type publishObject struct {
	Address     string            `json:"address"`
	Fingerprint string            `json:"fingerprint"`
	Files       []string          `json:"files,omitempty"`
	DNS         []string          `json:"dns,omitempty"`
	Status      map[string]string `json:"status,omitempty"`
}

func (p *program) publish(ctx context.Context, a *app, f publishFlags, args []string) error {
	own, err := a.ownAddress(args)
	if err != nil {
		return err
	}
	key := a.ring.Signer(own)
	if key == nil {
		return &conversation.Problem{Code: "cli.key.no_own", Args: named([]any{"Address", own.ID}), Err: conversation.ErrNotFound}
	}
	if f.wkd == "" && !f.dns && !f.vks {
		return usage("cli.key.where")
	}
	o := publishObject{Address: own.ID, Fingerprint: key.Fingerprint()}
	if f.wkd != "" {
		if o.Files, err = writeSite(f.wkd, key.Public(), own.ID); err != nil {
			return err
		}
	}
	if f.dns {
		line, generic, err := keyfind.Record(key.Public(), own.ID)
		if err != nil {
			return err
		}
		o.DNS = []string{line, generic}
	}
	if f.vks {
		if o.Status, err = p.upload(ctx, a, key.Public(), own.ID); err != nil {
			return err
		}
	}
	return p.showPublished(o)
}

// writeSite writes the files of a Web Key Directory, and names them.
func writeSite(dir string, key *openpgp.Key, address string) ([]string, error) {
	sites, err := keyfind.Layout(key, address)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, site := range sites {
		for _, file := range site.Files {
			path := filepath.Join(dir, site.Host, filepath.FromSlash(file.Path))
			if err := writePublic(path, file.Data); err != nil {
				return out, fmt.Errorf("key: %w", err)
			}
			out = append(out, path)
		}
	}
	return out, nil
}

// upload gives the key to the key server, and asks it for the mail by which the
// address is confirmed.
func (p *program) upload(ctx context.Context, a *app, key *openpgp.Key, address string) (map[string]string, error) {
	finder, err := a.finder()
	if err != nil {
		return nil, err
	}
	up, err := finder.Upload(ctx, key, address)
	if err != nil {
		return nil, err
	}
	if up.Status[address] == "published" {
		return up.Status, nil
	}
	status, err := finder.Confirm(ctx, up.Token, address, p.cat.Lang())
	return map[string]string{address: status}, err
}

func (p *program) showPublished(o publishObject) error {
	if p.flags.json {
		return p.object(o)
	}
	for _, path := range o.Files {
		if err := p.line(path); err != nil {
			return err
		}
	}
	if len(o.Files) > 0 {
		p.note(p.t("cli.key.wkd_next", "Domain", conversation.MailAddress(o.Address).Domain()))
	}
	for _, line := range o.DNS {
		if err := p.line(line); err != nil {
			return err
		}
	}
	for address, status := range o.Status {
		if err := p.line(address + ": " + status); err != nil {
			return err
		}
	}
	return nil
}

// writePublic writes a file that a web server is to give to everybody.
func writePublic(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
