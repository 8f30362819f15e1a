package conversation_test

import (
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
)

// What was shown as TLS all the way leaves with that demand, and nothing else
// does: a demand that cannot be met is a bounce.
func TestTLSAllTheWayIsDemandedWhereItWasShown(t *testing.T) {
	for _, test := range []struct {
		name                        string
		enforced, require, enforces bool
		path                        string
		want                        bool
	}{
		{"both ends", true, true, false, "auth", true},
		{"only the domain", true, false, false, "tls", false},
		{"only the own server", false, true, false, "tls", false},
		{"the user vouches for the provider", true, false, true, "auth", false},
		{"vouched for, but nothing is demanded", false, false, true, "tls", false},
	} {
		w := newSealedWorld(nil, func(o *Options) {
			o.Domain = func(string) DomainFacts { return DomainFacts{Enforced: test.enforced} }
			o.Require = func(AccountID) bool { return test.require }
		})
		w.accounts[0].Enforces = test.enforces
		w.store.history["paul"] = []Past{proven(2, paulMail, "home")}
		e, c, err := w.Send(t.Context(), Draft{To: to("paul"), Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if stored := w.store.entries[e.ID]; stored.RequireTLS != test.want || c.Best().Facts.Path != test.path {
			t.Errorf("%s: demanded %v, shown %q", test.name, stored.RequireTLS, c.Best().Facts.Path)
		}
	}
}

// Domains learn that somebody writes to them when he does, not when he looks at
// his contacts.
func TestDomainsAreAskedWhenSomebodyWrites(t *testing.T) {
	var asked []string
	w := newSealedWorld(nil, func(o *Options) { o.AskDomain = func(d string) { asked = append(asked, d) } })
	for _, id := range []ContactID{"zoe", "paul"} {
		if _, err := w.Contact(t.Context(), string(id)); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != 0 {
		t.Errorf("asked %v", asked)
	}
	if _, err := w.Choose(t.Context(), Draft{To: to("paul"), Text: "x"}); err != nil || len(asked) != 1 || asked[0] != paulMail.Domain() {
		t.Errorf("asked %v, %v", asked, err)
	}
}
