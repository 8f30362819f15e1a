package ui

import (
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Draw draws a model made by New at once, past the limiter. No program may be
// running it.
func Draw(m tea.Model) tea.View { return m.(*limited).in.View() }

// Spy remembers what a model drew last.
type Spy struct {
	in   tea.Model
	mu   sync.Mutex
	last string
}

// SpyOn puts a spy between a model made by New and its limiter.
func SpyOn(m tea.Model) *Spy {
	l := m.(*limited)
	s := &Spy{in: l.in}
	l.in = s
	return s
}

// Init begins the model.
func (s *Spy) Init() tea.Cmd { return s.in.Init() }

// Update hands the message on.
func (s *Spy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := s.in.Update(msg)
	return s, cmd
}

// View draws and remembers.
func (s *Spy) View() tea.View {
	v := s.in.View()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = v.Content
	return v
}

// Last gives what was drawn last.
func (s *Spy) Last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// DrawTime measures Draw by the processor's time: on a shared machine the
// wall's tells about the others.
func DrawTime(m tea.Model) time.Duration {
	before := cpu()
	for range 4 {
		Draw(m)
	}
	return (cpu() - before) / 4
}

// CPU gives the processor's time that was used up to now.
func CPU() time.Duration { return cpu() }

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
