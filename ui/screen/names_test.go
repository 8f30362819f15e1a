package screen

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

func TestAGroupThatDoesNotFitIsCalledByFirstNames(t *testing.T) {
	cat, err := lang.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	group := func(kind conversation.Kind, names ...string) *conversation.Conversation {
		c := &conversation.Conversation{Kind: kind}
		for i, n := range names {
			if i > 0 {
				c.Title += ", "
			}
			c.Title += n
			c.Contacts = append(c.Contacts, conversation.Member{Name: n})
		}
		return c
	}
	three := group(conversation.KindPeople, "Sandrine Morel", "Karim Haddad", "@zoe@social.example")
	for w, want := range map[int]string{60: three.Title, 20: "Sandrine, Karim, zoe", 18: "Sandrine, Karim +1", 12: "Sandrine +2", 5: three.Title} {
		if got := Names(cat, three, w).String(); got != want {
			t.Errorf("%d columns: %q, want %q", w, got, want)
		}
	}
	one := group(conversation.KindPeople, "A person with a very long name")
	list := group(conversation.KindList, "Garden list", "Somebody else")
	for _, c := range []*conversation.Conversation{one, list} {
		if got := Names(cat, c, 10).String(); got != c.Title {
			t.Errorf("%q became %q", c.Title, got)
		}
	}
}
