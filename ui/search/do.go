package search

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.typing {
		return []key.Context{key.Palette}
	}
	return []key.Context{key.Search}
}

// State tells what there is.
func (s *Screen) State() key.State {
	_, ok := s.list.Current()
	return key.State{Row: ok, Message: ok, Hits: ok}
}

// Typing tells whether the field has the keys.
func (s *Screen) Typing() bool { return s.typing }

// Cursor gives the place of the cursor.
func (s *Screen) Cursor() *tea.Position { return &tea.Position{X: 3 + s.field.Cursor()} }

// Type takes a key of the field.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if !s.field.Type(msg) {
		return nil
	}
	return screen.After(&s.quiet, rest, s.ask)
}

// Paste takes text for the field.
func (s *Screen) Paste(text string) tea.Cmd {
	s.field.Paste(text)
	return screen.After(&s.quiet, rest, s.ask)
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if s.typing {
		return s.doTyping(id)
	}
	if screen.Move(s.list, id) {
		return nil, true
	}
	switch id {
	case key.SearchFor:
		s.focus(true)
		return nil, true
	case key.NextHit:
		s.list.Move(1)
		return nil, true
	case key.PrevHit:
		s.list.Move(-1)
		return nil, true
	}
	h, ok := s.list.Current()
	if !ok {
		return nil, false
	}
	return s.with(&h.Message, id)
}

func (s *Screen) doTyping(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Down, key.Up:
		screen.Move(s.list, id)
	case key.Complete:
		return s.complete(), true
	case key.Back:
		if s.list.Total() == 0 {
			return nil, false
		}
		s.focus(false) // the hits get the keys; once more leaves
	case key.Open:
		return s.enter(), true
	default:
		return nil, false
	}
	return nil, true
}

// enter opens the hit under the cursor; what was typed meanwhile is searched
// for first, so that enter never opens a hit for other words.
func (s *Screen) enter() tea.Cmd {
	if strings.TrimSpace(s.field.Value()) != s.asked || s.err != nil {
		s.quiet.Drop()
		return s.ask()
	}
	h, ok := s.list.Current()
	if !ok {
		return nil
	}
	s.focus(false)
	cmd, _ := s.with(&h.Message, key.Open)
	return cmd
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
	s.list.Move(by)
	h, ok := s.list.Current()
	return screen.To{Kind: screen.Timeline, Conversation: h.Message.Conversation, Message: h.Message.ID}, ok
}

// names are the words before a colon that complete; they are the same in every
// language, as on the command line.
func names() []string {
	return []string{
		"after:", "before:", "body:", "cc:", "date:", "file:", "from:", "has:attachment", "has:invite", "has:link", "in:",
		"is:clear", "is:draft", "is:read", "is:received", "is:sealed", "is:sent", "is:signed", "is:starred", "is:unread",
		"larger:", "level:", "list:", "on:", "protocol:mail", "protocol:mastodon", "score:", "smaller:", "subject:", "tag:", "to:", "with:",
	}
}

// complete goes on with the last word as far as it is certain, and tells what
// it could be.
func (s *Screen) complete() tea.Cmd {
	text := s.field.Value()
	at := strings.LastIndex(text, " ") + 1
	word := strings.TrimPrefix(strings.ToLower(text[at:]), "-")
	fits := slices.DeleteFunc(names(), func(n string) bool { return !strings.HasPrefix(n, word) })
	if len(fits) == 0 || word == "" && len(fits) > 40 {
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
		return screen.After(&s.quiet, rest, s.ask)
	}
	if len(fits) > 1 {
		return s.env.Host.Toast(strings.Join(fits, "  "), nil)
	}
	return nil
}
