package main

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
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
			return p.over(absent(err, args[0]))
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
			return p.over(absent(err, args[0]))
		}
		if p.flags.json {
			return p.object(map[string]string{"id": args[0], "state": string(conversation.StateCancelled), "draft": string(draft)})
		}
		p.note(p.t("cli.outbox.cancelled"))
		return nil
	}))
	return p.group("outbox", list, retry, cancel)
}

// over tells that an entry is past what was wanted of it. Nothing is there to
// be confirmed, so that this is no guard's word to the user.
func (p *program) over(err error) error {
	var own *conversation.Problem
	if !errors.Is(err, conversation.ErrGuard) || !errors.As(err, &own) {
		return err
	}
	args := maps.Clone(own.Args)
	if state, ok := args["State"]; ok {
		args["State"] = p.t("cli.state." + fmt.Sprint(state))
	}
	return &conversation.Problem{Code: own.Code, Args: args}
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
		rows = append(rows, []string{o.ID, p.stands(&entries[i]), p.cat.Date(entries[i].Created, p.now()), to, o.Subject, p.problem(&entries[i])})
	}
	return p.table(rows)
}

// stands says where an entry is: of one that waits for its moment, when that is.
func (p *program) stands(e *conversation.Entry) string {
	waits := e.State == conversation.StateHeld || e.State == conversation.StateQueued
	if waits && e.Draft.At.After(p.now()) {
		return p.t("outbox.scheduled", "Time", p.cat.When(e.Draft.At, p.now()))
	}
	return p.t("cli.state." + string(e.State))
}

// problem says in words what keeps an entry, as far as there are words for it.
func (p *program) problem(e *conversation.Entry) string {
	if p.cat.Has(e.Why.Code) {
		return p.cat.Reason(e.Why)
	}
	return short(safe.Line(e.Error).String())
}
