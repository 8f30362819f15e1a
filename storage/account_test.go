package storage_test

import (
	"errors"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// twoAccounts is a database in which one message came to both accounts, in
// clear to the one at home, and each has one of its own.
func twoAccounts(t *testing.T) (db *storage.DB, both, atHome, atWork letter) {
	t.Helper()
	db, both = opened(t), hello()
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	atHome, atWork = both, both
	atHome.n, atWork.n = 51, 52
	put(t, db, both, way{work, "INBOX", 1, "tls", false})
	put(t, db, both, way{home, "INBOX", 1, "plain", false})
	put(t, db, atHome, way{home, "INBOX", 2, "tls", false})
	put(t, db, atWork, way{work, "INBOX", 3, "tls", false})
	_, err := db.Act(t.Context(), conversation.Act{Kind: conversation.ActStar, Messages: []conversation.MessageID{keyOf(both), keyOf(atHome), keyOf(atWork)}})
	must(t, err)
	must(t, db.Quarantine(t.Context(), home, accounts.Copy{Folder: "INBOX", Validity: 1, UID: 9}, "test"))
	return db, both, atHome, atWork
}

func TestDropAccount(t *testing.T) {
	db, both, atHome, atWork := twoAccounts(t)
	if m := message(t, db, both); m.Account != home {
		t.Fatalf("the worst copy is that of %q", m.Account)
	}
	must(t, db.DropAccount(t.Context(), home, false))
	if _, err := db.Message(t.Context(), keyOf(atHome)); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("a message of the dropped account alone: %v", err)
	}
	m := message(t, db, both)
	if m.Account != work || m.Evidence.Transport.Ingress != "plain" {
		t.Errorf("account %q, ingress %q; want the account left, and the badge of what once happened", m.Account, m.Evidence.Transport.Ingress)
	}
	if m := message(t, db, atWork); m.Account != work || !m.Starred {
		t.Errorf("the other account's message: %+v", m)
	}
	s, err := db.Stats(t.Context())
	must(t, err)
	if s.Messages != 2 || s.Copies != 2 || s.Quarantined != 0 {
		t.Errorf("stats %+v", s)
	}
	if left, err := db.Folders(t.Context(), home); err != nil || len(left) != 0 {
		t.Errorf("folders left %+v, %v", left, err)
	}
	if n := db.Rows(t, "task"); n != 2 {
		t.Errorf("%d acts wait for servers, want those of the account left", n)
	}
	sound(t, db)
	furnish(t, db, home, own)
	put(t, db, atHome, way{home, "INBOX", 2, "tls", false})
	if m := message(t, db, atHome); m.Starred || m.Account != home {
		t.Errorf("taken again: %+v", m)
	}
	sound(t, db)
}

func TestDropAccountAndKeepItsMessages(t *testing.T) {
	db, both, atHome, _ := twoAccounts(t)
	must(t, db.DropAccount(t.Context(), home, true))
	if m := message(t, db, atHome); m.Account != home || !m.Starred {
		t.Errorf("kept as %+v", m)
	}
	for range 3 {
		_, err := db.Sweep(t.Context(), home)
		must(t, err)
	}
	if raw, err := db.Raw(t.Context(), keyOf(atHome)); err != nil || len(raw) == 0 {
		t.Errorf("its source: %d bytes, %v", len(raw), err)
	}
	if m := message(t, db, both); m.Account != work {
		t.Errorf("account %q", m.Account)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Messages != 3 {
		t.Errorf("stats %+v, %v", s, err)
	}
	sound(t, db)
}

func TestMute(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	id := list(t, db).Rows[0].ID
	muted := func() bool { return list(t, db).Rows[0].Muted }
	must(t, db.Mute(t.Context(), id, true))
	must(t, db.Mute(t.Context(), id, true))
	if !muted() {
		t.Fatal("not muted")
	}
	add(t, db, letter{n: 7, from: "zoe@work.example", to: "me@example.org", date: start, subject: "x", text: "y"})
	must(t, db.JoinContacts(t.Context(), who(t, db, "zoe@work.example"), who(t, db, l.from)))
	if !muted() || len(list(t, db).Rows) != 1 {
		t.Fatal("no longer muted after its contact was joined with another")
	}
	must(t, db.Mute(t.Context(), list(t, db).Rows[0].ID, false))
	if muted() {
		t.Fatal("still muted")
	}
	sound(t, db)
}

// What is on its way through an account that is dropped does not wait for ever
// for somebody to send it: it says so, and can be taken back.
func TestDropAccountWithAnOutbox(t *testing.T) {
	db := opened(t)
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	held, under := enqueue(t, db), enqueue(t, db)
	from := []conversation.State{conversation.StateHeld}
	must(t, db.MoveEntry(t.Context(), under, from, conversation.StateSending, start, ""))
	must(t, db.HandOver(t.Context(), under))
	must(t, db.DropAccount(t.Context(), work, false))
	if e, err := db.Entry(t.Context(), held); err != nil || e.State != conversation.StateHeld {
		t.Fatalf("another account was dropped: %q, %v", e.State, err)
	}
	must(t, db.DropAccount(t.Context(), home, true))
	if e, err := db.Entry(t.Context(), held); err != nil || e.State != conversation.StateFailed || e.Why.Code != "engine.way_gone" || e.Draft.Text == "" {
		t.Errorf("held: %q, %+v, %v", e.State, e.Why, err)
	}
	if e, err := db.Entry(t.Context(), under); err != nil || e.State != conversation.StateUnknown {
		t.Errorf("handed over: %q, %v", e.State, err)
	}
}
