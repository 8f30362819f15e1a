package main

import (
	"context"
	"errors"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// salvage begins a new database in place of one that is damaged, and takes over
// from it what no server can give back: drafts, outbox, keys, contacts, imports.
// The next sync fetches the rest. The damaged file stays under another name.
func (p *program) salvage(ctx context.Context) error {
	aside, err := storage.SetAside(p.places().Data, p.now())
	if err != nil {
		return err
	}
	return p.with(working, func(ctx context.Context, a *app, _ []string) error {
		var failed error
		parse, err := a.parser(ctx, &failed)
		if err != nil {
			return err
		}
		s, err := storage.Salvage(ctx, aside, a.db, parse)
		if err != nil {
			return err
		}
		for _, err := range append(s.Errors, failed) {
			if err != nil {
				p.note(p.said(err))
			}
		}
		p.note(p.t("keep.salvaged", "Rows", p.cat.Number(s.Rows), "Messages", p.cat.Number(s.Messages), "Contacts", p.cat.Number(s.Contacts), "Acts", p.cat.Number(s.Acts)))
		p.note(p.t("keep.aside", "File", aside))
		return nil
	})(ctx, nil)
}

// mendLater is how long the check after an unclean end waits: it reads the
// whole database, and whoever has just started the program wants to read mail.
const mendLater = 20 * time.Second

// mend checks and mends in the background what is derived from the messages, if
// the process before did not come to its end.
func (a *app) mend(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(mendLater):
	}
	m, err := a.db.Mend(ctx)
	switch {
	case errors.Is(err, context.Canceled) || !m.Looked && err == nil:
		return
	case err != nil:
		a.log.Error("check after an unclean end", "err", err)
		return
	}
	a.log.Info("checked after an unclean end", "mended", m.Done, "left", m.Left)
	if len(m.Done) > 0 {
		a.svc.Publish(conversation.Event{All: true})
	}
	if len(m.Left) > 0 {
		a.svc.Publish(conversation.Event{Notice: conversation.Reason{Code: "keep.left"}})
	}
}
