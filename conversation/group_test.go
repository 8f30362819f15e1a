package conversation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
)

// book is a small address book: who has which address.
type book map[Address]ContactID

func (b book) who(a Address) ContactID { return b[a] }

var (
	meMail    = MailAddress("me@home.example")
	meMasto   = MastodonAddress("me@social.example", "")
	zoeMail   = MailAddress("zoe@example.org")
	zoeWork   = MailAddress("zoe@work.example")
	zoeMasto  = MastodonAddress("zoe@social.example", "")
	paulMail  = MailAddress("paul@example.com")
	paulMasto = MastodonAddress("paul@other.example", "")
	shopMail  = MailAddress("no-reply@shop.example")
)

func people() book {
	return book{
		meMail: Me, meMasto: Me,
		zoeMail: "zoe", zoeWork: "zoe", zoeMasto: "zoe",
		paulMail: "paul", paulMasto: "paul",
		shopMail: "shop",
	}
}

// msg makes a message from its first address to the others.
func msg(from Address, to ...Address) *Message {
	m := &Message{Protocol: from.Protocol, Participants: []Participant{{Role: From, Address: from}}}
	for _, a := range to {
		m.Participants = append(m.Participants, Participant{Role: To, Address: a})
	}
	return m
}

func with(m *Message, change func(*Message)) *Message { change(m); return m }

func bulk(m *Message) *Message { return with(m, func(m *Message) { m.Bulk = true }) }

func list(m *Message, id string) *Message { return with(m, func(m *Message) { m.ListID = id }) }

func also(m *Message, r Role, a Address) *Message {
	return with(m, func(m *Message) { m.Participants = append(m.Participants, Participant{Role: r, Address: a}) })
}

func describe(g Group) string { return fmt.Sprintf("%s %v", g.Kind, g.Contacts) }

func TestGroupOf(t *testing.T) {
	tests := []struct {
		name string
		m    *Message
		want string
	}{
		{"from one", msg(zoeMail, meMail), "people [zoe]"},
		{"to one", msg(meMail, zoeMail), "people [zoe]"},
		{"by another protocol", msg(zoeMasto, meMasto), "people [zoe]"},
		{"both addresses of one", msg(meMail, zoeMail, zoeWork), "people [zoe]"},
		{"several", msg(zoeMail, meMail, paulMail), "people [paul zoe]"},
		{"a copy counts", also(msg(zoeMail, meMail), Cc, paulMail), "people [paul zoe]"},
		{"a blind copy counts", also(msg(meMail, zoeMail), Bcc, paulMail), "people [paul zoe]"},
		{"Reply-To does not", also(msg(zoeMail, meMail), ReplyTo, paulMail), "people [zoe]"},
		{"note to myself", msg(meMail, meMail), "people [me]"},
		{"own second account", msg(meMail, meMasto), "people [me]"},
		{"nobody known takes part", &Message{Protocol: Mail}, "people []"},
		{"bulk", bulk(msg(shopMail, meMail)), "bulk [shop]"},
		{"bulk with others in copy goes by its sender", bulk(also(msg(shopMail, meMail), Cc, paulMail)), "bulk [shop]"},
		{"my own automatic answer", bulk(msg(meMail, zoeMail)), "people [zoe]"},
		{"list", list(msg(zoeMail, meMail), "Garden.lists.example "), "list []"},
		{"a list is a list even when bulk", bulk(list(msg(shopMail, meMail), "news.shop.example")), "list []"},
		{"a stranger", msg(MailAddress("new@example.net"), meMail), "people [" + string(NewContactID(MailAddress("new@example.net"))) + "]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := describe(GroupOf(CircleOf(test.m), people().who, nil)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestSameConversation(t *testing.T) {
	tests := []struct {
		name string
		a, b *Message
		same bool
	}{
		{"one contact over all protocols", msg(zoeMail, meMail), msg(meMasto, zoeMasto), true},
		{"another contact", msg(zoeMail, meMail), msg(paulMail, meMail), false},
		{"several people, same protocol", msg(zoeMail, meMail, paulMail), msg(meMail, paulMail, zoeWork), true},
		{"several people, another protocol", msg(zoeMail, meMail, paulMail), msg(zoeMasto, meMasto, paulMasto), false},
		{"an extra person", msg(zoeMail, meMail), also(msg(zoeMail, meMail), Cc, paulMail), false},
		{"a subject is no border", msg(zoeMail, meMail), with(msg(zoeMail, meMail), func(m *Message) { m.Subject = "Else" }), true},
		{"list by its id, whoever writes", list(msg(zoeMail, meMail), "a.example"), list(msg(paulMail), "A.example"), true},
		{"other list", list(msg(zoeMail, meMail), "a.example"), list(msg(zoeMail, meMail), "b.example"), false},
		{"bulk stands apart from the person", bulk(msg(zoeMail, meMail)), msg(zoeMail, meMail), false},
		{"bulk of one sender", bulk(msg(shopMail, meMail)), bulk(msg(shopMail, meMail, paulMail)), true},
		{"the note to myself is nobody else's", msg(meMail, meMail), msg(zoeMail, meMail), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := GroupOf(CircleOf(test.a), people().who, nil)
			b := GroupOf(CircleOf(test.b), people().who, nil)
			if (a.ID == b.ID) != test.same {
				t.Errorf("%s and %s", describe(a), describe(b))
			}
		})
	}
}

func TestMovedSenders(t *testing.T) {
	move := func(who ContactID, to Kind) func(ContactID) Kind {
		return func(id ContactID) Kind {
			if id == who {
				return to
			}
			return ""
		}
	}
	tests := []struct {
		name string
		m    *Message
		over func(ContactID) Kind
		want string
	}{
		{"bulk sender to people", bulk(msg(shopMail, meMail)), move("shop", KindPeople), "people [shop]"},
		{"bulk sender to people, in company", bulk(msg(shopMail, meMail, paulMail)), move("shop", KindPeople), "people [paul shop]"},
		{"person to bulk", msg(zoeMail, meMail), move("zoe", KindBulk), "bulk [zoe]"},
		{"what I wrote to him goes along", msg(meMail, zoeMail), move("zoe", KindBulk), "bulk [zoe]"},
		{"the others keep the group", msg(zoeMail, meMail, paulMail), move("zoe", KindBulk), "people [paul zoe]"},
		{"somebody else was moved", msg(zoeMail, meMail), move("paul", KindBulk), "people [zoe]"},
		{"me cannot be moved", msg(meMail, meMail), move(Me, KindBulk), "people [me]"},
		{"lists stay lists", list(msg(zoeMail), "a.example"), move("zoe", KindPeople), "list []"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := describe(GroupOf(CircleOf(test.m), people().who, test.over)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLargeGroupsAreHandledAsLists(t *testing.T) {
	nobody := book{meMail: Me}
	for _, test := range []struct {
		people int
		want   Kind
	}{{LargeGroup, KindPeople}, {LargeGroup + 1, KindList}} {
		m := msg(meMail)
		for i := range test.people {
			also(m, To, MailAddress(fmt.Sprintf("p%d@example.org", i)))
		}
		if g := GroupOf(CircleOf(m), nobody.who, nil); g.Kind != test.want || len(g.Contacts) != test.people {
			t.Errorf("%d people: %s of %d", test.people, g.Kind, len(g.Contacts))
		}
	}
}

func TestIdentifiersAreShortDistinctAndStable(t *testing.T) {
	ids := []string{
		string(NewContactID(zoeMail)), string(NewContactID(zoeWork)), string(NextContactID(zoeMail, 1)), string(NextContactID(zoeMail, 2)),
		string(NewMessageID([32]byte{1})), string(NewMessageID([32]byte{2})),
		string(GroupOf(CircleOf(msg(zoeMail, meMail)), people().who, nil).ID),
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] || len(id) > 21 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("%q is double, long or odd", id)
		}
		seen[id] = true
	}
	if NewContactID(zoeMail) != NewContactID(MailAddress(" ZOE@example.org")) {
		t.Error("one address, two contacts")
	}
	if NewContactID(Address{Mail, "x"}) == NewContactID(Address{Mastodon, "x"}) {
		t.Error("the protocol does not count")
	}
}

func drawAddress(t *rapid.T) Address {
	return Address{
		Protocol: rapid.SampledFrom([]Protocol{Mail, Mastodon}).Draw(t, "protocol"),
		ID:       rapid.SampledFrom([]string{"a", "b", "c", "d", "e:1", "1:e", "12", "2"}).Draw(t, "id"),
	}
}

func drawMessage(t *rapid.T) *Message {
	m := &Message{
		Protocol: rapid.SampledFrom([]Protocol{Mail, Mastodon}).Draw(t, "by"),
		Bulk:     rapid.Bool().Draw(t, "bulk"),
		ListID:   rapid.SampledFrom([]string{"", "", "", "list.example"}).Draw(t, "list"),
	}
	for range rapid.IntRange(0, 6).Draw(t, "n") {
		role := rapid.SampledFrom([]Role{From, To, Cc, Bcc, ReplyTo}).Draw(t, "role")
		m.Participants = append(m.Participants, Participant{Role: role, Address: drawAddress(t)})
	}
	return m
}

func drawBook(t *rapid.T) book {
	b := book{}
	for range rapid.IntRange(0, 10).Draw(t, "entries") {
		b[drawAddress(t)] = rapid.SampledFrom([]ContactID{Me, "x", "y", "z"}).Draw(t, "who")
	}
	return b
}

func TestOrderOfParticipantsNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, b := drawMessage(t), drawBook(t)
		before := GroupOf(CircleOf(m), b.who, nil)
		sender := m.Sender()
		m.Participants = rapid.Permutation(m.Participants).Draw(t, "order")
		if m.Bulk && m.Sender() != sender {
			return // which of several senders comes first does matter
		}
		if after := GroupOf(CircleOf(m), b.who, nil); before.ID != after.ID || !slices.Equal(before.Contacts, after.Contacts) {
			t.Fatalf("%s and %s", describe(before), describe(after))
		}
	})
}

func TestMeIsLeftOutUnlessAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := GroupOf(CircleOf(drawMessage(t)), drawBook(t).who, nil)
		if slices.Contains(g.Contacts, Me) && len(g.Contacts) > 1 {
			t.Fatal(describe(g))
		}
		if !slices.IsSorted(g.Contacts) || len(slices.Compact(slices.Clone(g.Contacts))) != len(g.Contacts) {
			t.Fatalf("not a sorted set: %v", g.Contacts)
		}
	})
}

// Joining two contacts and splitting them again gives back each conversation,
// and only circles that hold an address of either change on the way.
func TestJoinAndSplitGivesTheSameGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBook(t)
		circles := map[string]Circle{}
		for range 20 {
			c := CircleOf(drawMessage(t))
			circles[c.Key()] = c
		}
		joined := book{}
		for a, id := range b {
			if joined[a] = id; id == "y" {
				joined[a] = "x"
			}
		}
		for _, c := range circles {
			before, between, after := GroupOf(c, b.who, nil), GroupOf(c, joined.who, nil), GroupOf(c, b.who, nil)
			if before.ID != after.ID {
				t.Fatalf("%s became %s", describe(before), describe(after))
			}
			holds := slices.ContainsFunc(append(c.Addresses, c.Sender), func(a Address) bool { return b[a] == "y" })
			if !holds && before.ID != between.ID {
				t.Fatalf("%v moved though none of the joined takes part", c)
			}
			if slices.Contains(between.Contacts, "y") {
				t.Fatalf("the joined contact is still there: %s", describe(between))
			}
		}
	})
}

func TestCircleKeysAreTheSameOnlyForEqualCircles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := CircleOf(drawMessage(t)), CircleOf(drawMessage(t))
		if same := fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b); same != (a.Key() == b.Key()) {
			t.Fatalf("%q and %q", a.Key(), b.Key())
		}
	})
}

// The circles of a hundred thousand messages are a few thousand; deriving all
// of their conversations must not be noticed even when nothing is left out.
func BenchmarkGroupOf5000Circles(b *testing.B) {
	var circles []Circle
	who := book{meMail: Me}
	for i := range 5000 {
		a := MailAddress(fmt.Sprintf("p%d@example.org", i))
		who[a] = NewContactID(a)
		circles = append(circles, CircleOf(msg(a, meMail, MailAddress(fmt.Sprintf("p%d@example.org", i/2)))))
	}
	for b.Loop() {
		for _, c := range circles {
			GroupOf(c, who.who, nil)
		}
	}
}
