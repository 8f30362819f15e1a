package ui_test

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/lang"
	"github.com/caliopen/caliopen-tui/ui/theme"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

var _ = flag.Bool("update", false, "write the goldens")

var (
	_ ui.Backend = (*uitest.Fake)(nil)
	_ ui.Backend = (*conversation.Service)(nil)
)

// clock gives the invented world's time, which runs with the bubble's.
func clock() func() time.Time {
	began := time.Now()
	return func() time.Time { return uitest.Noon().Add(time.Since(began)) }
}

// setup is how a test wants the interface.
type setup struct {
	lang    string
	profile colorprofile.Profile
	ascii   bool
	change  func(*ui.Options, *uitest.Fake)
}

func start(t testing.TB, w, h int) (*uitest.Driver, *uitest.Fake) {
	return begin(t, w, h, setup{profile: colorprofile.TrueColor})
}

func begin(t testing.TB, w, h int, s setup) (*uitest.Driver, *uitest.Fake) {
	t.Helper()
	d, f, _ := beginSpied(t, w, h, s)
	return d, f
}

func beginSpied(t testing.TB, w, h int, s setup) (*uitest.Driver, *uitest.Fake, *ui.Spy) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	o, f := options(t, s)
	o.Context = ctx
	m := ui.New(o)
	spy := ui.SpyOn(m)
	d := uitest.NewProfile(t, m, w, h, s.profile)
	go ui.Forward(ctx, f, d.Post)
	t.Cleanup(cancel)
	return d, f, spy
}

// still gives a model that has loaded its first screen, without a program.
func still(t testing.TB, w, h int) tea.Model {
	t.Helper()
	o, f := options(t, setup{profile: colorprofile.TrueColor})
	f.Fill(400, names)
	m := ui.New(o)
	run(m, m.Init())
	run(m, func() tea.Msg { return tea.WindowSizeMsg{Width: w, Height: h} })
	return m
}

// run does a command and all that follows from it, clocks left out.
func run(m tea.Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, c := range batch {
				run(m, c)
			}
			return
		}
		_, next := m.Update(msg)
		run(m, next)
	case <-time.After(50 * time.Millisecond):
	}
}

func options(t testing.TB, s setup) (ui.Options, *uitest.Fake) {
	t.Helper()
	if s.lang == "" {
		s.lang = "en"
	}
	cat, err := lang.Load(s.lang)
	if err != nil {
		t.Fatal(err)
	}
	now := clock()
	f := uitest.World(now)
	o := ui.Options{
		Backend: f, Catalogue: cat, Now: now, Dir: "/tmp/saved",
		Theme: theme.Options{Profile: s.profile, Dark: true, ASCII: s.ascii},
	}
	if s.change != nil {
		s.change(&o, f)
	}
	return o, f
}

func overwrite(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
