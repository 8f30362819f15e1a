package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

func (p *program) outboxCommand() *cobra.Command {
	list := p.command("list", cobra.NoArgs, p.with(reading, func(ctx context.Context, a *app, _ []string) error {
		entries, err := a.svc.Outbox(ctx)
		if err != nil {
			return err
		}
		return p.showEntries(entries)
	}))
	retry := p.command("retry ID", cobra.ExactArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		if err := a.svc.Retry(ctx, conversation.EntryID(args[0])); err != nil {
			return absent(err, args[0])
		}
		e, err := a.svc.OutboxEntry(ctx, conversation.EntryID(args[0]))
		if err != nil {
			return err
		}
		return p.showEntries([]conversation.Entry{e})
	}))
	cancel := p.command("cancel ID", cobra.ExactArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		draft, err := a.svc.Cancel(ctx, conversation.EntryID(args[0]))
		if err != nil {
			return absent(err, args[0])
		}
		if p.flags.json {
			return p.object(map[string]string{"id": args[0], "state": string(conversation.StateCancelled), "draft": string(draft)})
		}
		p.note(p.t("cli.outbox.cancelled"))
		return nil
	}))
	return p.group("outbox", list, retry, cancel)
}

func (p *program) showEntries(entries []conversation.Entry) error {
	var rows [][]string
	for i := range entries {
		o := entry(&entries[i])
		if p.flags.json {
			if err := p.object(o); err != nil {
				return err
			}
			continue
		}
		to := ""
		if len(o.Recipients) > 0 {
			to = o.Recipients[0]
		}
		rows = append(rows, []string{o.ID, p.t("cli.state." + o.State), p.cat.Date(entries[i].Created, p.now()), to, o.Subject, o.Error})
	}
	return p.table(rows)
}
