package storage_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func enqueue(t testing.TB, db *storage.DB) conversation.EntryID {
	t.Helper()
	id, err := db.SaveDraft(t.Context(), conversation.Draft{Text: "Bonjour", Subject: "Hello"})
	must(t, err)
	d, err := db.Draft(t.Context(), id)
	must(t, err)
	e, err := db.Enqueue(t.Context(), conversation.Entry{State: conversation.StateHeld, Account: home, Wire: []byte("wire"), Copy: []byte("copy"), Draft: d, NextTry: start})
	must(t, err)
	return e
}

func TestEnqueueDropsTheDraft(t *testing.T) {
	db := opened(t)
	id := enqueue(t, db)
	if ds, err := db.Drafts(t.Context()); err != nil || len(ds) != 0 {
		t.Fatalf("drafts %+v, %v", ds, err)
	}
	e, err := db.Entry(t.Context(), id)
	must(t, err)
	if string(e.Wire) != "wire" || string(e.Copy) != "copy" || e.Draft.Text != "Bonjour" || !e.NextTry.Equal(start) || e.State != conversation.StateHeld {
		t.Fatalf("entry %+v", e)
	}
}

func TestOnlyOneMovesAnEntry(t *testing.T) {
	db := opened(t)
	other := openAt(t, dirOf(db))
	id := enqueue(t, db)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			via := []*storage.DB{db, other}[i%2]
			err := via.MoveEntry(t.Context(), id, []conversation.State{conversation.StateHeld}, conversation.StateSending, time.Time{}, "")
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, conversation.ErrGuard) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d won", won.Load())
	}
}

func TestEntryUntilSent(t *testing.T) {
	db := opened(t)
	id := enqueue(t, db)
	if next, err := db.NextDue(t.Context(), home); err != nil || !next.Equal(start) {
		t.Fatalf("next %v, %v", next, err)
	}
	if es, err := db.Due(t.Context(), home, start.Add(-time.Second)); err != nil || len(es) != 0 {
		t.Fatalf("due too early: %+v, %v", es, err)
	}
	if es, err := db.Due(t.Context(), home, start); err != nil || len(es) != 1 {
		t.Fatalf("due: %+v, %v", es, err)
	}
	if err := db.HandOver(t.Context(), id); !errors.Is(err, conversation.ErrGuard) {
		t.Fatalf("handed over while held: %v", err)
	}
	must(t, db.MoveEntry(t.Context(), id, []conversation.State{conversation.StateHeld}, conversation.StateSending, time.Time{}, ""))
	must(t, db.HandOver(t.Context(), id))
	if es, err := db.Due(t.Context(), home, start); err != nil || len(es) != 1 || !es[0].HandedOver || es[0].Attempts != 1 {
		t.Fatalf("left in sending: %+v, %v", es, err)
	}
	sent := letter{n: 7, from: "me@example.org", to: "zoe@example.org", date: start, subject: "Hello", text: "Bonjour", out: true}
	a := sent.arrival()
	a.Copy = accounts.Copy{Raw: a.Copy.Raw}
	c, err := db.Sent(t.Context(), id, a)
	must(t, err)
	if len(c.Conversations) != 1 || list(t, db).Rows[0].Excerpt != "Bonjour" {
		t.Fatalf("change %+v", c)
	}
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	act(t, db, conversation.ActStar, "", sent)
	sent.folder, sent.uid = "Sent", 3
	if c := add(t, db, sent); c.New != 0 || list(t, db).Rows[0].Messages != 1 {
		t.Fatal("the server's copy is another message")
	}
	if ts := tasks(t, db); len(ts) != 1 || ts[0].Folder != "Sent" || ts[0].UID != 3 {
		t.Fatalf("tasks %+v", ts)
	}
	if es, err := db.Unkept(t.Context(), home); err != nil || len(es) != 1 {
		t.Fatalf("unkept %+v, %v", es, err)
	}
	must(t, db.Kept(t.Context(), id))
	if es, err := db.Unkept(t.Context(), home); err != nil || len(es) != 0 {
		t.Fatalf("unkept %+v, %v", es, err)
	}
	sound(t, db)
}

func TestBounceUntilHeardAgain(t *testing.T) {
	db, l := opened(t), hello()
	zoe := conversation.MailAddress("zoe@example.org")
	must(t, db.Bounce(t.Context(), zoe))
	bounced := func() bool {
		c, err := db.Contact(t.Context(), who(t, db, zoe.ID))
		must(t, err)
		return c.Addresses[0].Bounced
	}
	if !bounced() {
		t.Fatal("not noted")
	}
	add(t, db, l)
	if bounced() {
		t.Fatal("still bounced though heard from")
	}
}
