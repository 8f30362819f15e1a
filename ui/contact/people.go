package contact

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// People is the box in which one contact is chosen by typing.
type People struct {
	env   *screen.Env
	b     Backend
	to    screen.To // Name is the question, Who is left out, Pick gets the id
	field *kit.Field
	list  *kit.List[conversation.ContactID, conversation.Contact]

	read, quiet screen.Slot
	w, h        int
}

// NewPeople makes the box.
func NewPeople(env *screen.Env, b Backend, to screen.To) *People {
	s := &People{env: env, b: b, to: to, field: kit.NewField("")}
	s.list = kit.NewList(func(c conversation.Contact) conversation.ContactID { return c.ID }, s.row)
	s.field.Focus()
	return s
}

// Load reads the contacts.
func (s *People) Load() tea.Cmd {
	text := s.field.Value()
	return screen.Ask(&s.read, func() ([]conversation.Contact, error) {
		return s.b.Contacts(s.env.Ctx, text, 50)
	}, func(cs []conversation.Contact, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		var others []conversation.Contact
		for _, c := range cs {
			if string(c.ID) != s.to.Who && c.ID != conversation.Me {
				others = append(others, c)
			}
		}
		s.list.Set(0, len(others), others)
		return nil
	})
}

// Box says how much room the box wants.
func (s *People) Box(w, h int) (int, int) { return min(w-4, 64), min(h-4, 14) }

// SetSize gives the box its room.
func (s *People) SetSize(w, h int) {
	s.w, s.h = w, h
	s.list.SetSize(w, max(h-2, 1), 1)
}

func (s *People) row(c conversation.Contact, w int, selected bool) []string {
	st := s.env.Styles
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	l := kit.Line{bar, kit.Chip(st.Index(c.Index)), kit.Gap(1), kit.Got(style, Name(c)).To(w*2/5, st.Glyph.Ellipsis), kit.Gap(1), kit.Got(st.Dim, addresses(c))}
	return []string{l.Draw(w, st.Glyph.Ellipsis)}
}

// Draw gives the rows of the box.
func (s *People) Draw() []string {
	line := kit.Line{kit.Own(s.env.Styles.Key, " > ")}.Draw(3, "") + s.field.Draw(s.w-3)
	rows := append([]string{line, kit.Rule(s.env.Styles, s.w)}, s.list.Draw()...)
	return kit.Fill(rows, s.w, s.h)
}

// Title asks the question.
func (s *People) Title() kit.Line { return kit.Line{kit.Own(s.env.Styles.Title, s.to.Name)} }

// Remark has nothing to say.
func (s *People) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *People) Contexts() []key.Context { return []key.Context{key.Palette} }

// State tells what there is.
func (s *People) State() key.State { return key.State{Row: s.list.Total() > 0} }

// Typing is always the case.
func (s *People) Typing() bool { return true }

// Cursor gives the place of the cursor.
func (s *People) Cursor() *tea.Position { return &tea.Position{X: 3 + s.field.Cursor()} }

// Type takes a key.
func (s *People) Type(msg tea.KeyPressMsg) tea.Cmd {
	if !s.field.Type(msg) {
		return nil
	}
	return s.later()
}

// Paste takes text.
func (s *People) Paste(text string) tea.Cmd {
	s.field.Paste(text)
	return s.later()
}

func (s *People) later() tea.Cmd { return screen.After(&s.quiet, 100*time.Millisecond, s.Load) }

// Do runs an action.
func (s *People) Do(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Down, key.Up:
		screen.Move(s.list, id)
		return nil, true
	case key.Complete:
		return nil, true
	case key.Open:
		c, ok := s.list.Current()
		if !ok {
			return nil, true
		}
		return tea.Batch(s.env.Host.Close(), s.to.Pick(string(c.ID))), true
	}
	return nil, false
}
