package storage_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

func TestDraftsAreSealed(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	add(t, db, letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, text: "hi"})
	conv := list(t, db).Rows[0].ID
	v.locked.Store(true) // sealing works while locked
	d := conversation.Draft{Conversation: conv, Subject: "Haselnuss", Text: "Pflaume", To: []conversation.Recipient{{Name: "Zoe"}}, Saved: start}
	id, err := db.SaveDraft(ctx, d)
	must(t, err)
	nowhere(t, db, "saved", []string{"Haselnuss", "Pflaume"})
	d.ID = id
	got, err := db.Draft(ctx, id)
	must(t, err)
	if got.ID != id || got.Conversation != conv || !got.Saved.Equal(start) || got.Text != "" || len(got.Sealed) == 0 {
		t.Fatalf("locked: %+v", got)
	}
	if row := list(t, db).Rows[0]; row.Draft != "…" {
		t.Fatalf("row %q", row.Draft)
	}
	// A draft that cannot be read can be kept as it is, and not be overwritten.
	again := got
	again.Text = "typed over it"
	if _, err := db.SaveDraft(ctx, again); !errors.Is(err, conversation.ErrSealed) {
		t.Fatalf("overwritten: %v", err)
	}
	_, err = db.SaveDraft(ctx, got)
	must(t, err)
	v.locked.Store(false)
	all, err := db.Drafts(ctx)
	must(t, err)
	if !reflect.DeepEqual(all, []conversation.Draft{d}) {
		t.Fatalf("unlocked: %+v, want %+v", all, d)
	}
	if row := list(t, db).Rows[0]; row.Draft != "Pflaume" {
		t.Fatalf("row %q", row.Draft)
	}
}

// Nobody throws away what he cannot read, but for the one who wrote it.
func TestLockedDraftsAreNotDropped(t *testing.T) {
	db, v := sealedDB(t)
	id, err := db.SaveDraft(t.Context(), conversation.Draft{Text: "Pflaume"})
	must(t, err)
	locked := v.another()
	locked.locked.Store(true)
	other := openSealed(t, dirOf(db), locked, false)
	if err := other.DropDraft(t.Context(), id); !errors.Is(err, conversation.ErrSealed) {
		t.Fatal(err)
	}
	v.locked.Store(true)
	must(t, db.DropDraft(t.Context(), id))
	must(t, other.DropDraft(t.Context(), id)) // gone is no error
}

func TestClearDraftsStayUntilSaved(t *testing.T) {
	db, v := sealedDB(t)
	v.none.Store(true)
	id, err := db.SaveDraft(t.Context(), conversation.Draft{Text: "Pflaume"})
	must(t, err)
	v.none.Store(false)
	v.locked.Store(true)
	d, err := db.Draft(t.Context(), id)
	must(t, err)
	if d.Text != "Pflaume" {
		t.Fatalf("draft %+v", d)
	}
	_, err = db.SaveDraft(t.Context(), d)
	must(t, err)
	if d, err = db.Draft(t.Context(), id); err != nil || d.Text != "" {
		t.Fatalf("draft %+v, %v", d, err)
	}
}

func TestSealedEntryWhileLocked(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	d := conversation.Draft{Subject: "Haselnuss", Text: "Pflaume", To: []conversation.Recipient{{Name: "Zoe"}}}
	var err error
	d.ID, err = db.SaveDraft(ctx, d)
	must(t, err)
	e := conversation.Entry{
		Account: home, Protocol: conversation.Mail, Recipients: []conversation.Address{own}, Wire: []byte("wire"), Copy: []byte("copy"), RFCID: "id@example.org",
		Draft: d, Line: "Grund", Score: 76, Sealed: true, State: conversation.StateHeld, NextTry: start, Created: start, Best: 84,
	}
	e.ID, err = db.Enqueue(ctx, e)
	must(t, err)
	v.locked.Store(true)
	for _, s := range []conversation.State{conversation.StateQueued, conversation.StateSending, conversation.StateFailed, conversation.StateQueued} {
		must(t, db.MoveEntry(ctx, e.ID, []conversation.State{conversation.StateHeld, conversation.StateQueued, conversation.StateSending, conversation.StateFailed}, s, start, ""))
	}
	due, err := db.Due(ctx, home, start.Add(time.Hour))
	must(t, err)
	if len(due) != 1 || string(due[0].Wire) != "wire" || string(due[0].Copy) != "copy" || len(due[0].Recipients) != 1 || due[0].Draft.Text != "" || due[0].Line != "" || due[0].Best != 84 {
		t.Fatalf("due %+v", due)
	}

	// Taken back while locked: the draft comes back unread, and whole.
	back := due[0].Draft
	back.ID = ""
	id, err := db.SaveDraft(ctx, back)
	must(t, err)
	must(t, db.MoveEntry(ctx, e.ID, []conversation.State{conversation.StateQueued}, conversation.StateCancelled, time.Time{}, ""))
	nowhere(t, db, "taken back", []string{"Haselnuss", "Pflaume", "Grund"})
	v.locked.Store(false)
	got, err := db.Draft(ctx, id)
	must(t, err)
	if got.ID != id || got.Text != d.Text || got.Subject != d.Subject || len(got.To) != 1 {
		t.Fatalf("draft %+v", got)
	}
	full, err := db.Entry(ctx, e.ID)
	must(t, err)
	if full.Draft.Text != d.Text || full.Line != "Grund" || full.State != conversation.StateCancelled {
		t.Fatalf("entry %+v", full)
	}
}

// An answer that leaves in clear without the words of the sealed message that
// it was begun from keeps them sealed here, to come back to.
func TestClearEntryOfASecretDraft(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	for _, secret := range []bool{true, false} {
		word := map[bool]string{true: "Quitte", false: "Schlehe"}[secret]
		d := conversation.Draft{Subject: "Re: " + word, Text: "> " + word, Secret: secret}
		e := conversation.Entry{Account: home, Protocol: conversation.Mail, Wire: []byte("clear"), Draft: d, State: conversation.StateHeld, NextTry: start, Created: start}
		id, err := db.Enqueue(ctx, e)
		must(t, err)
		got, err := db.Entry(ctx, id)
		must(t, err)
		if got.Draft.Text != d.Text || got.Draft.Secret != secret {
			t.Fatalf("draft %+v", got.Draft)
		}
		v.locked.Store(true)
		got, err = db.Entry(ctx, id)
		must(t, err)
		if (got.Draft.Text == "") != secret || string(got.Wire) != "clear" {
			t.Fatalf("locked: %+v", got)
		}
		v.locked.Store(false)
	}
	nowhere(t, db, "quoted", []string{"Quitte"})
}
