package conversation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func TestResolve(t *testing.T) {
	tests := []struct {
		text    string
		contact ContactID
		address Address
		name    string
		err     error
	}{
		{"zoe@example.org", "zoe", zoeMail, "Zoé Martin", nil},
		{" ZOE@example.org ", "zoe", zoeMail, "Zoé Martin", nil},
		{"@zoe@social.example", "zoe", zoeMasto, "Zoé Martin", nil},
		{"Somebody <zoe@example.org>", "zoe", zoeMail, "Zoé Martin", nil},
		{`"New, One" <new@example.net>`, "", MailAddress("new@example.net"), "New, One", nil},
		{"new@example.net", "", MailAddress("new@example.net"), "", nil},
		{"paul", "paul", Address{}, "Paul Roux", nil}, // also an id
		{"roux", "paul", Address{}, "Paul Roux", nil},
		{"nobody", "", Address{}, "", ErrNotFound},
		{"", "", Address{}, "", ErrNotFound},
		{"example", "", Address{}, "", ErrAmbiguous},
		{"broken <a b@c>", "", Address{}, "", ErrNotFound},
		{"mastodon:@carol", "", Address{}, "", ErrNotFound},
		{"mail:", "", Address{}, "", ErrNotFound},
		{"mail:a b@c", "", Address{}, "", ErrNotFound},
		{"mail:x@example.org\r\nDATA", "", Address{}, "", ErrNotFound},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			r, err := newWorld().Resolve(t.Context(), test.text)
			if !errors.Is(err, test.err) || r != (Recipient{Contact: test.contact, Name: test.name, Address: test.address}) {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

func TestResolvePrefersTheExactName(t *testing.T) {
	w := newWorld()
	w.store.contacts["paulx"] = Contact{ID: "paulx", Name: "Paul Roux-Martin"}
	if r, err := w.Resolve(t.Context(), "paul roux"); err != nil || r.Contact != "paul" {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestComplete(t *testing.T) {
	w := newWorld()
	rs, err := w.Complete(t.Context(), "zoé", 5)
	if err != nil || len(rs) != 1 || rs[0].Contact != "zoe" || !rs[0].Address.IsZero() {
		t.Errorf("by name: %v, %v", rs, err)
	}
	rs, _ = w.Complete(t.Context(), "zoe@w", 5)
	if len(rs) != 1 || rs[0].Address != zoeWork {
		t.Errorf("by address: %v", rs)
	}
	rs, _ = w.Complete(t.Context(), "new@example.net", 5)
	if len(rs) != 1 || rs[0] != (Recipient{Address: MailAddress("new@example.net")}) {
		t.Errorf("a stranger: %v", rs)
	}
	if rs, _ := w.Complete(t.Context(), " ", 5); len(rs) != 0 {
		t.Errorf("nothing typed: %v", rs)
	}
}

func TestContactShowsTheWaysToReachIt(t *testing.T) {
	w := newWorld()
	c, err := w.Contact(t.Context(), "zoe@work.example")
	if err != nil || c.ID != "zoe" || len(c.Channels) != 2 {
		t.Fatalf("got %+v, %v", c, err)
	}
	if c, err = w.Contact(t.Context(), "Roux"); err != nil || len(c.Channels) != 1 || c.Channels[0].Channel.Account != "home" {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := w.Contact(t.Context(), "stranger@example.net"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestJoinRefusesMeAndOneself(t *testing.T) {
	w := newWorld()
	for _, pair := range [][2]ContactID{{"zoe", "zoe"}, {Me, "zoe"}, {"zoe", Me}} {
		if err := w.Join(t.Context(), pair[0], pair[1]); !errors.Is(err, ErrUsage) {
			t.Errorf("%v: %v", pair, err)
		}
	}
	if err := w.Join(t.Context(), "zoe", "paul"); err != nil {
		t.Error(err)
	}
	if _, err := w.Split(t.Context(), Me, meMail); !errors.Is(err, ErrUsage) {
		t.Errorf("split of me: %v", err)
	}
}

func TestBeginningADraftTwiceGivesItAgain(t *testing.T) {
	w := newWorld()
	m := also(msg(zoeMail, meMail), Cc, paulMail)
	m.ID, m.Conversation, m.Direction, m.Subject = "m1", "t1", In, "RE: Plan"
	w.store.messages["m1"] = *m
	d, err := w.Reply(t.Context(), "m1", true)
	if err != nil || d.Subject != "Re: Plan" || d.Conversation != "t1" || len(d.To) != 1 || len(d.Cc) != 1 || d.Text != "" {
		t.Fatalf("got %+v, %v", d, err)
	}
	d.Text = "half a"
	if d.ID, err = w.SaveDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if again, _ := w.Reply(t.Context(), "m1", true); again.ID != d.ID || again.Text != "half a" {
		t.Errorf("again: %+v", again)
	}
	if one, _ := w.Reply(t.Context(), "m1", false); one.ID != "" || len(one.Cc) != 0 {
		t.Errorf("a reply to one must not give the reply to all: %+v", one)
	}
	if f, _ := w.Forward(t.Context(), "m1"); f.ID != "" || f.Subject != "Fwd: Plan" || len(f.To) != 0 {
		t.Errorf("forward: %+v", f)
	}
	if n, _ := w.NewDraft(t.Context(), to("zoe")); n.ID != "" {
		t.Errorf("a new message: %+v", n)
	}
	w.store.drafts["d9"] = Draft{ID: "d9", Kind: DraftNew, To: to("zoe")}
	if n, _ := w.NewDraft(t.Context(), to("zoe")); n.ID != "d9" {
		t.Errorf("a new message again: %+v", n)
	}
}

func TestBlindCopiesAreNoOpenRecipients(t *testing.T) {
	w := newWorld()
	w.store.drafts["d9"] = Draft{ID: "d9", Kind: DraftNew, Bcc: to("zoe")}
	if n, _ := w.NewDraft(t.Context(), to("zoe")); n.ID != "" {
		t.Errorf("got %+v", n)
	}
}

func TestSearchReadsTheLanguage(t *testing.T) {
	w := newWorld()
	if _, err := w.Search(t.Context(), "from:zoe cables", 5); err != nil || len(w.store.searched[0].Root.Kids) != 2 {
		t.Errorf("searched %v, %v", w.store.searched, err)
	}
	if _, err := w.SearchCount(t.Context(), "("); !errors.Is(err, ErrUsage) {
		t.Errorf("got %v", err)
	}
}

func TestResolveMessageAndExplain(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Index: privacy.Index{Score: 38}}
	if id, err := w.ResolveMessage(t.Context(), "m1"); id != "m1" || err != nil {
		t.Errorf("by id: %s, %v", id, err)
	}
	w.store.hits = []Hit{{Message: Message{ID: "m1"}}}
	if id, err := w.ResolveMessage(t.Context(), "<x@example.org>"); id != "m1" || err != nil || w.store.searched[0].Root.Text != "x@example.org" {
		t.Errorf("by Message-ID: %s, %v", id, err)
	}
	w.store.hits = append(w.store.hits, Hit{})
	if _, err := w.ResolveMessage(t.Context(), "x@example.org"); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("two: %v", err)
	}
	w.store.hits = nil
	if e, err := w.Explain(t.Context(), "m1"); err != nil || e.Kind != "message" || e.Index.Score != 38 {
		t.Errorf("message: %+v, %v", e, err)
	}
	if e, err := w.Explain(t.Context(), "social"); err != nil || e.Kind != "account" || e.Account.Address != meMasto {
		t.Errorf("account: %+v, %v", e, err)
	}
	if e, err := w.Explain(t.Context(), "Roux"); err != nil || e.Kind != "contact" || e.Contact.ID != "paul" {
		t.Errorf("contact: %+v, %v", e, err)
	}
	if _, err := w.Explain(t.Context(), "void"); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing: %v", err)
	}
}

func TestSaveAttachmentUsesAHarmlessName(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Protocol: Mail}
	w.store.raws["m1"] = []byte("data")
	path, err := w.SaveAttachment(t.Context(), "m1", "2", "/home/x")
	if err != nil || path != "/home/x/2.txt" || w.saved["2.txt"] != "data" {
		t.Errorf("got %q, %v, %v", path, w.saved, err)
	}
}

func TestActs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		events := w.Events(t.Context())
		if err := w.Act(t.Context(), Act{Kind: ActTag, Messages: []MessageID{"m1"}, Tag: "work"}); err != nil {
			t.Fatal(err)
		}
		if e := <-events; !e.All {
			t.Errorf("event %v", e)
		}
		if a, err := w.Undo(t.Context()); err != nil || a.Tag != "work" {
			t.Errorf("undone %v, %v", a, err)
		}
		if _, err := w.Undo(t.Context()); !errors.Is(err, ErrNotFound) {
			t.Errorf("nothing left to undo: %v", err)
		}
		for _, bad := range []Act{{Kind: ActRead}, {Kind: "eat", Messages: []MessageID{"m1"}}, {Kind: ActTag, Messages: []MessageID{"m1"}}} {
			if err := w.Act(t.Context(), bad); !errors.Is(err, ErrUsage) {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}

func TestSyncNow(t *testing.T) {
	w := newWorld()
	if err := w.SyncNow(t.Context(), "nowhere"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if err := w.SyncNow(t.Context(), ""); err != nil || len(w.engine.woken) != 1 {
		t.Errorf("woken %v, %v", w.engine.woken, err)
	}
	if st, _ := w.Accounts(t.Context()); len(st) != 1 {
		t.Errorf("statuses %v", st)
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"zoe@example.org", `"A, B" <a@b.example>`, "mail:x\r\n@y", "@a@b", "<@>", "mastodon:@", "a@", "=?utf-8?q?x?= <a@b>", "<a@b> <c@d>"} {
		f.Add(s)
	}
	w := newWorld()
	f.Fuzz(func(t *testing.T, text string) {
		r, err := w.Resolve(context.Background(), text)
		if err != nil {
			return
		}
		if r.Contact == "" && r.Address.Domain() == "" {
			t.Fatalf("%q gives nobody: %+v", text, r)
		}
		if strings.ContainsAny(r.Address.ID+r.Name, "\r\n\x00\x1b") || strings.ContainsAny(r.Address.ID, " \t") {
			t.Fatalf("%q gives %q", text, r)
		}
		if again, err := ParseAddress(r.Address.String()); !r.Address.IsZero() && (err != nil || again != r.Address) {
			t.Fatalf("%q does not read back: %v, %v", r.Address, again, err)
		}
	})
}
