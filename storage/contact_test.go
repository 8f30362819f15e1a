package storage_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func who(t testing.TB, db *storage.DB, address string) conversation.ContactID {
	t.Helper()
	id, err := db.ContactOf(context.Background(), conversation.MailAddress(address))
	must(t, err)
	return id
}

func TestJoinAndSplitContacts(t *testing.T) {
	db := opened(t)
	add(t, db,
		letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "a", text: "first"},
		letter{n: 2, from: "zoe@work.example", to: "me@example.org", date: start.AddDate(0, 0, 1), subject: "b", text: "second"})
	a, b := who(t, db, "zoe@example.org"), who(t, db, "zoe@work.example")
	before := list(t, db)
	_, err := db.SaveDraft(t.Context(), conversation.Draft{Conversation: before.Rows[0].ID, Text: "to be sent"})
	must(t, err)
	must(t, db.JoinContacts(t.Context(), a, b))
	p := list(t, db)
	if len(p.Rows) != 1 || p.Rows[0].Messages != 2 || p.Rows[0].ID != before.Rows[1].ID || p.Rows[0].Draft != "to be sent" {
		t.Fatalf("joined: %+v", p.Rows)
	}
	if c, err := db.Conversation(t.Context(), before.Rows[0].ID); err != nil || c.ID != p.Rows[0].ID {
		t.Fatalf("the old id leads to %q, %v", c.ID, err)
	}
	if c, err := db.Contact(t.Context(), b); err != nil || c.ID != a || len(c.Addresses) != 2 {
		t.Fatalf("the old contact leads to %+v, %v", c, err)
	}
	got, err := db.SplitContact(t.Context(), a, conversation.MailAddress("zoe@work.example"))
	must(t, err)
	if after := list(t, db); got != b || fmt.Sprint(titles(before)) != fmt.Sprint(titles(after)) {
		t.Fatalf("split to %q: %+v", got, after.Rows)
	}
	sound(t, db)
}

func titles(p conversation.Page) (out []string) {
	for _, r := range p.Rows {
		out = append(out, fmt.Sprint(r.ID, r.Title, r.Messages, r.LastID))
	}
	return out
}

// Joining contacts and splitting every address off again gives back the
// conversations there were.
func TestJoinsThenSplitsRestore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db := opened(t)
		defer func() { _ = db.Close() }()
		crowd := make([]string, 5)
		for i := range crowd {
			crowd[i] = fmt.Sprintf("p%d@example.org", i)
		}
		one := rapid.SampledFrom(crowd)
		var ls []letter
		for n := range 12 {
			l := letter{n: n, from: one.Draw(rt, "from"), to: "me@example.org", date: start.AddDate(0, 0, n), subject: "s", text: "t"}
			if rapid.Bool().Draw(rt, "group") {
				l.to += "," + one.Draw(rt, "other")
			}
			ls = append(ls, l)
		}
		add(t, db, ls...)
		for _, a := range crowd {
			_, err := db.SaveContact(t.Context(), conversation.Contact{Name: a, Addresses: []conversation.ContactAddress{{Address: conversation.MailAddress(a)}}})
			must(t, err)
		}
		before := titles(list(t, db))
		for range rapid.IntRange(1, 4).Draw(rt, "joins") {
			a, b := who(t, db, one.Draw(rt, "a")), who(t, db, one.Draw(rt, "b"))
			if err := db.JoinContacts(t.Context(), a, b); (a == b) != errors.Is(err, conversation.ErrUsage) {
				rt.Fatalf("join %s %s: %v", a, b, err)
			}
		}
		splitAll(t, db, crowd)
		if after := titles(list(t, db)); !slices.Equal(before, after) {
			rt.Fatalf("before %q\nafter  %q", before, after)
		}
		sound(t, db)
	})
}

// splitAll takes every address away but the one that the contact's id is of.
func splitAll(t testing.TB, db *storage.DB, addresses []string) {
	t.Helper()
	for _, s := range addresses {
		a := conversation.MailAddress(s)
		id := who(t, db, s)
		if id == conversation.NewContactID(a) {
			continue
		}
		got, err := db.SplitContact(t.Context(), id, a)
		must(t, err)
		_, err = db.SaveContact(t.Context(), conversation.Contact{ID: got, Name: s})
		must(t, err)
	}
}

func TestOwnAddressesAreMe(t *testing.T) {
	db := opened(t)
	add(t, db, letter{n: 1, from: "zoe@example.org", to: "me@example.org,old@example.org", date: start, subject: "a", text: "first"})
	if p := list(t, db); len(p.Rows[0].Contacts) != 2 {
		t.Fatalf("rows %+v", p.Rows)
	}
	both := []accounts.Own{{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{own, conversation.MailAddress("old@example.org")}, Name: "Me"}}
	must(t, db.SetOwn(t.Context(), both))
	if p := list(t, db); len(p.Rows[0].Contacts) != 1 || who(t, db, "old@example.org") != conversation.Me {
		t.Fatalf("rows %+v", p.Rows)
	}
	if err := db.JoinContacts(t.Context(), who(t, db, "zoe@example.org"), conversation.Me); !errors.Is(err, conversation.ErrUsage) {
		t.Fatalf("the user was joined to somebody: %v", err)
	}
	both[0].Addresses = both[0].Addresses[:1]
	must(t, db.SetOwn(t.Context(), both))
	if p := list(t, db); len(p.Rows[0].Contacts) != 2 {
		t.Fatalf("rows %+v", p.Rows)
	}
	sound(t, db)
}

func TestHistoryIsNewestFirstOverAllAddresses(t *testing.T) {
	db := opened(t)
	ls := make([]letter, 450)
	for n := range ls {
		ls[n] = letter{n: n, from: []string{"zoe@example.org", "zoe@work.example"}[n%2], to: "me@example.org,zoe@example.org", date: start.AddDate(0, 0, n), subject: "a", text: "t"}
	}
	add(t, db, ls...)
	id := who(t, db, "zoe@example.org")
	must(t, db.JoinContacts(t.Context(), id, who(t, db, "zoe@work.example")))
	for _, limit := range []int{3, 420, 0} {
		ps, err := db.History(t.Context(), id, limit)
		must(t, err)
		if want := min(450, cmp.Or(limit, 450)); len(ps) != want {
			t.Fatalf("%d of %d", len(ps), want)
		}
		for i, p := range ps {
			if !p.Date.Equal(start.AddDate(0, 0, 449-i)) || (p.Address.ID == "zoe@example.org") != (i%2 == 1) {
				t.Fatalf("entry %d: %+v", i, p)
			}
		}
	}
}

func TestContactsAreFoundWithoutAccents(t *testing.T) {
	db := opened(t)
	add(t, db, letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "a", text: "first"},
		letter{n: 2, from: "me@example.org", to: "marc@example.net", date: start, subject: "a", text: "first", out: true, folder: "Sent"})
	_, err := db.SaveContact(t.Context(), conversation.Contact{ID: who(t, db, "zoe@example.org"), Name: "Zoé Durand", Kind: conversation.KindBulk})
	must(t, err)
	for text, want := range map[string]string{"zoe dur": "Zoé Durand", "DURAND example.org": "Zoé Durand", "mar": "Marc Example", "nobody": ""} {
		cs, err := db.Contacts(t.Context(), text, 5)
		must(t, err)
		got := ""
		if len(cs) > 0 {
			got = cs[0].Name
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	p, err := db.Conversations(t.Context(), conversation.Window{Kinds: []conversation.Kind{conversation.KindBulk}})
	must(t, err)
	if len(p.Rows) != 1 || p.Rows[0].Title != "Zoé Durand" {
		t.Fatalf("moved to bulk: %+v", p.Rows)
	}
	past, err := db.History(t.Context(), who(t, db, "marc@example.net"), 10)
	must(t, err)
	if len(past) != 1 || past[0].Direction != conversation.Out || past[0].Score != 38 || past[0].Facts.Path != "tls" {
		t.Fatalf("history %+v", past)
	}
	sound(t, db)
}
