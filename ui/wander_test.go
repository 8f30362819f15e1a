package ui_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestRandomKeysOnEveryScreenLeaveAWayOut(t *testing.T) {
	ways := map[string][]string{
		"contacts": {"2"}, "card": {"c"}, "privacy": {"3"}, "activity": {"4"}, "accounts": {"5"}, "setup": {"5", "a", "enter"},
		"mastodon": {"5", "a", "down", "enter"}, "search": {"/", "la"}, "why": {"i"}, "help": {"?"}, "palette": {"ctrl+p"}, "command": {":"},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(4) {
				wanderFrom(t, way, seed)
			}
		})
	}
}

// wanderFrom presses random keys on one screen; every frame must fit, and be
// free of anything but styles.
func wanderFrom(t *testing.T, way []string, seed uint64) {
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 11))
		d, f, spy := beginSpied(t, 80, 24, setup{profile: colorprofile.ASCII, change: func(o *ui.Options, f *uitest.Fake) {
			sending(o, f)
			o.Setup = &uitest.FakeSetup{Slow: 300 * time.Millisecond, URL: "https://social.example/oauth", Found: ui.Found{IMAP: "imaps://imap.example:993", Source: "srv", Security: "tls"}}
		}})
		defer d.Close()
		d.Press(way...)
		keys := append(keysToTry(), "y", "x", "M", "enter", "ctrl+y", "you@home.example")
		for range 60 {
			k := keys[r.IntN(len(keys))]
			switch r.IntN(20) {
			case 0:
				d.Resize(10+r.IntN(190), 4+r.IntN(56))
			case 1:
				f.Tell(conversation.Event{All: true})
				d.Wait(200 * time.Millisecond)
			default:
				d.Press(k)
			}
			if d.Ended() {
				return
			}
			clean(t, k, spy.Last())
		}
		free(t, d)
	})
}
