package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Open puts a screen on the stack, over it, or goes to a place.
func (a *App) Open(to screen.To) tea.Cmd {
	if slices.Contains(screen.Places(), to.Kind) {
		return a.goTo(to)
	}
	if a.at == "" {
		a.goTo(screen.To{Kind: screen.Conversations})
	}
	p := a.here()
	if p.detail != nil && p.detailTo.Same(to) && !slices.Contains(p.stack, p.detail) {
		a.over = nil
		p.stack = append(p.stack, p.detail)
		return tea.Batch(a.arrange(), enter(p.detail))
	}
	if a.makes[to.Kind] == nil {
		return a.say(note{text: a.env.Cat.T("need.elsewhere", nil)})
	}
	s := a.make(to)
	if _, ok := s.(screen.Boxed); ok {
		a.over = append(a.over, s)
	} else {
		a.over = nil
		p.stack = append(p.stack, s)
	}
	return tea.Batch(a.arrange(), s.Load(), enter(s))
}

func enter(s screen.Screen) tea.Cmd {
	if e, ok := s.(screen.Enterer); ok {
		return e.Enter()
	}
	return nil
}

// goTo shows a place; going to the one that is shown goes back to its root.
func (a *App) goTo(to screen.To) tea.Cmd {
	a.over = nil
	var left []tea.Cmd
	if a.at == to.Kind {
		left = a.unwind(a.here(), 1)
	}
	a.at = to.Kind
	p := a.places[to.Kind]
	if p == nil {
		s := a.make(to)
		p = &place{stack: []screen.Screen{s}}
		a.places[to.Kind] = p
		return tea.Batch(a.arrange(), s.Load())
	}
	if p.stale {
		p.stale = false
		left = append(left, changed(p.screens(), conversation.Event{All: true}))
	}
	return tea.Batch(append(left, a.arrange())...)
}

// unwind leaves the screens above depth.
func (a *App) unwind(p *place, depth int) []tea.Cmd {
	var cmds []tea.Cmd
	for len(p.stack) > depth {
		if l, ok := p.top().(screen.Leaver); ok {
			cmds = append(cmds, l.Leave())
		}
		p.stack = p.stack[:len(p.stack)-1]
	}
	return cmds
}

// Close takes the current screen away; the root of a place stays.
func (a *App) Close() tea.Cmd {
	if n := len(a.over); n > 0 {
		s := a.over[n-1]
		a.over = a.over[:n-1]
		if l, ok := s.(screen.Leaver); ok {
			return l.Leave()
		}
		return nil
	}
	p := a.here()
	if len(p.stack) == 1 {
		return nil
	}
	return tea.Batch(append(a.unwind(p, len(p.stack)-1), a.arrange())...)
}

// Toast shows a result and remembers how to take it back.
func (a *App) Toast(text string, undo func() tea.Cmd) tea.Cmd {
	if undo != nil {
		a.undo = undo
	}
	return a.say(note{text: text, undo: undo != nil})
}

// Fail shows an error as one sentence.
func (a *App) Fail(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	words := a.env.Cat.Error(err)
	if errors.Is(err, conversation.ErrSealed) {
		words = a.env.Cat.T("lock.first", map[string]any{"Key": a.unlockKey()})
	}
	return a.say(note{text: safe.Line(words).String(), bad: true})
}

// Ask puts a question over the screen.
func (a *App) Ask(q screen.Question) tea.Cmd {
	return a.Open(screen.To{Kind: screen.Asking, Question: &q})
}

// Run does an action on the screen below the overlays.
func (a *App) Run(id key.ID) tea.Cmd {
	if ok, reason := a.enabled(id); !ok {
		return a.say(note{text: a.env.Cat.T(reason, nil)})
	}
	return a.perform(id)
}

func (a *App) enabled(id key.ID) (bool, string) {
	in, st := a.Below()
	for _, act := range a.keys.Of(in) {
		if act.ID == id {
			return act.Enabled(st)
		}
	}
	return false, "need.elsewhere"
}

// Keys gives the map in force.
func (a *App) Keys() key.Map { return a.keys }

// Below gives what the keys mean on the screen that overlays lie on.
func (a *App) Below() ([]key.Context, key.State) {
	top := a.here().top()
	return append(slices.Clone(top.Contexts()), key.Global), a.state(top)
}

func (a *App) state(s screen.Screen) key.State {
	st := s.State()
	st.Undo = a.undo != nil
	st.Hits = st.Hits || len(a.over) == 0 && a.here().hits() >= 0
	st.Back = st.Back || len(a.over) > 0 || a.at != screen.Conversations || len(a.here().stack) > 1
	st.Setup = a.o.Setup != nil
	return st
}
