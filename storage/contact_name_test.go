package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Whoever others are joined to keeps the name that he is known by, also when
// more was exchanged with them, and as long as the address that bears it is his.
func TestJoiningKeepsTheName(t *testing.T) {
	db := opened(t)
	ctx := t.Context()
	ls := []letter{{n: 0, from: "ann@example.org"}, {n: 1, from: "bob@example.org"}, {n: 2, from: "bob@example.org"}, {n: 3, from: "cyd@example.org"}}
	for i := range ls {
		ls[i].to, ls[i].date, ls[i].subject, ls[i].text = "me@example.org", start.AddDate(0, 0, i), "s", "t"
	}
	add(t, db, ls...)
	name := func(when, address, want string) {
		t.Helper()
		c, err := db.Contact(ctx, who(t, db, address))
		must(t, err)
		if c.Name != want {
			t.Errorf("%s: %q, want %q", when, c.Name, want)
		}
	}
	ann := who(t, db, "ann@example.org")
	must(t, db.JoinContacts(ctx, ann, who(t, db, "bob@example.org")))
	name("joined", "bob@example.org", "Ann Example")
	add(t, db, letter{n: 9, from: "bob@example.org", to: "me@example.org", date: start.AddDate(0, 0, 9), subject: "s", text: "t"})
	name("heard of again", "bob@example.org", "Ann Example")
	_, err := db.SplitContact(ctx, ann, conversation.MailAddress("ann@example.org"))
	must(t, err)
	name("split away", "ann@example.org", "Ann Example")
	name("without the address that bore it", "bob@example.org", "Bob Example")
	_, err = db.SaveContact(ctx, conversation.Contact{ID: who(t, db, "cyd@example.org"), Name: "Cyd by hand"})
	must(t, err)
	must(t, db.JoinContacts(ctx, who(t, db, "bob@example.org"), who(t, db, "cyd@example.org")))
	name("the user's word is stronger than a name that was only seen", "bob@example.org", "Cyd by hand")
	sound(t, db)
}
