package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// crashes writes a report when the interface panics. It holds where it
// happened and no text of any message: the value of the panic is left out
// unless the runtime made it.
type crashes struct {
	dir string
	now func() time.Time

	mu   sync.Mutex
	path string
}

// errCrash is what the library is told instead of the value of a panic, which
// it would print on the terminal.
var errCrash = errors.New("internal error")

// note writes the report and goes on panicking, so that the library puts the
// terminal back.
func (c *crashes) note() {
	value := recover()
	if value == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" {
		c.path = c.write(value, debug.Stack())
	}
	panic(errCrash)
}

func (c *crashes) write(value any, stack []byte) string {
	dir := filepath.Join(c.dir, "crash")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	what := fmt.Sprintf("%T", value)
	if err, ok := value.(runtime.Error); ok {
		what = err.Error()
	}
	b := build()
	text := fmt.Sprintf("caliopen-tui %s %s %s %s/%s\n%s\n\n%s", b.Version, b.Commit, b.Go, runtime.GOOS, runtime.GOARCH, what, stack)
	path, err := writeFile(dir, "crash-"+c.now().UTC().Format("20060102-150405")+".txt", []byte(text))
	if err != nil {
		return ""
	}
	return path
}

// written gives the file of the report, "" when nothing happened.
func (c *crashes) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.path
}

// guard watches over a model and all its commands.
func (c *crashes) guard(m tea.Model) tea.Model { return guarded{m, c} }

type guarded struct {
	tea.Model
	c *crashes
}

// Init starts the model.
func (g guarded) Init() tea.Cmd {
	defer g.c.note()
	return g.c.command(g.Model.Init())
}

// Update passes a message on.
func (g guarded) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	defer g.c.note()
	m, cmd := g.Model.Update(msg)
	return guarded{m, g.c}, g.c.command(cmd)
}

// View draws.
func (g guarded) View() tea.View {
	defer g.c.note()
	return g.Model.View()
}

// command watches over a command and those that it leads to.
func (c *crashes) command(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer c.note()
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = c.command(batch[i])
			}
		}
		return msg
	}
}
