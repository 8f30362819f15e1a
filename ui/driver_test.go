package ui_test

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/lang"
	"github.com/caliopen/caliopen-tui/ui/theme"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

var _ = flag.Bool("update", false, "write the goldens")

var _ ui.Backend = (*uitest.Fake)(nil)

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
	if s.lang == "" {
		s.lang = "en"
	}
	cat, err := lang.Load(s.lang)
	if err != nil {
		t.Fatal(err)
	}
	now := clock()
	f := uitest.World(now)
	ctx, cancel := context.WithCancel(context.Background())
	o := ui.Options{Context: ctx, Backend: f, Catalogue: cat, Now: now, Dir: "/tmp/saved",
		Theme: theme.Options{Profile: s.profile, Dark: true, ASCII: s.ascii}}
	if s.change != nil {
		s.change(&o, f)
	}
	d := uitest.NewProfile(t, ui.New(o), w, h, s.profile)
	go ui.Forward(ctx, f, d.Post)
	t.Cleanup(cancel)
	return d, f
}

func overwrite(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
