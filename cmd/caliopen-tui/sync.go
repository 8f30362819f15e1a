package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

type syncObject struct {
	Account string  `json:"account"`
	New     int     `json:"new"`
	Changed int     `json:"changed"`
	Removed int     `json:"removed"`
	Sent    int     `json:"sent"`
	Failed  int     `json:"failed"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
	Paused  bool    `json:"paused,omitempty"`
}

func (p *program) syncCommand() *cobra.Command {
	var watch bool
	c := p.command("sync [NAME…]", cobra.ArbitraryArgs, p.with(serving, func(ctx context.Context, a *app, args []string) error {
		var names []conversation.AccountID
		for _, name := range args {
			account, ok := a.cfg.Account(name)
			if !ok {
				return missing(name)
			}
			names = append(names, conversation.AccountID(account.Name))
		}
		if len(a.cfg.Accounts) == 0 {
			return missing(p.t("cli.no_accounts"))
		}
		a.told = func(r conversation.Reason) { p.note(p.cat.Reason(r)) }
		a.resume(ctx)
		if watch {
			if err := a.only(ctx, names); err != nil {
				return err
			}
			return p.watch(ctx, a)
		}
		stop := p.progress(ctx, a)
		sums := a.eng.SyncOnce(ctx, names)
		stop()
		return p.showSync(a, sums)
	}))
	c.Flags().BoolVar(&watch, "watch", false, p.t("cli.sync.watch"))
	return c
}

// showSync writes a line an account and judges the whole: failed when every
// account failed, partly done when some did.
func (p *program) showSync(a *app, sums []engine.Summary) error {
	var (
		rows   [][]string
		failed []error
	)
	for _, s := range sums {
		o := syncObject{
			Account: string(s.Account), New: s.New, Changed: s.Changed, Removed: s.Removed, Sent: s.Sent,
			Failed: s.Failed, Bytes: s.Bytes, Seconds: s.Elapsed.Round(time.Millisecond).Seconds(),
		}
		text := p.t("cli.sync.line", "New", s.New, "Changed", s.Changed, "Removed", s.Removed, "Sent", s.Sent, "Failed", s.Failed)
		if account, ok := a.cfg.Account(o.Account); ok && account.Paused {
			o.Paused = true
			text = p.t("cli.account.paused")
		}
		if s.Err != nil {
			// An account that another process follows is in good hands.
			if !errors.Is(s.Err, conversation.ErrElsewhere) {
				failed = append(failed, s.Err)
			}
			a.log.Warn("sync failed", "account", s.Account, "err", s.Err)
			o.Error = p.said(s.Err)
			text = o.Error
		}
		if p.flags.json {
			if err := p.object(o); err != nil {
				return err
			}
		}
		rows = append(rows, []string{o.Account, text})
	}
	if !p.flags.json {
		if err := p.table(rows); err != nil {
			return err
		}
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) < len(sums):
		return &conversation.Problem{Code: "cli.sync.partly", Args: named([]any{"Count", len(failed)}), Err: errPartly}
	}
	return &conversation.Problem{Code: "cli.as_is", Args: named([]any{"Text", p.said(failed[0])}), Err: failed[0]}
}

// progress shows how far the pass is, on a terminal only.
func (p *program) progress(ctx context.Context, a *app) (stop func()) {
	if !p.talk || p.flags.quiet {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				fmt.Fprint(p.err, "\r\x1b[K")
				return
			case <-tick.C:
				fmt.Fprint(p.err, "\r\x1b[K", safe.Line(p.bar(a.eng.Statuses())))
			}
		}
	}()
	return func() { cancel(); <-done }
}

func (p *program) bar(statuses []conversation.Status) string {
	done, total, detail := 0, 0, ""
	var left time.Duration
	for _, s := range statuses {
		done, total, left = done+s.Done, total+s.Total, left+s.Left // accounts take turns
		if s.Phase == conversation.PhaseSync {
			detail = string(s.Account)
		}
	}
	if left > 0 {
		return p.t("cli.sync.left", "Account", detail, "Done", p.cat.Number(done), "Total", p.cat.Number(total), "Time", screen.Lasts(p.cat, left))
	}
	return p.t("cli.sync.progress", "Account", detail, "Done", p.cat.Number(done), "Total", p.cat.Number(total))
}
