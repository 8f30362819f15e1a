package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// TestRebuildKnowsRemovedAccounts takes an account out of the configuration and
// keeps its messages: who wrote them, and what is believed of their way, must
// not depend on it.
func TestRebuildKnowsRemovedAccounts(t *testing.T) {
	d := playDemo(t)
	gone := conversation.AccountID(d.app.accounts()[0].Name)
	d.app.setAccounts(slices.DeleteFunc(d.app.accounts(), func(a accounts.Account) bool { return a.Name == string(gone) }))
	if err := d.app.forget(t.Context(), gone, true); err != nil {
		t.Fatal(err)
	}
	state := func() map[string]int {
		hits, err := d.app.svc.Search(t.Context(), "", 10_000)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]int{}
		for _, h := range hits {
			m := h.Message
			all[fmt.Sprint(m.ID, m.Account == gone, m.Direction, m.Conversation, m.Index.Score)]++
		}
		return all
	}
	before := state()
	if err := d.app.rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	after := state()
	for m := range before {
		if after[m] == 0 {
			t.Errorf("%s is not the same any more", m)
		}
	}
	if len(before) < 100 {
		t.Errorf("only %d messages looked at", len(before))
	}
}

// TestConversationsGiveTheirIndexWhole compares the index in the list with that
// of the message it comes from.
func TestConversationsGiveTheirIndexWhole(t *testing.T) {
	box := seed(t)
	for _, row := range box.objects(t, "conversations") {
		ms := box.objects(t, "messages", row["id"].(string))
		if want, got := fmt.Sprint(ms[len(ms)-1]["privacy"]), fmt.Sprint(row["privacy"]); got != want {
			t.Errorf("%v: %s\nwant %s", row["title"], got, want)
		}
	}
}

// TestNamedAccountsAreServedAlone is what "sync NAME --watch" stands on.
func TestNamedAccountsAreServedAlone(t *testing.T) {
	d := playDemo(t)
	all := d.app.accounts()
	first, second := conversation.AccountID(all[0].Name), conversation.AccountID(all[1].Name)
	for _, a := range d.app.served(first, second) {
		if wanted := a.Own.Account == first || a.Own.Account == second; a.Paused == wanted {
			t.Errorf("%s: paused %v", a.Own.Account, a.Paused)
		}
	}
	for _, a := range d.app.served() {
		if a.Paused {
			t.Errorf("%s is paused", a.Own.Account)
		}
	}
	if err := d.app.only(t.Context(), []conversation.AccountID{first}); err != nil {
		t.Fatal(err)
	}
}
