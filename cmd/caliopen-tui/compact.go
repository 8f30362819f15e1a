package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/ui/safe"
)

type compactObject struct {
	Before int64 `json:"before"` // bytes of the database
	After  int64 `json:"after"`
}

func (p *program) compactCommand() *cobra.Command {
	return p.command("compact", cobra.NoArgs, p.with(working, func(ctx context.Context, a *app, _ []string) error {
		before, after, err := a.db.Compact(ctx, func(done, total int) {
			if p.talk && !p.flags.quiet {
				fmt.Fprint(p.err, "\r\x1b[K", safe.Line(p.t("keep.compacting", "Done", p.cat.Number(done), "Total", p.cat.Number(total))))
			}
		})
		if p.talk && !p.flags.quiet {
			fmt.Fprint(p.err, "\r\x1b[K")
		}
		if err != nil {
			return err
		}
		if p.flags.json {
			return p.object(compactObject{before, after})
		}
		return p.line(p.t("keep.compacted", "Before", p.cat.Size(before), "After", p.cat.Size(after)))
	}))
}
