package ui_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// keysToTry are the keys of the random runs, those that end the program left
// out.
func keysToTry() []string {
	return strings.Fields("j j j k k l h enter enter esc esc q r R m f e d u U * t J K g G i c $ : ? / \\ { } v o y z a s p n x w T W " +
		"tab shift+tab up down left right pgdown pgup ctrl+d ctrl+u ctrl+f ctrl+b ctrl+t ctrl+p ctrl+l ctrl+a backspace " +
		"1 2 3 4 5 é 李 🌸 о alt+c , hello@example.org nadia")
}

// wander presses random keys with events and resizes among them.
func wander(t *testing.T, seed uint64, steps int, check func(d *uitest.Driver, last string)) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 7))
		d, f, _ := beginSpied(t, 80, 24, setup{profile: colorprofile.ASCII, change: func(_ *ui.Options, f *uitest.Fake) { f.Fill(60, names) }})
		defer d.Close()
		keys := keysToTry()
		for range steps {
			last := keys[r.IntN(len(keys))]
			switch r.IntN(24) {
			case 0:
				last = "resize"
				d.Resize(10+r.IntN(190), 4+r.IntN(56))
			case 1:
				last = "event"
				f.Arrive("nadia", "Vendredi", "encore un message 温室 "+last)
				d.Wait(10 * time.Millisecond)
			case 2:
				f.Tell(conversation.Event{All: true})
				d.Wait(time.Second)
			default:
				d.Press(last)
			}
			if d.Ended() {
				return
			}
			if check != nil {
				check(d, last)
			}
		}
		free(t, d)
	})
}

// free asserts that one can still get out from wherever one is, and that keys
// still do something.
func free(t *testing.T, d *uitest.Driver) {
	t.Helper()
	d.Resize(80, 24)
	for range 12 {
		if strings.Contains(d.Screen(), "Conversations") && strings.Contains(d.Screen(), "sync") && strings.Contains(d.Screen(), "filter") {
			break
		}
		d.Press("ctrl+c", "esc", "1")
		if d.Ended() {
			return
		}
	}
	d.Press("esc", "g", "g") // escape ends a chord that was begun
	before := d.Screen()
	d.Press("j")
	if before == d.Screen() {
		t.Errorf("stuck:\n%s", uitest.Frame(before))
	}
}

func TestRandomKeysNeverPanicNorGetStuck(t *testing.T) {
	for seed := range uint64(8) {
		wander(t, seed, 400, nil)
	}
}

// The renderer draws differences; what stands on the terminal in the end must
// be what was meant.
func TestTheTerminalShowsWhatWasDrawn(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) { differential(t, seed) })
	}
}

func differential(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	d, f, spy := beginSpied(t, 80, 24, setup{profile: colorprofile.TrueColor, change: func(_ *ui.Options, f *uitest.Fake) { f.Fill(60, names) }})
	defer d.Close()
	keys := keysToTry()
	for range 150 {
		last := keys[r.IntN(len(keys))]
		if r.IntN(12) == 0 {
			d.Resize(40+r.IntN(150), 10+r.IntN(40))
		} else if r.IntN(15) == 0 {
			f.Arrive("li", "翻譯", "第二次 "+last)
		} else {
			d.Press(last)
		}
		d.Wait(200 * time.Millisecond)
		if d.Ended() {
			return
		}
		w, h := d.Size()
		diff := uitest.Diff(uitest.Rendered(spy.Last(), w, h), d.Screen())
		if diff != "" { // drawn at this very moment, and on its way
			d.Wait(time.Millisecond)
			diff = uitest.Diff(uitest.Rendered(spy.Last(), w, h), d.Screen())
		}
		if diff != "" {
			t.Fatalf("seed %d, after %q at %dx%d; meant on the left, shown on the right:\n%s", seed, last, w, h, diff)
		}
	}
}
