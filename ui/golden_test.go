package ui_test

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

var shots = flag.String("shots", "", "folder to write pictures of the screens to")

// view is a place to look at, and the way there.
type view struct {
	name   string
	lang   string
	change func(*ui.Options, *uitest.Fake)
	walk   func(d *uitest.Driver)
}

func viewsToKeep() []view {
	reply := func(d *uitest.Driver) {
		d.Press("enter", "r")
		d.Keys("Oui, je les apporte. À vendredi !")
		d.Wait(2 * time.Second)
	}
	return []view{
		{name: "list", walk: func(d *uitest.Driver) { d.Wait(time.Second) }},
		{name: "list-fr", lang: "fr", walk: func(d *uitest.Driver) { d.Press("j"); d.Wait(time.Second) }},
		{name: "empty", change: nobody, walk: func(d *uitest.Driver) { d.Wait(time.Second) }},
		{name: "conversation", walk: func(d *uitest.Driver) { d.Press("enter"); d.Wait(time.Second) }},
		{name: "composer", lang: "fr", walk: reply},
		{name: "review", lang: "fr", walk: func(d *uitest.Driver) { reply(d); d.Press("esc"); d.Wait(time.Second) }},
		{name: "warning", lang: "it", change: guard, walk: func(d *uitest.Driver) { reply(d); d.Press("esc"); d.Wait(time.Second) }},
		{name: "chord", walk: func(d *uitest.Driver) { d.Press("g") }},
	}
}

// nobody empties the world.
func nobody(o *ui.Options, _ *uitest.Fake) { o.Backend = uitest.NewFake(o.Now) }

func TestScreensLookAsTheyDid(t *testing.T) {
	for _, v := range viewsToKeep() {
		for _, size := range [][2]int{{80, 24}, {120, 35}, {160, 45}} {
			for _, p := range []struct {
				name    string
				profile colorprofile.Profile
				ascii   bool
			}{{"true", colorprofile.TrueColor, false}, {"ascii", colorprofile.ASCII, true}} {
				name := v.name + "-" + strconv.Itoa(size[0]) + "x" + strconv.Itoa(size[1]) + "-" + p.name
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						d, _ := begin(t, size[0], size[1], setup{lang: v.lang, profile: p.profile, ascii: p.ascii, change: v.change})
						defer d.Close()
						v.walk(d)
						d.Golden(name)
						shoot(t, d, name, p.ascii)
					})
				})
			}
		}
	}
}

// shoot writes a picture when pictures are wanted.
func shoot(t *testing.T, d *uitest.Driver, name string, ascii bool) {
	if *shots == "" || ascii {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".svg"), []byte(d.SVG()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCopiesAndChannelsAreReachedByKeys(t *testing.T) {
	journey(t, 100, 30, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r", "alt+c")
		d.Expect("Cc", "Bcc")
		d.Keys("giulia")
		d.Press("enter")
		d.Expect("Giulia Ferrari")
		d.Press("ctrl+t")
		d.Wait(time.Second)
		d.Expect("mail  (chosen)", "more private than")
		d.Press("ctrl+t")
		d.Wait(time.Second)
		d.Expect("mastodon  (best)")
	})
}

func TestAYesIsForOneSendingOnly(t *testing.T) {
	journey(t, 80, 24, setup{change: guard}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("secret")
		d.Press("esc")
		d.Wait(time.Second)
		d.Press("y")
		d.Wait(time.Second)
		d.Press("p") // confirmed, then postponed
		d.Wait(time.Second)
		ds, _ := f.Drafts(t.Context())
		if len(ds) != 1 || ds[0].ConfirmClear {
			t.Fatalf("drafts: %+v", ds)
		}
		d.Press("r")
		d.Wait(time.Second)
		d.Press("esc")
		d.Wait(time.Second)
		d.Press("y")
		if len(f.Sent) > 0 {
			t.Error("the yes was kept with the draft")
		}
	})
}

func TestAnEventInTheReviewMakesItAskAgain(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("text")
		d.Press("esc")
		d.Wait(time.Second)
		d.Expect("y sends it", "mastodon")
		f.Reject = func(dr conversation.Draft) (conversation.Choice, bool) {
			p := conversation.Prediction{Channel: conversation.Channel{ID: "home", Protocol: conversation.Mail}}
			return conversation.Choice{Decision: conversation.Auto, Candidates: []conversation.Prediction{p}}, true
		}
		f.Tell(conversation.Event{All: true})
		time.Sleep(20 * time.Millisecond)
		d.Press("y")
		if len(f.Sent) > 0 {
			t.Fatal("sent by another channel than the one that was on the screen")
		}
		d.Expect("[?   ]")
		d.Wait(time.Second)
		d.Press("y")
		if len(f.Sent) != 1 {
			t.Error("not sent after it was seen")
		}
	})
}
