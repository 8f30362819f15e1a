package conversation_test

import (
	"errors"
	"strings"
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func TestContactIndex(t *testing.T) {
	index := func(set func(*world)) privacy.Index {
		w := newWorld()
		set(w)
		c, err := w.Contact(t.Context(), "paul")
		if err != nil {
			t.Fatal(err)
		}
		return c.Index
	}
	nothing := index(func(*world) {})
	good := index(func(w *world) {
		w.store.history["paul"] = []Past{heard(1, paulMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
	})
	forged := index(func(w *world) {
		w.store.history["paul"] = []Past{
			heard(0, paulMail, "home", privacy.Facts{Path: "tls", Problem: "forged"}, 0),
			heard(1, paulMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38),
		}
	})
	bounced := index(func(w *world) { w.store.contacts["paul"].Addresses[0].Bounced = true })
	if good.Score <= nothing.Score || forged.Score != good.Score || bounced.Score != 0 {
		t.Errorf("nothing %d, good %d, forged %d, bounced %d", nothing.Score, good.Score, forged.Score, bounced.Score)
	}
	w := newWorld()
	cs, err := w.Contacts(t.Context(), "roux", 5)
	if err != nil || len(cs) != 1 || cs[0].Index.Score != nothing.Score || cs[0].Channels != nil {
		t.Errorf("in the list: %+v, %v", cs, err)
	}
}

func TestTheWeakestOfAGroupDecides(t *testing.T) {
	w := newWorld()
	w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
	alone := best(t, w, Draft{To: to("zoe"), Via: "home", Text: "x"}).Index.Score
	for _, d := range []Draft{{To: to("zoe", "paul"), Text: "x"}, {To: to("paul", "zoe"), Text: "x"}} {
		if got := best(t, w, d).Index.Score; got >= alone {
			t.Errorf("a group of %d, Zoé alone %d", got, alone)
		}
	}
}

func TestForwardTakesAttachmentsAlong(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Protocol: Mail, Subject: "Plan", Text: "Look.", Attachments: []Attachment{{Name: "a/b.txt", Part: "2", Size: 4}}, Participants: msg(zoeMail).Participants}
	w.store.raws["m1"] = []byte("data")
	d, err := w.Forward(t.Context(), "m1")
	if err != nil || len(d.Attach) != 1 || !strings.HasSuffix(d.Attach[0], "/b.txt") || !strings.Contains(d.Text, "> Look.") {
		t.Fatalf("got %+v, %v", d, err)
	}
	d.To = to("paul")
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if f := w.mail.got.Attach; len(f) != 1 || string(f[0].Data) != "data" || f[0].Name != "2.txt" {
		t.Errorf("attached %+v", f)
	}
}

func TestForwardingOutOfASealedConversationTakesNothingAlong(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Protocol: Mail, Subject: "Plan", Text: "secret", Facts: privacy.Facts{E2E: "full"}, Attachments: []Attachment{{Name: "secret.txt", Part: "2"}}}
	d, err := w.Forward(t.Context(), "m1")
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Text, d.Via, d.ConfirmClear = to("paul"), "Own words"+d.Text, "home", true
	d.Attach = append(d.Attach, "/tmp/plan.pdf")
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	o := w.mail.got
	if strings.Contains(o.Text, "secret") || len(o.Attach) != 1 || o.Attach[0].Name != "plan.pdf" {
		t.Errorf("text %q, attached %v", o.Text, o.Attach)
	}
}

func TestADraftIsSentOnce(t *testing.T) {
	w := newWorld()
	d := Draft{To: to("zoe"), Text: "x"}
	d.ID, _ = w.SaveDraft(t.Context(), d)
	results := make(chan error, 4)
	for range cap(results) {
		go func() {
			_, _, err := w.Send(t.Context(), d)
			results <- err
		}()
	}
	sent := 0
	for range cap(results) {
		var p *Problem
		switch err := <-results; {
		case err == nil:
			sent++
		case !errors.As(err, &p) || p.Code != "problem.sent_already":
			t.Errorf("got %v", err)
		}
	}
	if sent != 1 || len(w.store.entries) != 1 {
		t.Errorf("sent %d times, %d entries", sent, len(w.store.entries))
	}
}

func TestRepliesQuoteOnlyWhenAsked(t *testing.T) {
	w := newWorld()
	m := msg(zoeMail, meMail)
	m.ID, m.Text, m.Direction = "m1", "Coming?\n", In
	w.store.messages["m1"] = *m
	if d, _ := w.Reply(t.Context(), "m1", false); d.Text != "" {
		t.Errorf("got %q", d.Text)
	}
	quoting := New(Options{Store: w.store, Clock: w.clock(), Quote: true})
	if d, _ := quoting.Reply(t.Context(), "m1", false); d.Text != "draft.wrote\n> Coming?\n\n" {
		t.Errorf("got %q", d.Text)
	}
}

func TestPostsLeaveRoomForNamesAndWhatMakesThemInert(t *testing.T) {
	w := newWorld()
	room := best(t, w, Draft{To: to("zoe"), Via: "social", Text: "x"}).MaxText
	if want := 500 - len("@zoe@social.example "); room != want {
		t.Errorf("room for %d, want %d", room, want)
	}
	if named := best(t, w, Draft{To: to("zoe"), Via: "social", Text: "@carol @dave"}).MaxText; named != room-2 {
		t.Errorf("room for %d with two names, %d without", named, room)
	}
}

func TestUnknownLimitsOfAPostAreTheUsualOnes(t *testing.T) {
	w := newWorld()
	w.engine.text, w.engine.files = nil, map[AccountID]int{"social": 0}
	for name, d := range map[string]Draft{
		"long":       {To: to("zoe"), Text: strings.Repeat("x", 490)},
		"many files": {To: to("zoe"), Text: "x", Attach: []string{"1", "2", "3", "4", "5"}},
	} {
		if got := best(t, w, d).Channel.Account; got != "home" {
			t.Errorf("%s goes by %s", name, got)
		}
	}
	if got := best(t, w, Draft{To: to("zoe"), Text: "x", Attach: []string{"1"}}).Channel.Account; got != "social" {
		t.Errorf("one file goes by %s", got)
	}
}

func TestExplainGivesReasonsAndAdvice(t *testing.T) {
	w := newWorld()
	facts := privacy.Facts{Proto: "mail", Path: "tls", OwnHop: true, Subject: "clear"}
	w.store.messages["m1"] = Message{ID: "m1", Facts: facts, Index: privacy.Message(facts)}
	e, err := w.Explain(t.Context(), "m1")
	if err != nil || e.Index.Facts == nil {
		t.Errorf("got %+v, %v", e.Index, err)
	}
	w.accounts[0].Measured = privacy.AccountInput{TLS: "1.3", Auth: "scram"}
	if e, err = w.Explain(t.Context(), "home"); err != nil || e.Index.Score == 0 {
		t.Errorf("measured account: %+v, %v", e.Index, err)
	}
	if e, err = w.Explain(t.Context(), "social"); err != nil || e.Index.Level != privacy.LevelUnknown {
		t.Errorf("unmeasured account: %+v, %v", e.Index, err)
	}
}
