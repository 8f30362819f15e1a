package conversation

import (
	"slices"
	"strconv"
	"strings"
)

// LargeGroup is the number of contacts (me left out) above which a set of
// people is handled as a list: nobody keeps fifty people apart, so the topics
// inside matter more than the faces.
const LargeGroup = 50

// Circle is what the grouping has to know of a message: who took part and how
// it came. Many messages share one circle, so that the store keeps circles
// apart from messages and derives the conversations of a few thousand circles
// again when two contacts are joined, instead of those of all messages.
type Circle struct {
	Kind      Kind
	Protocol  Protocol
	Addresses []Address // sorted, unique, own ones included; empty for lists
	ListID    string    // for lists
	Sender    Address   // for bulk: who sent it, since that alone decides
}

// CircleOf gives the circle of a message.
func CircleOf(m *Message) Circle {
	c := Circle{Kind: kindOf(m), Protocol: m.Protocol}
	switch c.Kind {
	case KindList:
		c.ListID = strings.ToLower(strings.TrimSpace(m.ListID))
		return c
	case KindBulk:
		c.Sender = m.Sender().Address
	case KindPeople:
	}
	c.Addresses = circleAddresses(m.Participants)
	return c
}

func kindOf(m *Message) Kind {
	switch {
	case strings.TrimSpace(m.ListID) != "":
		return KindList
	case m.Bulk && !m.Sender().Address.IsZero():
		return KindBulk
	}
	return KindPeople
}

// circleAddresses leaves Reply-To out: it says where answers go, not who took
// part, and anybody may write anything there.
func circleAddresses(ps []Participant) []Address {
	out := make([]Address, 0, len(ps))
	for _, p := range ps {
		if p.Role != ReplyTo && !p.Address.IsZero() {
			out = append(out, p.Address)
		}
	}
	slices.SortFunc(out, compareAddresses)
	return slices.Compact(out)
}

func compareAddresses(a, b Address) int {
	if n := strings.Compare(string(a.Protocol), string(b.Protocol)); n != 0 {
		return n
	}
	return strings.Compare(a.ID, b.ID)
}

// Key gives a text that is the same for equal circles and differs for others.
func (c Circle) Key() string {
	fields := []string{string(c.Kind), string(c.Protocol), c.ListID, string(c.Sender.Protocol), c.Sender.ID}
	for _, a := range c.Addresses {
		fields = append(fields, string(a.Protocol), a.ID)
	}
	return joinFields(fields...)
}

// joinFields writes each field behind its length, so that no content of one
// field can be taken for the border to the next.
func joinFields(fields ...string) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(strconv.Itoa(len(f)))
		b.WriteByte(':')
		b.WriteString(f)
	}
	return b.String()
}

// Group is the conversation a circle belongs to.
type Group struct {
	ID       ConversationID
	Kind     Kind
	Contacts []ContactID // sorted; me left out unless alone; empty for lists
}

// GroupOf derives the conversation of a circle. The function who gives the
// contact of an address (Me for the user's own, "" for nobody yet); override
// gives where the user moved a sender ("" for nowhere) and may be nil.
//
// One contact makes one conversation over all protocols; several people make
// one for each set of people and protocol, since not everybody can be reached
// the same way; a list is a conversation by its List-Id (RFC 2919); bulk mail
// makes one for each sender, apart from the conversation with that sender as a
// person.
func GroupOf(c Circle, who func(Address) ContactID, override func(ContactID) Kind) Group {
	if c.Kind == KindList {
		return Group{ID: conversationID("list", c.ListID), Kind: KindList}
	}
	if g, ok := bulkGroup(c, who, override); ok {
		return g
	}
	return peopleGroup(circleContacts(c, who), c.Protocol, override)
}

// bulkGroup says whether a circle stays in the second view. Automatic answers
// of the user's own do not: they belong where the person is.
func bulkGroup(c Circle, who func(Address) ContactID, override func(ContactID) Kind) (Group, bool) {
	if c.Kind != KindBulk || c.Sender.IsZero() {
		return Group{}, false
	}
	sender := contactOf(c.Sender, who)
	if sender == Me || moved(sender, override) == KindPeople {
		return Group{}, false
	}
	return bulkOf(sender), true
}

func bulkOf(sender ContactID) Group {
	return Group{ID: conversationID("bulk", string(sender)), Kind: KindBulk, Contacts: []ContactID{sender}}
}

// peopleGroup groups by the set of contacts. A sender whom the user moved to
// the second view takes his own conversation there; where he is one among
// several, the others keep it among people.
func peopleGroup(set []ContactID, p Protocol, override func(ContactID) Kind) Group {
	switch {
	case len(set) == 0:
		return Group{ID: conversationID("nobody"), Kind: KindPeople}
	case len(set) == 1 && moved(set[0], override) == KindBulk:
		return bulkOf(set[0])
	case len(set) == 1:
		return Group{ID: conversationID("one", string(set[0])), Kind: KindPeople, Contacts: set}
	}
	fields := []string{"several", string(p)}
	for _, id := range set {
		fields = append(fields, string(id))
	}
	g := Group{ID: conversationID(fields...), Kind: KindPeople, Contacts: set}
	if len(set) > LargeGroup {
		g.Kind = KindList
	}
	return g
}

// circleContacts gives the sorted set of contacts, without me unless I am alone.
func circleContacts(c Circle, who func(Address) ContactID) []ContactID {
	set := make([]ContactID, 0, len(c.Addresses))
	me := false
	for _, a := range c.Addresses {
		if id := contactOf(a, who); id == Me {
			me = true
		} else {
			set = append(set, id)
		}
	}
	if len(set) == 0 && me {
		return []ContactID{Me}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

func contactOf(a Address, who func(Address) ContactID) ContactID {
	if id := who(a); id != "" {
		return id
	}
	return NewContactID(a)
}

func moved(id ContactID, override func(ContactID) Kind) Kind {
	if override == nil || id == Me {
		return ""
	}
	return override(id)
}

func conversationID(fields ...string) ConversationID {
	return ConversationID("t" + digest(shortIDLength, append([]string{"conversation"}, fields...)...))
}
