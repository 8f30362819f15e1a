package search

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// finds is what stands above the hits.
type finds struct {
	people []conversation.Contact
	topics []conversation.FoundTopic
}

// row is one of its lines: a person, or a topic.
type row struct {
	person *conversation.Contact
	topic  *conversation.FoundTopic
}

// rows gives as many people and topics as the height allows.
func (s *Screen) rows() []row {
	if s.asked == "" || s.err != nil {
		return nil
	}
	n := min(mostFinds, max((s.h-4)/6, 1))
	var out []row
	for i := range min(n, len(s.finds.people)) {
		out = append(out, row{person: &s.finds.people[i]})
	}
	for i := range min(n, len(s.finds.topics)) {
		out = append(out, row{topic: &s.finds.topics[i]})
	}
	return out
}

// person gives the person under the cursor.
func (s *Screen) person() (conversation.Contact, bool) {
	if all := s.rows(); s.above >= 0 && s.above < len(all) && all[s.above].person != nil {
		return *all[s.above].person, true
	}
	return conversation.Contact{}, false
}

// found draws people and topics in w columns, with a rule below them.
func (s *Screen) found(w int) []string {
	st := s.env.Styles
	var out []string
	for i, r := range s.rows() {
		bar, style := kit.Gap(1), st.Bold
		if i == s.above && !s.picking {
			bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Bold.Plus(st.Cursor)
		}
		if r.person != nil {
			out = append(out, s.personRow(r.person, bar, style, w))
			continue
		}
		out = append(out, s.topicRow(r.topic, bar, style, w))
	}
	if len(out) > 0 {
		out = append(out, kit.Rule(st, w))
	}
	return out
}

func personName(c conversation.Contact) safe.Text {
	if c.Name == "" && len(c.Addresses) > 0 {
		return safe.Line(c.Addresses[0].ID)
	}
	return safe.Line(c.Name)
}

func (s *Screen) personRow(c *conversation.Contact, bar kit.Span, style theme.Style, w int) string {
	st := s.env.Styles
	var ids []string
	last := int64(0)
	for _, a := range c.Addresses {
		ids = append(ids, a.ID)
		last = max(last, a.LastSeen, a.LastSent)
	}
	l := append(kit.Line{bar, kit.Chip(st.Index(c.Index)), kit.Gap(1)}, marked(style, st.Match, personName(*c), wanted(s.asked), s.nameWidth(w), st.Glyph.Ellipsis)...)
	l = append(l, kit.Gap(1))
	return s.ending(l, safe.Line(strings.Join(ids, ", ")), c.Messages, time.Unix(last, 0), last > 0, w)
}

func (s *Screen) topicRow(t *conversation.FoundTopic, bar kit.Span, style theme.Style, w int) string {
	st := s.env.Styles
	with := s.nameWidth(w)
	l := kit.Line{bar, kit.Own(st.Dim, s.env.Cat.T("search.topic", nil)).To(7, st.Glyph.Ellipsis)}
	l = append(l, kit.Got(st.Plain, safe.Line(strings.Join(t.Title, ", "))).To(with, st.Glyph.Ellipsis), kit.Gap(1))
	room := w - l.Width() - tailWidth
	l = append(l, marked(style, st.Match, safe.Line(t.Subject), wanted(s.asked), max(room, 4), st.Glyph.Ellipsis)...)
	return s.ending(l, safe.Text{}, t.Messages, t.Last, !t.Last.IsZero(), w)
}

// tailWidth is what the number of messages and the date take at the right.
const tailWidth = 18

func (s *Screen) nameWidth(w int) int { return min(max(w/4, 14), 30) }

// ending closes a row with how many messages there are and the last one's date.
func (s *Screen) ending(l kit.Line, words safe.Text, n int, last time.Time, dated bool, w int) string {
	st, tail := s.env.Styles, s.env.Styles.Glyph.Ellipsis
	number, date := "", ""
	if n > 0 {
		number = s.env.Cat.N("search.messages", n, nil)
	}
	if dated {
		date = s.env.Cat.Date(last, s.env.Now())
	}
	l = append(l, kit.Got(st.Dim, words).To(max(w-l.Width()-tailWidth, 0), tail))
	l = append(l, kit.Gap(1), kit.Own(st.Dim, kit.Left(number, tailWidth-10)).To(tailWidth-10, tail), kit.Own(st.Dim, kit.Left(date, 8)), kit.Gap(1))
	return l.Draw(w, tail)
}

// openAbove opens a topic at its newest message, and a person's conversation:
// the one with nobody else in it. Who has none is shown with his card.
func (s *Screen) openAbove(r row) tea.Cmd {
	host := s.env.Host
	if r.topic != nil {
		return host.Open(screen.To{Kind: screen.Timeline, Conversation: r.topic.Conversation, Message: r.topic.Newest})
	}
	who, card := r.person.ID, screen.To{Kind: screen.Card, Who: string(r.person.ID)}
	if len(r.person.Addresses) == 0 {
		return host.Open(card)
	}
	q := &conversation.Query{Root: conversation.Node{Op: conversation.Match, Field: "with", Text: r.person.Addresses[0].ID}}
	return screen.Ask(&s.act, func() (conversation.Page, error) {
		return s.b.List(s.env.Ctx, conversation.Window{Query: q, Limit: 20})
	}, func(p conversation.Page, err error) tea.Cmd {
		if err != nil {
			return host.Fail(err)
		}
		at := slices.IndexFunc(p.Rows, func(c conversation.Conversation) bool {
			return len(c.Contacts) == 1 && c.Contacts[0].Contact == who
		})
		if at < 0 {
			return host.Open(card)
		}
		return host.Open(screen.To{Kind: screen.Timeline, Conversation: p.Rows[at].ID})
	})
}
