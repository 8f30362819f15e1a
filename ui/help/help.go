// Package help is the box of all keys that mean something where it was opened,
// read from the table of actions.
package help

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Screen is the box.
type Screen struct {
	env    *screen.Env
	in     []key.Context
	state  key.State
	field  *kit.Field
	typing bool
	sheet  kit.Sheet
	w, h   int
}

// New makes the box.
func New(env *screen.Env) *Screen { return &Screen{env: env, field: kit.NewField("")} }

// Load looks at the screen that the box lies on.
func (s *Screen) Load() tea.Cmd {
	s.in, s.state = s.env.Host.Below()
	s.fill()
	return nil
}

// fill lists the keys, one section a context.
func (s *Screen) fill() {
	want := strings.ToLower(strings.TrimSpace(s.field.Value()))
	var items []kit.Item
	seen := map[key.ID]bool{}
	for _, c := range s.in {
		rows := s.section(c, want, seen)
		if len(rows) == 0 {
			continue
		}
		if len(items) > 0 {
			items = append(items, kit.Blank())
		}
		items = append(append(items, screen.Head(s.env, "context."+string(c))), s.columns(rows)...)
	}
	if len(items) == 0 {
		items = append(items, kit.Words(kit.Line{kit.Gap(1), kit.Own(s.env.Styles.Dim, s.env.Cat.T("help.nothing", nil))}, s.env.Styles.Glyph.Ellipsis))
	}
	s.sheet.Set(items)
	s.sheet.Top()
}

// section gives the lines of one context; an action that a nearer context has
// is told there only.
func (s *Screen) section(c key.Context, want string, seen map[key.ID]bool) []kit.Line {
	var out []kit.Line
	st := s.env.Styles
	for _, a := range s.env.Host.Keys().Of(s.in) {
		if seen[a.ID] || a.Hidden || !has(a, c) {
			continue
		}
		seen[a.ID] = true
		title := s.env.Cat.T(a.Title(), nil)
		keys := s.shown(a.Keys)
		if want != "" && !strings.Contains(strings.ToLower(title), want) && !strings.Contains(strings.ToLower(keys), want) {
			continue
		}
		style := st.Plain
		if ok, reason := a.Enabled(s.state); !ok {
			style = st.Dim
			if want != "" {
				title += " (" + s.env.Cat.T(reason, nil) + ")"
			}
		}
		out = append(out, kit.Line{kit.Gap(2), kit.Own(st.Key, keys).To(14, st.Glyph.Ellipsis), kit.Gap(1), kit.Own(style, title)})
	}
	return out
}

func has(a key.Action, c key.Context) bool {
	for _, in := range a.In {
		if in == c {
			return true
		}
	}
	return false
}

// shown writes at most three keys of an action.
func (s *Screen) shown(keys []string) string {
	var out []string
	for _, k := range keys[:min(len(keys), 3)] {
		if s.env.Styles.Options.ASCII && (k == "down" || k == "up" || k == "left" || k == "right") {
			out = append(out, k) // there is no arrow to draw
			continue
		}
		out = append(out, key.Show(k))
	}
	return strings.Join(out, " ")
}

// columns sets the lines in one column, or two where there is room.
func (s *Screen) columns(rows []kit.Line) []kit.Item {
	tail := s.env.Styles.Glyph.Ellipsis
	if s.w < 96 || len(rows) < 2 {
		var out []kit.Item
		for _, l := range rows {
			out = append(out, kit.Words(l, tail))
		}
		return out
	}
	half := (len(rows) + 1) / 2
	var out []kit.Item
	for i := range half {
		out = append(out, kit.Rows(func(w int) []string {
			right := kit.Line{}
			if half+i < len(rows) {
				right = rows[half+i]
			}
			return []string{rows[i].Draw(w/2, tail) + right.Draw(w-w/2, tail)}
		}))
	}
	return out
}

// Box says how much room the box wants.
func (s *Screen) Box(w, h int) (int, int) { return min(w-2, 110), h - 2 }

// SetSize gives the box its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.sheet.SetSize(w, max(h-s.lead(), 1))
	if s.in != nil {
		s.fill()
	}
}

// lead gives the lines above the keys.
func (s *Screen) lead() int {
	if s.typing || s.field.Value() != "" {
		return 1
	}
	return 0
}

// Draw gives the rows of the box.
func (s *Screen) Draw() []string {
	var rows []string
	if s.lead() > 0 {
		rows = append(rows, kit.Line{kit.Own(s.env.Styles.Key, " / ")}.Draw(3, "")+s.field.Draw(s.w-3))
	}
	return kit.Fill(append(rows, s.sheet.Draw()...), s.w, s.h)
}

// Title names the box.
func (s *Screen) Title() kit.Line {
	l := kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("help.title", nil))}
	if len(s.in) > 0 {
		l = append(l, kit.Own(s.env.Styles.Plain, " "+s.env.Styles.Glyph.Sep+" "+s.env.Cat.T("context."+string(s.in[0]), nil)))
	}
	return l
}

// Remark tells how to narrow the list, and that there is more below.
func (s *Screen) Remark() kit.Line {
	st := s.env.Styles
	l := kit.Line{kit.Own(st.Dim, s.env.Cat.T("help.remark", nil))}
	if s.sheet.Below() {
		l = append(l, kit.Own(st.Dim, " "+st.Glyph.Down))
	}
	return l
}

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.typing {
		return []key.Context{key.Palette}
	}
	return []key.Context{key.Keys, key.Overlay}
}

// State tells what there is.
func (s *Screen) State() key.State { return key.State{Row: true} }

// Typing tells whether the filter has the keys.
func (s *Screen) Typing() bool { return s.typing }

// Cursor gives the place of the cursor.
func (s *Screen) Cursor() *tea.Position { return &tea.Position{X: 3 + s.field.Cursor()} }

// Type takes a key of the filter.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if s.field.Type(msg) {
		s.fill()
	}
	return nil
}

// Paste takes text for the filter.
func (s *Screen) Paste(text string) tea.Cmd {
	s.field.Paste(text)
	s.fill()
	return nil
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	switch {
	case s.typing && id == key.Open:
		s.filter(false)
	case s.typing && id == key.Back, !s.typing && id == key.Back && s.field.Value() != "":
		s.field.Set("")
		s.filter(false)
	case id == key.Filter:
		s.filter(true)
	case s.typing && id == key.Complete:
	default:
		return nil, screen.Move(&s.sheet, id)
	}
	return nil, true
}

// filter gives the keys to the filter, or takes them from it.
func (s *Screen) filter(typing bool) {
	if s.typing = typing; typing {
		s.field.Focus()
	} else {
		s.field.Blur()
	}
	s.SetSize(s.w, s.h)
}
