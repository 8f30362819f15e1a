package ui

import (
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Draw draws a model made by New at once, past the limiter.
func Draw(m tea.Model) tea.View { return m.(*limited).in.View() }

// DrawTime measures Draw by the processor's time: the clock of a test bubble
// stands still, and on a shared machine the wall's tells about the others.
func DrawTime(m tea.Model) time.Duration {
	before := cpu()
	for range 4 {
		Draw(m)
	}
	return (cpu() - before) / 4
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
