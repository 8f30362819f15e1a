package conversation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// brokenStore cannot read contacts.
type brokenStore struct{ *fakeStore }

func (brokenStore) Contact(context.Context, ContactID) (Contact, error) {
	return Contact{}, ErrLocked
}

func TestSendPutsAComposedMessageIntoTheOutbox(t *testing.T) {
	w := newWorld()
	id, _ := w.SaveDraft(t.Context(), Draft{Text: "x"})
	d := Draft{ID: id, To: to("zoe"), Cc: to("paul"), Bcc: []Recipient{{Address: MailAddress("boss@example.net"), Name: "Boss"}}, Subject: "Plan\r\nBcc: evil", Text: "Here.", Attach: []string{"/tmp/plan.pdf"}}
	e, c, err := w.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	stored := w.store.entries[e.ID]
	if stored.State != StateHeld || !stored.NextTry.Equal(now.Add(10*time.Second)) || stored.Account != "home" || stored.RFCID == "" {
		t.Errorf("stored %+v", stored)
	}
	if want := []Address{zoeMail, paulMail, MailAddress("boss@example.net")}; !slices.Equal(stored.Recipients, want) {
		t.Errorf("envelope %v", stored.Recipients)
	}
	if stored.Line != "route.line_auto" || stored.Score != c.Best().Index.Score || stored.Facts != c.Best().Facts {
		t.Errorf("line %q score %d facts %+v", stored.Line, stored.Score, stored.Facts)
	}
	o := w.mail.got
	if o.Subject != "Plan  Bcc: evil" || o.From.Address != meMail || len(o.Bcc) != 1 || len(o.Attach) != 1 || o.To[0].Name != "Zoé Martin" {
		t.Errorf("composed %+v", o)
	}
	if len(w.store.drafts) != 0 || w.engine.poked != 1 {
		t.Errorf("drafts %v, poked %d times", w.store.drafts, w.engine.poked)
	}
}

func TestSendRefuses(t *testing.T) {
	sealedFacts := privacy.Facts{E2E: "full", Crypto: "modern"}
	tests := []struct {
		name  string
		set   func(*world)
		draft Draft
		code  string
		cause error
	}{
		{"no recipient", nil, Draft{Text: "x"}, "problem.no_recipient", ErrUsage},
		{"nothing to say", nil, Draft{To: to("zoe"), Text: " \n"}, "problem.empty", ErrUsage},
		{"no channel", nil, Draft{To: []Recipient{{Address: Address{Protocol: "matrix", ID: "@x:y"}}}, Text: "x"}, "route.none_fits", ErrNoChannel},
		{"sealed conversation", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealedFacts, 76)}
		}, Draft{To: to("zoe"), Text: "x"}, "route.sealed_stop", ErrGuard},
		{"not confirmed", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealedFacts, 76)}
		}, Draft{To: to("zoe"), Text: "x", Via: "home"}, "route.sealed_ask", ErrGuard},
		{"not what was shown", nil, Draft{To: to("zoe"), Text: "x", Shown: "something else"}, "route.changed", ErrGuard},
		{"attachment gone", nil, Draft{To: to("zoe"), Text: "x", Attach: []string{"/gone"}}, "problem.attach", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			if test.set != nil {
				test.set(w)
			}
			_, _, err := w.Send(t.Context(), test.draft)
			var p *Problem
			if !errors.As(err, &p) || p.Code != test.code || test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("got %v", err)
			}
			if len(w.store.entries) != 0 {
				t.Error("something was sent all the same")
			}
		})
	}
}

func TestSendKeepsTheDraftWhenAnythingFails(t *testing.T) {
	for name, broken := range map[string]func(*world){
		"compose": func(w *world) { w.mail.err, w.mastodon.err = errors.New("no"), errors.New("no") },
		"enqueue": func(w *world) { w.store.fail["Enqueue"] = ErrFull },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			broken(w)
			d := Draft{To: to("zoe"), Text: "x"}
			d.ID, _ = w.SaveDraft(t.Context(), d)
			if _, _, err := w.Send(t.Context(), d); err == nil {
				t.Fatal("no error")
			}
			if len(w.store.drafts) != 1 || len(w.store.entries) != 0 {
				t.Errorf("drafts %v, entries %v", w.store.drafts, w.store.entries)
			}
		})
	}
}

func TestSendWhatWasShown(t *testing.T) {
	w := newWorld()
	d := Draft{To: to("zoe"), Text: "x"}
	c := choose(t, w, d)
	d.Shown = c.Mark()
	w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
	if _, _, err := w.Send(t.Context(), d); !errors.Is(err, ErrGuard) {
		t.Fatalf("the way changed, and the answer is %v", err)
	}
	c = choose(t, w, d)
	d.Shown = c.Mark()
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestAClearAnswerTellsNothingOfTheSealedConversation(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Protocol: Mail, Direction: In, Account: "home", RFCID: "one@example.org", Subject: "The secret plan", Facts: privacy.Facts{E2E: "full"}}
	d := Draft{Kind: DraftReply, Source: "m1", To: to("zoe"), Subject: "Re: The secret plan", Text: "Call me.\n\nZoé wrote:\n> secret\n", Via: "home", ConfirmClear: true}
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	o := w.mail.got
	if strings.Contains(o.Text+o.Subject, "ecret") || o.Subject != "Re: […]" || !strings.HasPrefix(o.Text, "Call me.") {
		t.Errorf("subject %q, text %q", o.Subject, o.Text)
	}
	d.Subject = "Phone call"
	if _, _, err := w.Send(t.Context(), d); err != nil || w.mail.got.Subject != "Phone call" {
		t.Errorf("a subject of one's own: %q (%v)", w.mail.got.Subject, err)
	}
}

func TestAnswersNameWhatTheyAnswer(t *testing.T) {
	w := newWorld()
	var refs []string
	for range 30 {
		refs = append(refs, "r@x")
	}
	refs[0] = "first@x"
	w.store.messages["m1"] = Message{ID: "m1", Protocol: Mail, Direction: In, Account: "home", RFCID: "last@x", References: refs}
	d := Draft{Kind: DraftReply, Source: "m1", To: to("zoe"), Text: "x", Via: "home"}
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	o := w.mail.got
	if o.InReplyTo != "last@x" || o.Reply == nil || len(o.References) != 20 || o.References[0] != "first@x" || o.References[19] != "last@x" {
		t.Errorf("in reply to %q, references %v", o.InReplyTo, o.References)
	}
	d.Via = "social"
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if o := w.mastodon.got; o.InReplyTo != "" || o.Reply != nil {
		t.Errorf("an answer on another protocol names %q", o.InReplyTo)
	}
}

func TestNamesInAPostAreMadeInert(t *testing.T) {
	w := newWorld()
	if _, _, err := w.Send(t.Context(), Draft{To: to("zoe"), Via: "social", Text: "@zoe@social.example ask @carol"}); err != nil {
		t.Fatal(err)
	}
	if got, want := w.mastodon.got.Text, "@zoe@social.example ask @\u200bcarol"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCancelAndRetry(t *testing.T) {
	tests := []struct {
		state         State
		cancel, retry bool
	}{
		{StateHeld, true, false},
		{StateQueued, true, true},
		{StateSending, false, false},
		{StateSent, false, false},
		{StateFailed, true, true},
		{StateUnknown, true, true},
		{StateCancelled, false, false},
	}
	for _, test := range tests {
		t.Run(string(test.state), func(t *testing.T) {
			w := newWorld()
			w.store.entries["o1"] = Entry{ID: "o1", Account: "home", State: test.state, Draft: Draft{ID: "old", Text: "keep me"}}
			if err := w.Retry(t.Context(), "o1"); (err == nil) != test.retry {
				t.Errorf("retry: %v", err)
			}
			w.store.entries["o1"] = Entry{ID: "o1", State: test.state, Draft: Draft{ID: "old", Text: "keep me"}}
			id, err := w.Cancel(t.Context(), "o1")
			if (err == nil) != test.cancel {
				t.Errorf("cancel: %v", err)
			}
			if test.cancel && (w.store.drafts[id].Text != "keep me" || w.store.entries["o1"].State != StateCancelled) {
				t.Errorf("draft %v, state %s", w.store.drafts[id], w.store.entries["o1"].State)
			}
			if !test.cancel && (len(w.store.drafts) != 0 || w.store.entries["o1"].State != test.state) {
				t.Errorf("left behind %v, state %s", w.store.drafts, w.store.entries["o1"].State)
			}
		})
	}
}

func TestCancelDoesNothingWhenTheDraftCannotBeKept(t *testing.T) {
	w := newWorld()
	w.store.entries["o1"] = Entry{ID: "o1", State: StateHeld}
	w.store.fail["SaveDraft"] = ErrFull
	if _, err := w.Cancel(t.Context(), "o1"); !errors.Is(err, ErrFull) || w.store.entries["o1"].State != StateHeld {
		t.Errorf("%v, state %s", err, w.store.entries["o1"].State)
	}
}
