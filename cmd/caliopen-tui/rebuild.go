package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// rebuild derives everything in the database again from the raw messages, each
// read as the account that received it would.
func (a *app) rebuild(ctx context.Context, progress func(done, total int)) error {
	known := map[conversation.AccountID]reader{}
	for _, acc := range a.accounts() {
		r, err := a.reader(ctx, acc)
		if err != nil {
			return err
		}
		known[conversation.AccountID(acc.Name)] = r
	}
	parsers := formats()
	return a.db.Rebuild(ctx, func(id conversation.AccountID, p conversation.Protocol, raw []byte, received time.Time) conversation.Parsed {
		r := known[id]
		r.context.Account, r.context.Received = id, received
		parsed := parsers[p].Parse(raw, r.context)
		r.judge.Decide(&parsed)
		return parsed
	}, progress)
}

// reader knows how an account's messages are read and what its provider's
// servers may be believed.
type reader struct {
	context conversation.ParseContext
	judge   engine.Case
}

func (a *app) reader(ctx context.Context, acc accounts.Account) (reader, error) {
	var (
		r       reader
		learned trace.Learned
	)
	data, err := a.db.Learned(ctx, conversation.AccountID(acc.Name))
	if err != nil {
		return r, fmt.Errorf("rebuild: %w", err)
	}
	if len(data) > 0 {
		_ = json.Unmarshal(data, &learned) // what cannot be read is learned anew by the next sync
	}
	// Every transport demands a verified connection to the own server.
	r.judge = engine.Case{Own: acc.Own(), OwnHop: true}
	r.judge.Trust = learned.Trust().Merge(trace.Trust{Hosts: acc.TrustedHosts, IDs: acc.TrustedIDs})
	for i, own := range acc.Own() {
		r.judge.Trust = r.judge.Trust.Merge(trace.Trust{Domains: []string{own.Domain()}})
		if i == 0 {
			r.context.Own, r.context.Home = own, own.Domain()
		}
	}
	return r, nil
}

// rebuild does the same for the command, with progress on a terminal.
func (p *program) rebuild(ctx context.Context) error {
	return p.with(working, func(ctx context.Context, a *app, _ []string) error {
		return a.rebuild(ctx, func(done, total int) {
			if p.talk && !p.flags.quiet {
				text := p.t("cli.doctor.rebuilding", "Done", p.cat.Number(done), "Total", p.cat.Number(total))
				fmt.Fprint(p.err, "\r\x1b[K", safe.Line(text))
			}
		})
	})(ctx, nil)
}
