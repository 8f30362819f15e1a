package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// positive refuses a number of rows that asks for nothing.
func positive(limit int) error {
	if limit > 0 {
		return nil
	}
	return usage("cli.limit", "Value", strconv.Itoa(limit))
}

// knowsPlaces says which folder or account of a query is not there: "no hits"
// would be taken for "no such message". Faults of the query itself are for
// those who run it.
func (a *app) knowsPlaces(ctx context.Context, text string) error {
	q, err := a.svc.Query(text)
	if err != nil {
		return nil
	}
	for _, name := range places(q.Root, nil) {
		ok, err := a.knowsPlace(ctx, name)
		if err != nil {
			return err
		}
		if !ok {
			return missing("in:" + name)
		}
	}
	return nil
}

// places lists the folders and accounts that a query names.
func places(n conversation.Node, found []string) []string {
	if n.Op == conversation.Match && n.Field == "in" {
		return append(found, n.Text)
	}
	for _, kid := range n.Kids {
		found = places(kid, found)
	}
	return found
}

// knowsPlace tells whether something can stand after "in:": what a folder is
// for, an account, or a folder that the store has.
func (a *app) knowsPlace(ctx context.Context, name string) (bool, error) {
	uses := []accounts.Use{
		accounts.UseInbox, accounts.UseSent, accounts.UseDrafts, accounts.UseTrash,
		accounts.UseJunk, accounts.UseArchive, accounts.UseAll,
	}
	if slices.Contains(uses, accounts.Use(strings.ToLower(name))) {
		return true, nil
	}
	for _, acc := range a.accounts() {
		if strings.EqualFold(acc.Name, name) {
			return true, nil
		}
	}
	return a.db.HasPlace(ctx, name)
}
