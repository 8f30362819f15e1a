package storage_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// A copy in quarantine is asked for again after a day, then after two, and so
// on; not before, and not any more once it is here or gone.
func TestQuarantineEndsByItselfAndLastsLongerEachTime(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	db, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Now: func() time.Time { return now }})
	must(t, err)
	defer func() { must(t, db.Close()) }()
	furnish(t, db, home, own)
	aside := accounts.Copy{Folder: "INBOX", Validity: 1, UID: 13, Flags: accounts.Flags{Flagged: true}}
	due := func(after time.Duration, want int) {
		t.Helper()
		now = now.Add(after)
		got, err := db.Aside(t.Context(), home)
		must(t, err)
		if len(got) != want || want > 0 && (got[0].Copy.UID != 13 || got[0].Reason != "why" || !got[0].Copy.Flags.Flagged) {
			t.Errorf("%v: asked for again are %+v, want %d", now, got, want)
		}
	}
	for _, wait := range []int{1, 2, 4, 8, 16, 32, 32} {
		must(t, db.Quarantine(t.Context(), home, aside, "why"))
		due(time.Duration(wait)*day-time.Second, 0)
		due(time.Second, 1)
	}
	due(-2*365*day, 1) // the clock went back
	l := hello()
	l.uid = 13
	add(t, db, l)
	due(0, 0)
}

// A message of which only the bytes could be had is one copy, and gets what was
// lacking when it comes again.
func TestWhatCameWithoutADateGetsOneLater(t *testing.T) {
	db := opened(t)
	l := hello()
	l.uid = 13
	a := l.arrival()
	late := a
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a.Copy.Received, a.Parsed.Message.Received = time.Time{}, time.Time{}
	late.Copy.Received, late.Parsed.Message.Received, late.Copy.Flags.Flagged = at, at, true
	_, err := db.Add(t.Context(), home, []accounts.Arrival{a})
	must(t, err)
	must(t, db.Quarantine(t.Context(), home, a.Copy, "mail.undated"))
	if hs := have(t, db, "INBOX", 1); len(hs) != 1 {
		t.Errorf("one copy is here as %+v", hs)
	}
	_, err = db.Add(t.Context(), home, []accounts.Arrival{late})
	must(t, err)
	if qs, err := db.Quarantined(t.Context()); err != nil || len(qs) != 0 {
		t.Errorf("still set aside: %+v, %v", qs, err)
	}
	page := list(t, db)
	msgs, _, _, err := db.Messages(t.Context(), page.Rows[0].ID, conversation.Span{Limit: 10})
	must(t, err)
	if len(msgs) != 1 || !msgs[0].Received.Equal(at) || !msgs[0].Starred {
		t.Errorf("it is %+v", msgs)
	}
	sound(t, db)
	must(t, db.Quarantine(t.Context(), home, a.Copy, "mail.undated"))
	_, err = db.Remove(t.Context(), home, "INBOX", 1, []uint32{13}, nil)
	must(t, err)
	if qs, err := db.Quarantined(t.Context()); err != nil || len(qs) != 0 {
		t.Errorf("gone, and still set aside: %+v, %v", qs, err)
	}
}
