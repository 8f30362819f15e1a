package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
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

func (p *program) publish(ctx context.Context, a *app, f publishFlags, args []string) error {
	return errors.ErrUnsupported
}

// writePublic writes a file that a web server is to give to everybody.
func writePublic(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
