package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func closedBy(n int, reason string) accounts.Arrival {
	a := closed(secretLetter(n))
	a.Parsed.Message.Evidence.Security.Error = reason
	return a
}

// Only what a key that is there can open waits for it to be unlocked; the rest
// waits for another key.
func TestWhatNoKeyOpensWaitsForAnother(t *testing.T) {
	db, _ := sealedDB(t)
	ctx := t.Context()
	count := func(when string, want int) {
		t.Helper()
		if ids := waiting(t, db); len(ids) != want {
			t.Errorf("%s: %d waiting, want %d", when, len(ids), want)
		}
		sound(t, db)
	}
	must(t, db.TryWith(ctx, []string{"AA"}))
	old := closedBy(0, "")
	addAll(t, db, old, closedBy(1, "locked"), closedBy(2, "nokey"), closedBy(3, "malformed"), closedBy(4, "integrity"), closedBy(5, "large"))
	count("stored", 2)
	must(t, db.GiveUp(ctx, idOf(old), "locked"))
	count("another key is still locked", 2)
	must(t, db.GiveUp(ctx, idOf(old), "nokey"))
	must(t, db.GiveUp(ctx, "nothing", "nokey"))
	count("tried", 1)
	m, err := db.Message(ctx, idOf(old))
	must(t, err)
	if m.Evidence.Security.Error != "nokey" || !conversation.Unopened(m.Warnings) {
		t.Errorf("given up: %+v, %v", m.Evidence.Security, m.Warnings)
	}
	for _, known := range [][]string{{"AA"}, nil, {"AA"}} {
		must(t, db.TryWith(ctx, known))
		count("the same keys", 1)
	}
	must(t, db.TryWith(ctx, []string{"BB"}))
	count("another key", 6)
	must(t, db.GiveUp(ctx, idOf(old), "nokey"))
	must(t, db.TryWith(ctx, []string{"AA", "BB"}))
	count("both of them again", 5)
}
