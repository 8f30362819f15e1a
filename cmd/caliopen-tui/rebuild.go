package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
	"github.com/caliopen/caliopen-tui/storage"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// rebuild derives everything in the database again from the raw messages, each
// read as the account that received it would.
func (a *app) rebuild(ctx context.Context, progress func(done, total int)) error {
	var failed error
	parse, err := a.parser(ctx, &failed)
	if err != nil {
		return err
	}
	return errors.Join(a.db.Rebuild(ctx, parse, progress), failed)
}

// parser reads stored messages again; what it could not find out about an
// account is added to failed.
func (a *app) parser(ctx context.Context, failed *error) (storage.Parser, error) {
	known, err := a.readers(ctx)
	if err != nil {
		return nil, err
	}
	parsers := a.formats()
	return func(id conversation.AccountID, p conversation.Protocol, raw []byte, received time.Time) conversation.Parsed {
		r, ok := known[id]
		if !ok {
			var err error
			r, err = a.former(ctx, id, p)
			*failed = errors.Join(*failed, err)
			known[id] = r
		}
		r.context.Account, r.context.Received = id, received
		parsed := parsers[p].Parse(raw, r.context)
		r.judge.Decide(&parsed)
		return parsed
	}, nil
}

// reader knows how an account's messages are read and what its provider's
// servers may be believed.
type reader struct {
	context conversation.ParseContext
	judge   engine.Case
}

// readers gives the readers of the accounts in the configuration.
func (a *app) readers(ctx context.Context) (map[conversation.AccountID]reader, error) {
	known := map[conversation.AccountID]reader{}
	for _, acc := range a.accounts() {
		id := conversation.AccountID(acc.Name)
		r, err := a.reader(ctx, id, acc.Own(), trustOf(acc))
		if err != nil {
			return nil, err
		}
		known[id] = r
	}
	known[accounts.Archive] = a.archiveReader()
	return known, nil
}

// former gives the reader of an account that was removed while its messages
// were kept. Its addresses still are the user's, its provider is still known.
func (a *app) former(ctx context.Context, id conversation.AccountID, p conversation.Protocol) (reader, error) {
	me, err := a.db.Contact(ctx, conversation.Me)
	if err != nil {
		return reader{}, fmt.Errorf("rebuild: own addresses: %w", err)
	}
	var served, own []conversation.Address
	for _, acc := range a.accounts() {
		served = append(served, acc.Own()...)
	}
	for _, mine := range me.Addresses {
		if mine.Protocol == p && !slices.Contains(served, mine.Address) {
			own = append(own, mine.Address)
		}
	}
	return a.reader(ctx, id, own, trace.Trust{})
}

func (a *app) reader(ctx context.Context, id conversation.AccountID, own []conversation.Address, trust trace.Trust) (reader, error) {
	var (
		r       reader
		learned trace.Learned
	)
	data, err := a.db.Learned(ctx, id)
	if err != nil {
		return r, fmt.Errorf("rebuild: %w", err)
	}
	if len(data) > 0 {
		_ = json.Unmarshal(data, &learned) // what cannot be read is learned anew by the next sync
	}
	// Every transport demands a verified connection to the own server.
	r.judge = engine.Case{Own: own, OwnHop: true, Trust: learned.Trust().Merge(trust), Keys: a.ring}
	for i, address := range own {
		r.judge.Trust = r.judge.Trust.Merge(trace.Trust{Domains: []string{address.Domain()}})
		if i == 0 {
			r.context.Own, r.context.Home = address, address.Domain()
		}
	}
	return r, nil
}

// rebuild does the same for the command, with progress on a terminal. A
// database too damaged for that is put aside.
func (p *program) rebuild(ctx context.Context) error {
	err := p.with(working, func(ctx context.Context, a *app, _ []string) error {
		if err := a.db.Intact(ctx); err != nil {
			return err
		}
		return a.rebuild(ctx, func(done, total int) {
			if p.talk && !p.flags.quiet {
				text := p.t("cli.doctor.rebuilding", "Done", p.cat.Number(done), "Total", p.cat.Number(total))
				fmt.Fprint(p.err, "\r\x1b[K", safe.Line(text))
			}
		})
	})(ctx, nil)
	if errors.Is(err, conversation.ErrCorrupt) {
		return p.salvage(ctx)
	}
	return err
}
