package inbox

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if s.filtering {
		return s.doFilter(id)
	}
	if cmd, ok := s.move(id); ok {
		return cmd, true
	}
	if cmd, ok := s.show(id); ok {
		return cmd, true
	}
	return s.change(id)
}

// move runs the actions that move the cursor.
func (s *Screen) move(id key.ID) (tea.Cmd, bool) {
	steps := map[key.ID]func(){
		key.Down: func() { s.list.Move(1) }, key.Up: func() { s.list.Move(-1) },
		key.First: s.list.Top, key.Last: s.list.Bottom,
		key.HalfDown: func() { s.list.Page(0.5) }, key.HalfUp: func() { s.list.Page(-0.5) },
		key.PageDown: func() { s.list.Page(1) }, key.PageUp: func() { s.list.Page(-1) },
		key.NextConversation: func() { s.nextUnread(1) }, key.PrevConversation: func() { s.nextUnread(-1) },
	}
	f, ok := steps[id]
	if !ok {
		return nil, false
	}
	return s.moved(f), true
}

func (s *Screen) moved(f func()) tea.Cmd {
	f()
	return s.more()
}

// nextUnread goes to the next loaded row with unread messages, else one row.
func (s *Screen) nextUnread(dir int) {
	rows, at := s.list.Rows(), -1
	cur, ok := s.list.Current()
	for i, r := range rows {
		if ok && r.ID == cur.ID {
			at = i
		}
	}
	for i := at + dir; at >= 0 && i >= 0 && i < len(rows); i += dir {
		if rows[i].Unread > 0 {
			s.list.Move(i - at)
			return
		}
	}
	s.list.Move(dir)
}

// show runs the actions that show something else.
func (s *Screen) show(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Filter:
		s.filtering = true
		s.filter.Focus()
		s.resize()
		return nil, true
	case key.NextView:
		return s.turn(1), true
	case key.PrevView:
		return s.turn(-1), true
	case key.UnreadOnly:
		s.unread = !s.unread
		s.list.Reset()
		return s.fetch(), true
	case key.FullDates:
		s.full = !s.full
		s.list.Restyle()
		return nil, true
	case key.Back:
		return s.back()
	}
	return nil, false
}

// back takes away what narrows the list before the screen is left.
func (s *Screen) back() (tea.Cmd, bool) {
	switch {
	case len(s.tags) > 0:
		clear(s.tags)
		s.list.Restyle()
		return nil, true
	case s.filtered != "":
		return s.unfilter(), true
	}
	return nil, false
}

// change runs the actions on the conversation under the cursor.
func (s *Screen) change(id key.ID) (tea.Cmd, bool) {
	c, ok := s.list.Current()
	if !ok {
		return nil, false
	}
	host := s.env.Host
	switch id {
	case key.Open:
		return host.Open(screen.To{Kind: screen.Timeline, Conversation: c.ID}), true
	case key.Reply:
		return host.Open(screen.To{Kind: screen.Compose, Text: "reply", Message: c.LastID, Name: c.Title}), true
	case key.ReplyVia:
		return host.Open(screen.To{Kind: screen.Compose, Text: "reply-via", Message: c.LastID, Name: c.Title}), true
	case key.ContactCard:
		return s.card(c), true
	case key.Why:
		return host.Open(screen.To{Kind: screen.Why, Conversation: c.ID, Index: &c.Index, Name: c.Title}), true
	case key.Tag:
		s.tags[c.ID] = !s.tags[c.ID]
		if !s.tags[c.ID] {
			delete(s.tags, c.ID)
		}
		s.list.Restyle()
		s.list.Move(1)
		return s.more(), true
	case key.MovePeople:
		return s.moveTo(c, conversation.KindPeople, "done.people"), true
	case key.MoveBulk:
		return s.moveTo(c, conversation.KindBulk, "done.bulk"), true
	}
	return s.acts(id, c)
}

func (s *Screen) card(c conversation.Conversation) tea.Cmd {
	if len(c.Contacts) == 0 {
		return nil
	}
	return s.env.Host.Open(screen.To{Kind: screen.Card, Who: string(c.Contacts[0].Contact)})
}

// acts runs the actions that change messages.
func (s *Screen) acts(id key.ID, c conversation.Conversation) (tea.Cmd, bool) {
	switch id {
	case key.Archive:
		return s.do(conversation.ActArchive), true
	case key.Delete:
		return s.do(conversation.ActDelete), true
	case key.ToggleRead:
		if c.Unread > 0 {
			return s.do(conversation.ActRead), true
		}
		return s.do(conversation.ActUnread), true
	case key.ToggleStar:
		if c.Starred {
			return s.do(conversation.ActUnstar), true
		}
		return s.do(conversation.ActStar), true
	}
	return nil, false
}

// do does one act on the targets. Reading means all of their messages, a star
// or "unread" the last one only: that is what people mean by it.
func (s *Screen) do(kind conversation.ActKind) tea.Cmd {
	targets := s.targets()
	return screen.Ask(&s.act, func() (struct{}, error) {
		ids, err := s.messagesOf(targets, kind)
		if err != nil || len(ids) == 0 {
			return struct{}{}, err
		}
		return struct{}{}, s.b.Act(s.env.Ctx, conversation.Act{Kind: kind, Messages: ids})
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		clear(s.tags)
		return tea.Batch(s.env.Host.Acted(s.env.Cat.T("done."+string(kind), nil)), s.fetch())
	})
}

func (s *Screen) messagesOf(cs []conversation.Conversation, kind conversation.ActKind) ([]conversation.MessageID, error) {
	var ids []conversation.MessageID
	for _, c := range cs {
		if kind == conversation.ActUnread || kind == conversation.ActStar {
			ids = append(ids, c.LastID)
			continue
		}
		ms, _, _, err := s.b.Messages(s.env.Ctx, c.ID, conversation.Span{Limit: max(c.Messages, 1)})
		if err != nil {
			return nil, err
		}
		for _, m := range ms {
			if m.Outbox == nil && touched(m, kind) {
				ids = append(ids, m.ID)
			}
		}
	}
	return ids, nil
}

func touched(m conversation.Message, kind conversation.ActKind) bool {
	switch kind {
	case conversation.ActRead:
		return !m.Read
	case conversation.ActUnstar:
		return m.Starred
	}
	return true
}

// moveTo says which view the sender belongs to.
func (s *Screen) moveTo(c conversation.Conversation, kind conversation.Kind, said string) tea.Cmd {
	if len(c.Contacts) == 0 {
		return nil
	}
	who := string(c.Contacts[0].Contact)
	return screen.Ask(&s.act, func() (struct{}, error) {
		contact, err := s.b.Contact(s.env.Ctx, who)
		if err != nil {
			return struct{}{}, err
		}
		contact.Kind = kind
		_, err = s.b.SaveContact(s.env.Ctx, contact)
		return struct{}{}, err
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.env.Host.Toast(strings.TrimSpace(s.env.Cat.T(said, nil)), nil), s.fetch())
	})
}

func (s *Screen) after(d time.Duration, f func() tea.Cmd) tea.Cmd {
	return screen.After(&s.quiet, d, f)
}
