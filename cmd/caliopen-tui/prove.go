package main

import (
	"context"

	"github.com/caliopen/caliopen-tui/conversation"
)

// prove reads the messages of an address again that were signed by a key which
// nobody knew, now that one may have come to light.
func (a *app) prove(ctx context.Context, known map[conversation.AccountID]reader, address conversation.Address) error {
	list, err := a.db.Unproved(ctx, address)
	if err != nil {
		return err
	}
	parsers := a.formats()
	for _, m := range list {
		r, ok := known[m.Account]
		if !ok {
			continue
		}
		r.context.Account, r.context.Received = m.Account, m.Received
		parsed := parsers[m.Protocol].Parse(m.Raw, r.context)
		if parsed.Message.Evidence.Security.Signature == "unknown_key" {
			continue
		}
		if err := a.reopen(ctx, r, m.ID, &parsed); err != nil {
			return err
		}
	}
	return nil
}

// taken judges again what keys bear on that were just taken in.
func (a *app) taken(ctx context.Context, keys []conversation.Key) error {
	var list []conversation.Address
	for _, k := range keys {
		list = append(list, k.Addresses...)
	}
	return a.rejudge(ctx, list)
}
