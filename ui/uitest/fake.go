package uitest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Fake is a backend in memory. It may be used by several goroutines, as the
// interface's commands do.
type Fake struct {
	mu       sync.Mutex
	now      func() time.Time
	contacts map[conversation.ContactID]conversation.Contact
	messages []conversation.Message          // oldest first
	gone     map[conversation.MessageID]bool // archived or deleted
	undo     []func() conversation.Act
	drafts   map[conversation.DraftID]conversation.Draft
	entries  []conversation.Entry
	statuses []conversation.Status
	events   chan conversation.Event
	serial   int
	ring     *keyring
	saved    []conversation.SavedSearch
	told     map[conversation.MessageID]bool

	Fail   error // when set, every call fails with it
	Sent   []conversation.Draft
	Acts   []conversation.Act
	Reject func(conversation.Draft) (conversation.Choice, bool) // overrides Choose
	Slow   time.Duration                                        // every call takes that long
	Better privacy.Advice                                       // what every choice advises
	Unsaid error                                                // when set, no draft can be saved
	Asked  []string                                             // what was searched for
	Wanted []conversation.MessageID                             // whose rest was asked for
}

// NewFake makes an empty backend.
func NewFake(now func() time.Time) *Fake {
	return &Fake{
		now: now, contacts: map[conversation.ContactID]conversation.Contact{},
		gone: map[conversation.MessageID]bool{}, told: map[conversation.MessageID]bool{},
		drafts: map[conversation.DraftID]conversation.Draft{}, events: make(chan conversation.Event, 64),
	}
}

// lock begins a call: it takes the time that calls take and gives the error
// that they end with.
func (f *Fake) lock(ctx context.Context) error {
	if f.Slow > 0 {
		time.Sleep(f.Slow)
	}
	f.mu.Lock()
	if f.Fail != nil {
		return f.Fail
	}
	return ctx.Err()
}

func (f *Fake) addMessage(m conversation.Message) { f.messages = append(f.messages, m) }

func (f *Fake) sort() {
	slices.SortStableFunc(f.messages, func(a, b conversation.Message) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID))
	})
}

// Arrive adds a message now and tells about it.
func (f *Fake) Arrive(who conversation.ContactID, subject, text string) {
	f.mu.Lock()
	c := f.contacts[who]
	f.serial++
	p := person{id: string(who), name: c.Name, score: c.Index.Score}
	m := p.message(c, 90+f.serial, said{dir: "<", subject: subject, text: text, unread: true})
	m.Date, m.Received = f.now(), f.now()
	f.addMessage(m)
	f.sort()
	f.mu.Unlock()
	f.Tell(conversation.Event{Conversations: []conversation.ConversationID{m.Conversation}, New: 1, Fresh: []conversation.MessageID{m.ID}})
}

// Fill adds n more people with one message each, for long lists.
func (f *Fake) Fill(n int, name func(i int) string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range n {
		id := "fill" + strings.Repeat("0", 5-len(itoa(i))) + itoa(i)
		f.addPerson(person{
			id: id, name: name(i), mail: id + "@example.org", kind: conversation.KindPeople, score: (i*37 + 20) % 101,
			ago: time.Duration(50*24+i) * time.Hour, said: []said{{dir: "<", subject: "Bonjour", text: "温室の写真 " + name(i) + " — la réunion est reportée à mardi 🌱", unread: i%3 == 0}},
		})
	}
	f.sort()
}

// Tell sends an event to whoever listens.
func (f *Fake) Tell(ev conversation.Event) {
	select {
	case f.events <- ev:
	default:
	}
}

// Events gives what was told.
func (f *Fake) Events(context.Context) <-chan conversation.Event { return f.events }

// of gives the messages of a conversation that are still in it.
func (f *Fake) of(id conversation.ConversationID) []conversation.Message {
	var out []conversation.Message
	for _, m := range f.messages {
		if m.Conversation == id && !f.gone[m.ID] {
			out = append(out, m)
		}
	}
	return out
}

// all gives every conversation, newest first.
func (f *Fake) all() []conversation.Conversation {
	seen := map[conversation.ConversationID]bool{}
	var out []conversation.Conversation
	for _, m := range slices.Backward(f.messages) {
		if !seen[m.Conversation] && !f.gone[m.ID] {
			seen[m.Conversation] = true
			out = append(out, f.conversation(m.Conversation))
		}
	}
	return out
}

func (f *Fake) conversation(id conversation.ConversationID) conversation.Conversation {
	ms := f.of(id)
	who := conversation.ContactID(strings.TrimPrefix(string(id), "c-"))
	contact := f.contacts[who]
	c := conversation.Conversation{
		ID: id, Title: contact.Name, Kind: conversation.KindPeople, Messages: len(ms),
		Contacts: []conversation.Member{{Contact: who, Name: contact.Name}},
	}
	for _, m := range ms {
		if !m.Read {
			c.Unread++
		}
		c.Starred = c.Starred || m.Starred
		if !slices.Contains(c.Channels, m.Protocol) {
			c.Channels = append(c.Channels, m.Protocol)
		}
		if m.Direction == conversation.In || c.LastID == "" {
			c.Index = m.Index
		}
		c.LastDate, c.LastID, c.Excerpt, c.Subject = m.Date, m.ID, m.Excerpt, m.Subject
		from := m.Sender()
		c.LastFrom = conversation.Member{Contact: from.Contact, Name: from.Display}
		if m.Bulk {
			c.Kind = conversation.KindBulk
		}
	}
	if who == "seeds" {
		c.Kind = conversation.KindList
	}
	for _, d := range f.drafts {
		if d.Conversation == id {
			c.Draft = firstWords(d.Text)
		}
	}
	return c
}

func firstWords(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if r := []rune(line); len(r) > 120 {
		return string(r[:120])
	}
	return line
}

// Chat adds n older messages to a conversation, numbered from the oldest.
func (f *Fake) Chat(who conversation.ContactID, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.contacts[who]
	p := person{id: string(who), name: c.Name, score: c.Index.Score, ago: 30 * 24 * time.Hour}
	for i := range n {
		s := said{dir: "<", subject: "Vendredi", before: time.Duration(n-i) * time.Hour, text: "message number " + itoa(i) + "."}
		m := p.message(c, 0, s)
		m.ID = conversation.MessageID("chat" + itoa(10_000+i))
		f.addMessage(m)
	}
	f.sort()
}
