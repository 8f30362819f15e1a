package screen

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
)

// Mover is what a cursor moves over: a list or a sheet.
type Mover interface {
	Move(n int)
	Page(share float64)
	Top()
	Bottom()
}

// Move runs the actions that move a cursor and tells whether id was one.
func Move(m Mover, id key.ID) bool {
	switch id {
	case key.Down:
		m.Move(1)
	case key.Up:
		m.Move(-1)
	case key.First:
		m.Top()
	case key.Last:
		m.Bottom()
	case key.HalfDown:
		m.Page(0.5)
	case key.HalfUp:
		m.Page(-0.5)
	case key.PageDown:
		m.Page(1)
	case key.PageUp:
		m.Page(-1)
	default:
		return false
	}
	return true
}

// Pick runs an action in a short list from which one line is taken.
func Pick(list interface{ Move(by int) }, id key.ID, take func() tea.Cmd) (tea.Cmd, bool) {
	switch id {
	case key.Down:
		list.Move(1)
	case key.Up:
		list.Move(-1)
	case key.Open:
		return take(), true
	default:
		return nil, false
	}
	return nil, true
}
