package conversation_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// A message leaves after its hold or at the moment that was chosen, whichever
// is later; a moment that is past is now.
func TestSendLater(t *testing.T) {
	for _, c := range []struct{ at, want time.Time }{
		{time.Time{}, now.Add(10 * time.Second)},
		{now.Add(-24 * time.Hour), now.Add(10 * time.Second)},
		{now.Add(time.Second), now.Add(10 * time.Second)},
		{now.Add(3 * time.Hour), now.Add(3 * time.Hour)},
	} {
		w := newWorld()
		e, _, err := w.Send(t.Context(), Draft{To: to("zoe"), Text: "x", At: c.at})
		if err != nil || !w.store.entries[e.ID].NextTry.Equal(c.want) || w.store.entries[e.ID].State != StateHeld {
			t.Errorf("at %v: %+v, %v", c.at, e.NextTry, err)
		}
		if _, err := w.Cancel(t.Context(), e.ID); err != nil {
			t.Errorf("it cannot be taken back: %v", err)
		}
	}
}

// What would go out less protected than it was shown stops before it leaves.
func TestRecheck(t *testing.T) {
	sealed := privacy.Facts{E2E: "full", Crypto: "modern"}
	for _, c := range []struct {
		name  string
		since func(*world, *Entry)
		code  string
		cause error
	}{
		{"nothing changed", func(*world, *Entry) {}, "", nil},
		{"it was shown as better than it is now", func(_ *world, e *Entry) { e.Score++ }, "engine.worse", ErrGuard},
		{"it was worse", func(_ *world, e *Entry) { e.Score -= 5 }, "", nil},
		{"its files are gone", func(_ *world, e *Entry) { e.Draft.Attach = []string{"/gone"} }, "", nil},
		{"it was sealed, and no key is there now", func(_ *world, e *Entry) { e.Sealed = true }, "engine.way_gone", ErrGuard},
		{"the account is gone", func(_ *world, e *Entry) { e.Account = "gone" }, "engine.way_gone", ErrGuard},
		{"the conversation is sealed now", func(w *world, _ *Entry) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealed, 76)}
		}, "route.sealed_stop", ErrGuard},
		{"the keys are locked", func(_ *world, e *Entry) { e.Draft = Draft{Sealed: []byte("x")} }, "engine.locked", ErrSealed},
	} {
		w := newWorld()
		e, _, err := w.Send(t.Context(), Draft{To: to("zoe"), Text: "x", At: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		e = w.store.entries[e.ID]
		c.since(w, &e)
		err = w.Recheck(t.Context(), e)
		var p *Problem
		if c.code == "" && err != nil || c.code != "" && (!errors.As(err, &p) || p.Code != c.code || !errors.Is(err, c.cause)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

// The table of the outbox: what was sent or cancelled stays so, nothing on its
// way can be cancelled, and nothing is sent that was not claimed.
func TestStates(t *testing.T) {
	all := []State{StateHeld, StateQueued, StateSending, StateSent, StateFailed, StateUnknown, StateCancelled}
	for _, from := range all {
		for _, to := range all {
			if from == to {
				continue
			}
			may := from.May(to)
			switch {
			case from == StateSent, from == StateCancelled, to == StateHeld:
				if may {
					t.Errorf("%s goes to %s", from, to)
				}
			case to == StateSent, to == StateFailed, to == StateUnknown:
				if may != (from == StateSending) {
					t.Errorf("%s to %s: %v", from, to, may)
				}
			case to == StateCancelled:
				if may == (from == StateSending) {
					t.Errorf("%s to %s: %v", from, to, may)
				}
			case to == StateSending:
				if may != (from == StateHeld || from == StateQueued) {
					t.Errorf("%s to %s: %v", from, to, may)
				}
			}
		}
	}
}

// A reason comes back as it was kept, with its text; a text of before has none.
func TestReasonsAreKept(t *testing.T) {
	inner := Reason{Code: "b.c", Args: map[string]any{"Name": "Zoé", "Count": 3}}
	for _, r := range []Reason{{Code: "a.b"}, inner, {Code: "a.b", Args: map[string]any{"Why": inner, "Count": 0}}} {
		got, text := KeptReason(r.Keep("smtp: 550 \x1e no"))
		if !reflect.DeepEqual(got, r) || text != "smtp: 550 \x1e no" {
			t.Errorf("%+v came back as %+v, %q", r, got, text)
		}
	}
	for _, text := range []string{"", "smtp: 550", "\x1e{"} {
		if r, _ := KeptReason(text); r.Code != "" {
			t.Errorf("%q has the reason %v", text, r)
		}
	}
	if kept := (Reason{}).Keep("plain"); kept != "plain" {
		t.Errorf("no reason, kept as %q", kept)
	}
}
