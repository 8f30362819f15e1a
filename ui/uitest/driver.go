package uitest

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"
)

// Driver runs one program against an emulated terminal. It must be made and
// closed inside synctest.Test, whose clock makes every wait instant.
type Driver struct {
	t    testing.TB
	p    *tea.Program
	in   *io.PipeWriter
	mu   sync.Mutex // guards what follows; the emulator's own lock leaves reading open
	emu  *vt.Emulator
	n    int
	log  *bytes.Buffer // what was written since Record, nil before
	gone bool
	done chan struct{}
	w, h int
}

// New starts a model on a screen of w columns and h rows, and waits for its
// first frame.
func New(t testing.TB, m tea.Model, w, h int) *Driver {
	return NewProfile(t, m, w, h, colorprofile.TrueColor)
}

// NewProfile is New with a colour profile.
func NewProfile(t testing.TB, m tea.Model, w, h int, profile colorprofile.Profile) *Driver {
	t.Helper()
	r, pw := io.Pipe()
	d := &Driver{t: t, in: pw, emu: vt.NewEmulator(w, h), done: make(chan struct{}), w: w, h: h}
	d.p = tea.NewProgram(m, tea.WithInput(r), tea.WithOutput(d), tea.WithWindowSize(w, h),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC"}),
		tea.WithColorProfile(profile), tea.WithoutSignalHandler(), tea.WithoutCatchPanics())
	go func() { _, _ = io.Copy(pw, d.emu) }() // the terminal's answers to questions
	go d.run()
	d.settle()
	return d
}

func (d *Driver) run() {
	if _, err := d.p.Run(); err != nil {
		d.t.Errorf("the program ended with: %v", err)
	}
	d.mu.Lock()
	d.gone = true
	d.mu.Unlock()
	close(d.done)
}

// Write takes the program's bytes. A terminal line discipline would turn \n
// into \r\n; there is none here, and the program counts on it.
func (d *Driver) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += len(b)
	if d.log != nil {
		d.log.Write(b)
	}
	_, err := d.emu.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	return len(b), err
}

// settle lets a few frames pass on the bubble's clock and waits until every
// goroutine is idle.
func (d *Driver) settle() {
	time.Sleep(60 * time.Millisecond)
	synctest.Wait()
}

// Keys types a string; escape sequences are written as a terminal sends them.
func (d *Driver) Keys(s string) {
	if d.Ended() {
		return
	}
	_, _ = io.WriteString(d.in, s)
	d.settle()
}

// Press types keys one by one with a moment between them, by name: "esc",
// "enter", "tab", "up", "ctrl+t", or a text.
func (d *Driver) Press(names ...string) {
	for _, name := range names {
		if name == "esc" {
			d.Keys("\x1b")
			d.Wait(150 * time.Millisecond) // a lone escape is only told from a sequence by time
			continue
		}
		if seq := sequence(name); seq != name {
			d.Keys(seq)
			if strings.HasPrefix(name, "alt+") {
				d.Wait(150 * time.Millisecond)
			}
			continue
		}
		for _, r := range name { // a text: rune by rune, for one of them may end the program
			d.Keys(string(r))
		}
	}
}

func sequence(name string) string {
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok && len(rest) == 1 {
		return string(rest[0] & 0x1f)
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		return "\x1b" + rest
	}
	switch name {
	case "enter":
		return "\r"
	case "tab":
		return "\t"
	case "shift+tab":
		return "\x1b[Z"
	case "up", "down", "right", "left":
		return "\x1b[" + string("ABCD"[strings.Index("up   down rightleft ", name)/5])
	case "backspace":
		return "\x7f"
	case "pgdown":
		return "\x1b[6~"
	case "pgup":
		return "\x1b[5~"
	}
	return name
}

// Send hands a message to the program, as its background work would.
func (d *Driver) Send(m tea.Msg) {
	d.p.Send(m)
	d.settle()
}

// Post is Send without waiting, for a program's event forwarder.
func (d *Driver) Post(m tea.Msg) { d.p.Send(m) }

// Size gives the size of the window.
func (d *Driver) Size() (w, h int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.w, d.h
}

// Wait lets time pass.
func (d *Driver) Wait(long time.Duration) {
	time.Sleep(long)
	d.settle()
}

// Resize changes the size of the window.
func (d *Driver) Resize(w, h int) {
	d.mu.Lock()
	d.emu.Resize(w, h)
	d.w, d.h = w, h
	d.mu.Unlock()
	d.Send(tea.WindowSizeMsg{Width: w, Height: h})
}

// Bytes gives how many bytes the program has written.
func (d *Driver) Bytes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

// Record keeps what the program writes from now on.
func (d *Driver) Record() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = new(bytes.Buffer)
}

// Recorded gives what the program wrote since Record.
func (d *Driver) Recorded() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// Ended tells whether the program has quit.
func (d *Driver) Ended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.gone
}

// Screen is the text on the screen, rows trimmed at their right.
func (d *Driver) Screen() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return trimmed(d.emu.String())
}

// Styled is the screen with its colours, for goldens.
func (d *Driver) Styled() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.emu.Render()
}

// Cursor gives the place of the terminal's cursor.
func (d *Driver) Cursor() (x, y int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.emu.CursorPosition()
	return p.X, p.Y
}

// Close quits the program and ends every goroutine of the driver. It waits out
// a pending escape first: a reader that still holds one when the program ends
// would be stuck with it for ever.
func (d *Driver) Close() {
	if !d.Ended() {
		d.Wait(200 * time.Millisecond)
		d.p.Quit()
	}
	<-d.done
	time.Sleep(time.Minute) // what the program had set a clock for ends by itself
	_ = d.emu.Close()
	_ = d.in.Close()
}
