package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/screen"
)

// finder is a search whose hits can be gone through while one is read.
type finder interface {
	Hit(by int) (screen.To, bool)
}

// hits gives the place in the stack of the search below what is read, -1 for
// none.
func (p *place) hits() int {
	for i, s := range slices.Backward(p.stack[:len(p.stack)-1]) {
		if _, ok := s.(finder); ok {
			return i
		}
	}
	return -1
}

// otherHit reads the next hit of the search below, or the one before.
func (a *App) otherHit(by int) tea.Cmd {
	p := a.here()
	at := p.hits()
	if at < 0 || len(a.over) > 0 {
		return a.say(note{text: a.env.Cat.T("need.hits", nil)})
	}
	to, ok := p.stack[at].(finder).Hit(by)
	left := a.unwind(p, at+1)
	if !ok {
		return tea.Batch(left...)
	}
	return tea.Batch(append(left, a.Open(to))...)
}
