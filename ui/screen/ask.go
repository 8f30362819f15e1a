package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Slot is a place for one piece of work at a time: beginning another makes the
// outcome of the one before worthless, however late it comes.
type Slot struct{ gen int }

// Drop makes the outcome of whatever is under way worthless.
func (s *Slot) Drop() { s.gen++ }

// Done is the message that carries an outcome back into the loop. Only the
// application handles it, by calling Run.
type Done struct{ run func() tea.Cmd }

// Run applies the outcome, unless it was overtaken.
func (d Done) Run() tea.Cmd { return d.run() }

// Ask does work outside the loop and hands its outcome to done inside it. The
// work must touch nothing of the screen; done may.
func Ask[T any](s *Slot, work func() (T, error), done func(T, error) tea.Cmd) tea.Cmd {
	s.gen++
	gen := s.gen
	return func() tea.Msg {
		v, err := work()
		return Done{func() tea.Cmd {
			if s.gen != gen {
				return nil
			}
			return done(v, err)
		}}
	}
}

// After calls done inside the loop when d has passed, unless the slot was used
// again meanwhile: the way to wait for quiet.
func After(s *Slot, d time.Duration, done func() tea.Cmd) tea.Cmd {
	s.gen++
	gen := s.gen
	return tea.Tick(d, func(time.Time) tea.Msg {
		return Done{func() tea.Cmd {
			if s.gen != gen {
				return nil
			}
			return done()
		}}
	})
}
