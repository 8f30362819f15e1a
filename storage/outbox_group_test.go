package storage_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// group puts a message with two further copies into the outbox.
func group(t *testing.T, db *storage.DB) (ids []conversation.EntryID, d conversation.Draft) {
	t.Helper()
	d = conversation.Draft{Text: "once", Bcc: []conversation.Recipient{{Address: conversation.MailAddress("zoe@example.org")}}}
	var err error
	d.ID, err = db.SaveDraft(t.Context(), d)
	must(t, err)
	var es []conversation.Entry
	for _, wire := range []string{"for all", "for one", "for another"} {
		es = append(es, conversation.Entry{State: conversation.StateHeld, Account: home, Wire: []byte(wire), Draft: d, NextTry: start, Sealed: true})
	}
	ids, err = db.EnqueueAll(t.Context(), es)
	must(t, err)
	return ids, d
}

func statesOf(t *testing.T, db *storage.DB, ids []conversation.EntryID) (out []conversation.State) {
	t.Helper()
	for _, id := range ids {
		e, err := db.Entry(t.Context(), id)
		must(t, err)
		out = append(out, e.State)
	}
	return out
}

func TestAGroupIsPutIntoTheOutboxWhole(t *testing.T) {
	db := opened(t)
	ids, d := group(t, db)
	due, err := db.Due(t.Context(), home, start)
	must(t, err)
	if len(due) != 3 || due[0].ID != ids[0] || due[0].Group != "" {
		t.Fatalf("the message itself does not come first: %+v", due)
	}
	for i, e := range due {
		if !slices.Contains(ids, e.ID) || i > 0 && e.Group != ids[0] || !e.Sealed {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
	if _, err := db.Draft(t.Context(), d.ID); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the draft stays: %v", err)
	}
	again := conversation.Entry{ID: ids[2], Account: home, Wire: []byte("x")}
	if _, err := db.EnqueueAll(t.Context(), []conversation.Entry{{Account: home, Wire: []byte("new")}, again}); err == nil {
		t.Error("a key stands twice")
	}
	if all, _ := db.Outbox(t.Context()); len(all) != 3 {
		t.Errorf("of a group that could not be written whole something stays: %d entries", len(all))
	}
}

func TestAGroupIsCancelledAtOnce(t *testing.T) {
	cancelable := []conversation.State{conversation.StateHeld, conversation.StateQueued, conversation.StateFailed, conversation.StateUnknown}
	move := func(t *testing.T, db *storage.DB, id conversation.EntryID, to conversation.State) error {
		t.Helper()
		return db.MoveEntry(context.WithoutCancel(t.Context()), id, append(slices.Clone(cancelable), conversation.StateSending), to, time.Time{}, "")
	}
	for _, test := range []struct {
		name   string
		first  conversation.State
		which  int
		expect []conversation.State
	}{
		{"the message", "", 0, []conversation.State{conversation.StateCancelled, conversation.StateCancelled, conversation.StateCancelled}},
		{"while a copy is on its way", conversation.StateSending, 0, []conversation.State{conversation.StateCancelled, conversation.StateSending, conversation.StateCancelled}},
		{"after a copy was sent", conversation.StateSent, 0, []conversation.State{conversation.StateCancelled, conversation.StateSent, conversation.StateCancelled}},
		{"one copy", "", 1, []conversation.State{conversation.StateHeld, conversation.StateCancelled, conversation.StateHeld}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := opened(t)
			ids, _ := group(t, db)
			other, _ := group(t, db)
			if test.first != "" {
				must(t, move(t, db, ids[1], conversation.StateSending))
				must(t, move(t, db, ids[1], test.first))
			}
			must(t, db.MoveEntry(t.Context(), ids[test.which], cancelable, conversation.StateCancelled, time.Time{}, ""))
			if got := statesOf(t, db, ids); !slices.Equal(got, test.expect) {
				t.Errorf("states are %q, want %q", got, test.expect)
			}
			if got := statesOf(t, db, other); slices.Contains(got, conversation.StateCancelled) {
				t.Errorf("another message was cancelled: %q", got)
			}
		})
	}
	db := opened(t)
	ids, _ := group(t, db)
	must(t, move(t, db, ids[0], conversation.StateSending))
	if err := db.MoveEntry(t.Context(), ids[0], cancelable, conversation.StateCancelled, time.Time{}, ""); !errors.Is(err, conversation.ErrGuard) {
		t.Errorf("a message on its way was cancelled: %v", err)
	}
	if got := statesOf(t, db, ids); got[1] != conversation.StateHeld {
		t.Errorf("its copies are %q", got)
	}
}
