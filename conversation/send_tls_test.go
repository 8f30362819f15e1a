package conversation_test

import (
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
)

// What was shown as TLS all the way leaves with that demand, and nothing else
// does: a demand that cannot be met is a bounce.
func TestTLSAllTheWayIsDemandedWhereItWasShown(t *testing.T) {
	for _, test := range []struct {
		name              string
		enforced, require bool
		want              bool
	}{{"both ends", true, true, true}, {"only the domain", true, false, false}, {"only the own server", false, true, false}} {
		w := newSealedWorld(nil, func(o *Options) {
			o.Domain = func(string) DomainFacts { return DomainFacts{Enforced: test.enforced} }
			o.Require = func(AccountID) bool { return test.require }
		})
		w.store.history["paul"] = []Past{proven(2, paulMail, "home")}
		e, c, err := w.Send(t.Context(), Draft{To: to("paul"), Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if stored := w.store.entries[e.ID]; stored.RequireTLS != test.want || (c.Best().Facts.Path == "auth") != test.want {
			t.Errorf("%s: demanded %v, shown %q", test.name, stored.RequireTLS, c.Best().Facts.Path)
		}
	}
}
