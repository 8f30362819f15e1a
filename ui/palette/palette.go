// Package palette finds what can be done, people and conversations by a few
// letters; the command line is the same box with the names of the actions.
package palette

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the box needs.
type Backend interface {
	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	List(ctx context.Context, w conversation.Window) (conversation.Page, error)
	SavedSearches(ctx context.Context) ([]conversation.SavedSearch, error)
}

// entry is one line that can be chosen.
type entry struct {
	id     string // unique in the list
	action key.ID
	to     screen.To
	chip   string // a drawn badge, "" for none
	text   string // safe to show
	keys   string
	where  string // what sort of thing it is, or why it cannot be done now
	off    bool
	rank   int
}

// Screen is the palette, or the command line.
type Screen struct {
	env     *screen.Env
	b       Backend
	command bool
	field   *kit.Field
	list    *kit.List[string, entry]
	found   []entry // people and conversations for what was typed
	saved   []entry // the saved searches
	moved   bool    // the cursor was put somewhere since the last letter

	read, quiet, views screen.Slot
	w, h               int
}

// New makes the palette.
func New(env *screen.Env, b Backend) *Screen { return build(env, b, screen.To{}, false) }

// NewCommand makes the command line.
func NewCommand(env *screen.Env, b Backend, to screen.To) *Screen { return build(env, b, to, true) }

func build(env *screen.Env, b Backend, to screen.To, command bool) *Screen {
	s := &Screen{env: env, b: b, command: command, field: kit.NewField("")}
	s.list = kit.NewList(func(e entry) string { return e.id }, s.row)
	s.field.Set(to.Text)
	s.field.Focus()
	return s
}

// Load lists the actions.
func (s *Screen) Load() tea.Cmd {
	s.fill()
	if s.command {
		return nil
	}
	return screen.Ask(&s.views, func() ([]conversation.SavedSearch, error) {
		return s.b.SavedSearches(s.env.Ctx)
	}, func(all []conversation.SavedSearch, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.saved = s.keptSearches(all)
		s.fill()
		return nil
	})
}

// fill lists what fits the typed text, the best first.
func (s *Screen) fill() {
	text := strings.ToLower(strings.TrimSpace(s.field.Value()))
	var all []entry
	if s.command {
		all = s.commands(text)
	} else {
		all = s.merged(text)
	}
	if !s.moved {
		s.list.Reset()
	}
	s.list.Set(0, len(all), all)
}

// merged puts people and conversations behind the actions that hold what was
// typed, and before those that only have its letters.
func (s *Screen) merged(text string) []entry {
	all := s.actions(text)
	at := 0
	for at < len(all) && (all[at].rank < scattered || text == "") {
		at++
	}
	return slices.Concat(all[:at], s.fitting(text), s.found, all[at:])
}

// later looks for people and conversations once the typing rests.
func (s *Screen) later() tea.Cmd {
	s.found, s.moved = nil, false
	s.read.Drop()
	s.fill()
	text := strings.TrimSpace(s.field.Value())
	if s.command || text == "" {
		s.quiet.Drop()
		return nil
	}
	return screen.After(&s.quiet, 120*time.Millisecond, func() tea.Cmd {
		return screen.Ask(&s.read, func() ([]entry, error) { return s.look(text) }, func(es []entry, err error) tea.Cmd {
			if err != nil {
				return s.env.Host.Fail(err)
			}
			s.found = es
			s.fill()
			return nil
		})
	})
}

// Box says how much room the box wants.
func (s *Screen) Box(w, h int) (int, int) { return min(w-4, 76), min(h-4, 18) }

// SetSize gives the box its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.list.SetSize(w, max(h-2, 1), 1)
}

func (s *Screen) sign() string {
	if s.command {
		return " : "
	}
	return " > "
}

// Draw gives the rows of the box.
func (s *Screen) Draw() []string {
	st := s.env.Styles
	line := kit.Line{kit.Own(st.Key, s.sign())}.Draw(3, "") + s.field.Draw(s.w-3)
	rows := append([]string{line, kit.Rule(st, s.w)}, s.list.Draw()...)
	if s.list.Total() == 0 && len(rows) > 2 {
		rows[2] = kit.Line{kit.Gap(3), kit.Own(st.Dim, s.env.Cat.T("palette.nothing", nil))}.Draw(s.w, st.Glyph.Ellipsis)
	}
	return kit.Fill(rows, s.w, s.h)
}

func (s *Screen) row(e entry, w int, selected bool) []string {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	bar, style := kit.Gap(1), st.Plain
	if e.off {
		style = st.Dim
	}
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), style.Plus(st.Cursor)
	}
	l := kit.Line{bar}
	if e.chip != "" {
		l = append(l, kit.Chip(e.chip), kit.Gap(1))
	}
	keys, where := min(kit.Width(e.keys), 10), min(kit.Width(e.where), w/3)
	room := max(w-l.Width()-keys-where-4, 4)
	l = append(l, kit.Own(style, e.text).To(min(kit.Width(e.text), room), tail))
	l = append(l, kit.Gap(max(w-l.Width()-keys-where-3, 1)), kit.Own(st.Key, e.keys).To(keys, tail), kit.Gap(2), kit.Own(st.Dim, e.where).To(where, tail), kit.Gap(1))
	return []string{l.Draw(w, tail)}
}

// Title names the box.
func (s *Screen) Title() kit.Line {
	word := "palette.title"
	if s.command {
		word = "palette.command"
	}
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T(word, nil))}
}

// Remark has nothing to say.
func (s *Screen) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Palette} }

// State tells what there is.
func (s *Screen) State() key.State { return key.State{Row: s.list.Total() > 0} }

// Typing is always the case.
func (s *Screen) Typing() bool { return true }

// Cursor gives the place of the cursor.
func (s *Screen) Cursor() *tea.Position { return &tea.Position{X: 3 + s.field.Cursor()} }

// Type takes a key.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if !s.field.Type(msg) {
		return nil
	}
	return s.later()
}

// Paste takes text.
func (s *Screen) Paste(text string) tea.Cmd {
	s.field.Paste(text)
	return s.later()
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Down, key.Up:
		s.moved = true
		screen.Move(s.list, id)
		return nil, true
	case key.Complete:
		return s.complete(), true
	case key.Open:
		return s.take(), true
	}
	return nil, false
}
