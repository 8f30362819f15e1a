package inbox

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
)

func fields(text string) []string { return strings.Fields(text) }

func (s *Screen) filterShown() bool { return s.filtering || s.filtered != "" }

// filterLine is the line above the list.
func (s *Screen) filterLine() string {
	st := s.env.Styles
	label := kit.Line{kit.Gap(1), kit.Own(st.Key, `\ `), kit.Own(st.Label, s.env.Cat.T("list.filter", nil)+" ")}
	w := label.Width()
	return label.Draw(w, "") + s.filter.Draw(s.w-w)
}

// Typing tells whether the filter has the keys.
func (s *Screen) Typing() bool { return s.filtering }

// Cursor gives the place of the cursor in the filter.
func (s *Screen) Cursor() *tea.Position {
	label := 4 + kit.Width(s.env.Cat.T("list.filter", nil))
	return &tea.Position{X: label + s.filter.Cursor(), Y: 0}
}

// Type takes a key of the filter.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if !s.filter.Type(msg) {
		return nil
	}
	return s.narrow()
}

// Paste takes text for the filter.
func (s *Screen) Paste(text string) tea.Cmd {
	s.filter.Paste(text)
	return s.narrow()
}

// narrow reads again once the typing rests.
func (s *Screen) narrow() tea.Cmd {
	return s.after(100*time.Millisecond, func() tea.Cmd {
		s.filtered = strings.TrimSpace(s.filter.Value())
		s.list.Reset()
		return s.fetch()
	})
}

// doFilter runs the actions of the filter line.
func (s *Screen) doFilter(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Open:
		s.filtering = false
		s.filter.Blur()
		s.filtered = strings.TrimSpace(s.filter.Value())
		s.resize()
		s.list.Reset()
		return s.fetch(), true
	case key.Back:
		return s.unfilter(), true
	case key.Down:
		return s.moved(func() { s.list.Move(1) }), true
	case key.Up:
		return s.moved(func() { s.list.Move(-1) }), true
	case key.Complete:
		return nil, true
	}
	return nil, false
}

func (s *Screen) unfilter() tea.Cmd {
	s.filtering, s.filtered = false, ""
	s.filter.Set("")
	s.filter.Blur()
	s.quiet.Drop()
	s.resize()
	s.list.Reset()
	return s.fetch()
}
