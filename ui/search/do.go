package search

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.Typing() {
		return []key.Context{key.Palette}
	}
	return []key.Context{key.Search}
}

// State tells what there is.
func (s *Screen) State() key.State {
	_, ok := s.list.Current()
	return key.State{Row: ok || s.above >= 0, Message: ok && s.above < 0, Hits: ok, Asked: s.asked != "" && s.err == nil && !s.picking}
}

// Typing tells whether the field has the keys, or a value is being chosen.
func (s *Screen) Typing() bool { return s.typing || s.picking }

// Cursor gives the place of the cursor.
func (s *Screen) Cursor() *tea.Position {
	if s.picking {
		return nil
	}
	return &tea.Position{X: 3 + s.field.Cursor()}
}

// Type takes a key of the field.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if s.picking {
		return s.typePick(msg.Text)
	}
	if !s.field.Type(msg) {
		return nil
	}
	return s.changed()
}

// Paste takes text for the field.
func (s *Screen) Paste(text string) tea.Cmd {
	if s.picking {
		return nil
	}
	s.field.Paste(text)
	return s.changed()
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	switch {
	case s.picking:
		return s.doPicking(id)
	case s.typing:
		return s.doTyping(id)
	case s.move(id):
		return s.more(), true
	}
	switch id {
	case key.SearchFor:
		s.focus(true)
		return nil, true
	case key.Narrow, key.Pane:
		return s.choose(), true
	case key.Widen:
		return s.widen(), true
	case key.KeepSearch:
		return s.askName(), true
	}
	if all := s.rows(); s.above >= 0 && s.above < len(all) {
		return s.withAbove(all[s.above], id)
	}
	h, ok := s.list.Current()
	if !ok {
		return nil, false
	}
	return s.with(&h.Message, id)
}

// move moves the cursor over people and topics and on to the hits.
func (s *Screen) move(id key.ID) bool {
	was, n := s.above, len(s.rows())
	defer func() {
		if (was < 0) != (s.above < 0) {
			s.list.Restyle()
		}
	}()
	switch {
	case id == key.NextHit || id == key.PrevHit:
		s.above = -1
		s.list.Move(map[key.ID]int{key.NextHit: 1, key.PrevHit: -1}[id])
		return true
	case id == key.Up && s.above < 0 && s.list.Index() == 0 && n > 0:
		s.above = n - 1
		return true
	case s.above >= 0 && id == key.Up:
		s.above = max(s.above-1, 0)
		return true
	case s.above >= 0 && id == key.Down:
		if s.above++; s.above >= n && s.list.Total() > 0 {
			s.above = -1
		}
		s.above = min(s.above, n-1)
		return true
	case id == key.First && n > 0:
		s.list.Top()
		s.above = 0
		return true
	}
	if !screen.Move(s.list, id) {
		return false
	}
	s.above = -1
	return true
}

func (s *Screen) doTyping(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Down, key.Up:
		s.move(id)
		return s.more(), true
	case key.Complete:
		return s.complete(), true
	case key.Back:
		if s.list.Total() == 0 && len(s.rows()) == 0 {
			return nil, false
		}
		s.focus(false) // the hits get the keys; once more leaves
		return nil, true
	case key.Open:
		return s.enter(), true
	}
	return nil, false
}

// enter opens what is under the cursor; what was typed meanwhile is searched
// for first, so that enter never opens a hit for other words.
func (s *Screen) enter() tea.Cmd {
	if s.asking() != s.asked || s.err != nil {
		s.quiet.Drop()
		s.rested = true
		return s.ask()
	}
	if all := s.rows(); s.above >= 0 && s.above < len(all) {
		s.focus(false)
		return s.openAbove(all[s.above])
	}
	h, ok := s.list.Current()
	if !ok {
		return nil
	}
	s.focus(false)
	cmd, _ := s.with(&h.Message, key.Open)
	return cmd
}

// withAbove runs the actions on a person or a topic.
func (s *Screen) withAbove(r row, id key.ID) (tea.Cmd, bool) {
	host := s.env.Host
	switch {
	case id == key.Open:
		return s.openAbove(r), true
	case r.person != nil && id == key.ContactCard:
		return host.Open(screen.To{Kind: screen.Card, Who: string(r.person.ID)}), true
	case r.person != nil && id == key.Why:
		return host.Open(screen.To{Kind: screen.Why, Who: string(r.person.ID), Name: personName(*r.person).String()}), true
	case r.person != nil && id == key.Reply:
		return host.Open(screen.To{Kind: screen.Compose, Who: string(r.person.ID), Name: personName(*r.person).String()}), true
	case r.topic != nil && id == key.Reply:
		return host.Open(screen.To{Kind: screen.Compose, Text: "reply", Message: r.topic.Newest, Name: safe.Line(strings.Join(r.topic.Title, ", ")).String()}), true
	}
	return nil, id == key.ContactCard || id == key.Why
}

func (s *Screen) focus(typing bool) {
	if s.typing = typing; typing {
		s.field.Focus()
		return
	}
	s.field.Blur()
}

// with runs the actions on a hit.
func (s *Screen) with(m *conversation.Message, id key.ID) (tea.Cmd, bool) {
	host := s.env.Host
	switch id {
	case key.Open:
		return host.Open(screen.To{Kind: screen.Timeline, Conversation: m.Conversation, Message: m.ID}), true
	case key.Reply:
		return host.Open(screen.To{Kind: screen.Compose, Text: "reply", Message: m.ID, Name: Other(m).String()}), true
	case key.Why:
		return host.Open(screen.To{Kind: screen.Why, Message: m.ID, Index: &m.Index, Name: Other(m).String()}), true
	case key.ContactCard:
		who := other(m)
		if who == "" {
			return nil, true
		}
		return host.Open(screen.To{Kind: screen.Card, Who: string(who)}), true
	}
	return nil, false
}

func other(m *conversation.Message) conversation.ContactID {
	for _, p := range m.Participants {
		if p.Contact != "" && p.Contact != conversation.Me {
			return p.Contact
		}
	}
	return ""
}

// Hit moves to the next hit, or to the one before, and says where it is.
func (s *Screen) Hit(by int) (screen.To, bool) {
	s.above = -1
	s.list.Move(by)
	h, ok := s.list.Current()
	return screen.To{Kind: screen.Timeline, Conversation: h.Message.Conversation, Message: h.Message.ID}, ok
}

// names are the words before a colon that complete; they are the same in every
// language, as on the command line.
func names() []string {
	return []string{
		"account:", "after:", "before:", "body:", "cc:", "date:", "file:", "from:", "has:attachment", "has:invite", "has:link", "in:",
		"is:clear", "is:draft", "is:read", "is:received", "is:sealed", "is:sent", "is:signed", "is:starred", "is:unread",
		"larger:", "level:", "list:", "on:", "protocol:mail", "protocol:mastodon", "saved:", "score:", "smaller:", "subject:", "tag:", "to:", "with:",
	}
}

// complete goes on with the last word as far as it is certain, and tells what
// it could be. A word that is nothing of the language is done: then the hits
// are narrowed.
func (s *Screen) complete() tea.Cmd {
	text := s.field.Value()
	at := strings.LastIndex(text, " ") + 1
	word := strings.TrimPrefix(strings.ToLower(text[at:]), "-")
	fits := slices.DeleteFunc(names(), func(n string) bool { return !strings.HasPrefix(n, word) })
	if len(fits) == 0 || word == "" && s.asked != "" {
		if s.asked != "" && s.err == nil && len(s.choices()) > 0 {
			return s.choose()
		}
		return nil
	}
	common := fits[0]
	for _, f := range fits {
		for !strings.HasPrefix(f, common) {
			common = common[:len(common)-1]
		}
	}
	if common != word {
		s.field.Set(text[:len(text)-len(word)] + common)
		return s.changed()
	}
	if len(fits) > 1 {
		return s.env.Host.Toast(strings.Join(fits, "  "), nil)
	}
	return nil
}
