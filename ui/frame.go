package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// limited draws its model at most once a frame. Bubble Tea asks for a view
// after every message, so a held key or a sync would otherwise draw hundreds
// of screens that nobody sees.
type limited struct {
	in      tea.Model
	last    tea.View
	at      time.Time // of the last drawing; zero before the first
	every   time.Duration
	due     bool // the next View draws
	pending bool // a frameMsg is on its way
	drawn   int
}

// opening is how many drawings are not limited: a program that has just started
// shows what it reads as it comes, and nothing else is on its way then.
const opening = 12

// frameMsg makes the next View draw.
type frameMsg struct{}

func newLimited(in tea.Model, every time.Duration) *limited {
	if every <= 0 {
		every = time.Second / 60
	}
	return &limited{in: in, every: every, due: true}
}

// Init begins the model.
func (l *limited) Init() tea.Cmd { return l.in.Init() }

// Update hands a message on and decides when to draw next. The real clock is
// used here on purpose: frames are about the terminal, not about messages.
func (l *limited) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(frameMsg); ok {
		l.pending, l.due = false, true
		return l, nil
	}
	var cmd tea.Cmd
	l.in, cmd = l.in.Update(msg)
	switch _, resized := msg.(tea.WindowSizeMsg); {
	case resized || l.drawn < opening || time.Since(l.at) >= l.every:
		l.due = true
	case !l.pending && !l.due:
		l.pending = true
		cmd = tea.Batch(cmd, tea.Tick(l.every, func(time.Time) tea.Msg { return frameMsg{} }))
	}
	return l, cmd
}

// View gives the last drawing until another is due.
func (l *limited) View() tea.View {
	if l.due {
		l.last, l.due, l.at = l.in.View(), false, time.Now()
		l.drawn++
	}
	return l.last
}
