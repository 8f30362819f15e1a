package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// stopPatience is how long the interface may take to leave the terminal when
// it is told to stop: the output may be blocked for ever (a dead SSH session).
const stopPatience = 1500 * time.Millisecond

// leavePatience is how long it may take then, with its output thrown away.
const leavePatience = 500 * time.Millisecond

// leaveAnyway sees to it that the process ends when it was told to, although
// nobody reads what it writes. What waits to be read is thrown away, so that
// the write that hangs comes back and the interface ends by itself; what it
// said to give the terminal back may be among that, and is said again. The
// modes to go back to have to be taken before the interface changes them.
func leaveAnyway(ctx context.Context, before *term.State, stopped <-chan struct{}) {
	select {
	case <-stopped:
		return
	case <-ctx.Done():
	}
	select {
	case <-stopped:
		return
	case <-time.After(stopPatience):
	}
	ended := discardUntil(stopped)
	if before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), before) // nothing better can be done on the way out
	}
	discardOutput(os.Stdout)
	said := make(chan struct{})
	go func() { defer close(said); leaveScreen(os.Stdout) }()
	select {
	case <-said:
	case <-time.After(leavePatience):
	}
	if !ended {
		os.Exit(exitFailed)
	}
}

// discardUntil throws the waiting output away again and again, and tells
// whether the interface ended meanwhile.
func discardUntil(stopped <-chan struct{}) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	over := time.After(leavePatience)
	for {
		discardOutput(os.Stdout)
		select {
		case <-stopped:
			return true
		case <-over:
			return false
		case <-tick.C:
		}
	}
}

// leaveScreen takes back what the interface set in the terminal. A sequence
// that was cut in the middle is called off first (ECMA-48, 8.3.6).
func leaveScreen(w io.Writer) {
	_, _ = io.WriteString(w, "\x18"+ansi.ResetModeSynchronizedOutput+ansi.ResetModeMouseNormal+ansi.ResetModeMouseButtonEvent+
		ansi.ResetModeMouseAnyEvent+ansi.ResetModeMouseExtSgr+ansi.ResetModeFocusEvent+ansi.ResetModeBracketedPaste+
		ansi.KittyKeyboard(0, 1)+ansi.ResetModeAltScreenSaveCursor+ansi.SetModeTextCursorEnable+ansi.ResetStyle)
}
