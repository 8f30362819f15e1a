package storage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Nothing that a sync or a key press runs may look at every row of a table
// that grows with the mailbox.
func TestNoWriteScansTheMailbox(t *testing.T) {
	db := opened(t)
	ctx := t.Context()
	_, err := db.Add(ctx, home, newCrowd(4).batch(10, 100, 100))
	must(t, err)
	l := hello()
	add(t, db, l)
	add(t, db, l)
	act(t, db, conversation.ActStar, "", l)
	act(t, db, conversation.ActArchive, "", l)
	_, err = db.UndoLast(ctx)
	must(t, err)
	for _, k := range tasks(t, db) {
		must(t, db.DoneTasks(ctx, []int64{k.ID}))
	}
	_, err = db.SetFlags(ctx, home, "INBOX", 1, []accounts.FlagChange{{UID: 2}})
	must(t, err)
	_, err = db.Remove(ctx, home, "INBOX", 1, []uint32{20, 21, 22}, nil)
	must(t, err)
	_, err = db.Sweep(ctx, home)
	must(t, err)
	a := who(t, db, "zoe@example.org")
	must(t, db.JoinContacts(ctx, a, who(t, db, "person0@example.net")))
	_, err = db.SplitContact(ctx, a, conversation.MailAddress("person0@example.net"))
	must(t, err)
	id := enqueue(t, db)
	must(t, db.MoveEntry(ctx, id, []conversation.State{conversation.StateHeld}, conversation.StateSending, time.Time{}, ""))
	scans, err := db.Scans(ctx)
	must(t, err)
	for q, step := range scans {
		made := strings.HasPrefix(q, "INSERT INTO account") || strings.HasPrefix(q, "INSERT INTO folder") // looks only when references are broken
		if !made && !harmless(step) {
			t.Errorf("%s in\n%s", step, q)
		}
	}
}

// harmless are tables that stay small whatever the mailbox, and the index,
// which is asked by row.
func harmless(step string) bool {
	for _, s := range []string{
		"CONSTANT ROW", "orphan", "o", "outbox", "quarantine", "act", "task", "setting", "index5", "index4",
		"location USING INDEX location_promise", "location USING COVERING INDEX location_promise",
		"doc", "location USING INDEX location_message", // once, when the index is made or a folder changes its use
	} {
		if strings.HasPrefix(step, "SCAN "+s+" ") || step == "SCAN "+s {
			return true
		}
	}
	return false
}
