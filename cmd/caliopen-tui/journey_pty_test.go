//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"
)

// patient is how long a journey waits for anything: far longer than it takes,
// since the machine may be busy.
const patient = 30 * time.Second

// terminal is a pseudo terminal with an emulator behind it and a program in it.
type terminal struct {
	t       testing.TB
	cmd     *exec.Cmd
	master  *os.File
	tty     *os.File
	before  *term.State
	started time.Time
	ended   chan struct{} // closed when the program is gone
	moved   chan struct{} // something was written since the last look

	mu     sync.Mutex // guards what follows
	emu    *vt.Emulator
	raw    bytes.Buffer // all that was written
	alt    bool
	hidden bool
	modes  map[int]bool // private modes that are on
	gate   sync.Mutex   // held while the output is not read
}

// setting changes how a terminal is made.
type setting func(*terminal)

// answering makes the terminal answer what it is asked, as most do.
func answering(x *terminal) {
	go func() { _, _ = io.Copy(x.master, x.emu) }()
}

// silent makes a terminal that answers nothing.
func silent(x *terminal) {
	go func() { _, _ = io.Copy(io.Discard, x.emu) }()
}

// openTerminal starts a command in a terminal of w columns and h rows.
func openTerminal(t testing.TB, cmd *exec.Cmd, w, h int, how setting) *terminal {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{
		t: t, cmd: cmd, master: master, tty: tty, emu: vt.NewEmulator(w, h), modes: map[int]bool{},
		ended: make(chan struct{}), moved: make(chan struct{}, 1),
	}
	x.emu.SetCallbacks(vt.Callbacks{
		AltScreen:        func(on bool) { x.alt = on },
		CursorVisibility: func(on bool) { x.hidden = !on },
		EnableMode:       func(m ansi.Mode) { x.modes[m.Mode()] = true },
		DisableMode:      func(m ansi.Mode) { delete(x.modes, m.Mode()) },
	})
	if x.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	x.size(w, h)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	how(x)
	go x.read()
	x.started = time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		close(x.ended)
	}()
	t.Cleanup(x.close)
	return x
}

func (x *terminal) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := x.master.Read(buf)
		x.gate.Lock() // waits while nobody is to read
		got := n > 0
		x.gate.Unlock()
		if got {
			x.mu.Lock()
			x.raw.Write(buf[:n])
			_, _ = x.emu.Write(buf[:n])
			x.mu.Unlock()
			select {
			case x.moved <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

func (x *terminal) close() {
	_ = syscall.Kill(-x.cmd.Process.Pid, syscall.SIGKILL) // the whole session, a shell's jobs too
	_ = x.cmd.Process.Kill()
	<-x.ended
	_ = x.tty.Close()
	_ = x.master.Close()
	// The emulator is left to the collector: its Close and its Read may not run
	// at once, and its reader cannot be told to stop.
	if x.t.Failed() {
		x.t.Logf("the last screen:\n%s", x.screen())
	}
}

func (x *terminal) size(w, h int) {
	x.t.Helper()
	if err := pty.Setsize(x.master, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}); err != nil {
		x.t.Fatal(err)
	}
}

// resize changes the window as dragging its corner does.
func (x *terminal) resize(w, h int) {
	x.t.Helper()
	x.mu.Lock()
	x.emu.Resize(w, h)
	x.mu.Unlock()
	x.size(w, h)
}

// screen is the text on the screen, rows trimmed at their right.
func (x *terminal) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	rows := strings.Split(strings.ReplaceAll(x.emu.String(), "\r", ""), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n")
}

// written is all the program wrote so far.
func (x *terminal) written() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.String()
}

// full tells whether the alternate screen is shown, or the cursor hidden.
func (x *terminal) full() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.alt || x.hidden
}

// until waits for a screen that fulfils a condition.
func (x *terminal) until(what string, ok func(screen string) bool) {
	x.t.Helper()
	over := time.After(patient)
	for {
		if ok(x.screen()) {
			return
		}
		select {
		case <-x.moved:
		case <-over:
			x.t.Fatalf("no %s on the screen:\n%s", what, x.screen())
		}
	}
}

// shows waits until all of the texts are on the screen.
func (x *terminal) shows(texts ...string) {
	x.t.Helper()
	x.until(strings.Join(texts, ", "), func(s string) bool {
		for _, text := range texts {
			if !strings.Contains(s, text) {
				return false
			}
		}
		return true
	})
}

// hides waits until a text is gone from the screen.
func (x *terminal) hides(text string) {
	x.t.Helper()
	x.until("screen without "+text, func(s string) bool { return !strings.Contains(s, text) })
}

// keys types.
func (x *terminal) keys(text string) {
	x.t.Helper()
	if _, err := io.WriteString(x.master, text); err != nil {
		x.t.Fatal(err)
	}
}

// gone waits for the end of the program and gives its exit status.
func (x *terminal) gone(within time.Duration) int {
	x.t.Helper()
	select {
	case <-x.ended:
		return x.cmd.ProcessState.ExitCode()
	case <-time.After(within):
		x.t.Fatalf("the program still runs after %v:\n%s", within, x.screen())
		return -1
	}
}

// restored checks that the terminal is as it was before the program.
func (x *terminal) restored() {
	x.t.Helper()
	now, err := term.GetState(int(x.tty.Fd()))
	if err != nil {
		x.t.Fatal(err)
	}
	if !reflect.DeepEqual(now, x.before) {
		x.t.Errorf("the line discipline is %+v, was %+v", now, x.before)
	}
	_, _ = x.tty.WriteString("the end of all output")
	x.until("end", func(string) bool { return strings.Contains(x.written(), "the end of all output") })
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.alt || x.hidden {
		x.t.Errorf("alternate screen %v, cursor hidden %v", x.alt, x.hidden)
	}
	for _, mode := range []int{1000, 1002, 1003, 1004, 1006, 2004} { // mouse, focus, bracketed paste
		if x.modes[mode] {
			x.t.Errorf("private mode %d is still on", mode)
		}
	}
}
