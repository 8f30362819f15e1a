package ui_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// moreViews are the screens besides those of conversations.
func moreViews() []view {
	press := func(keys ...string) func(*uitest.Driver) {
		return func(d *uitest.Driver) {
			d.Press(keys...)
			d.Wait(time.Second)
		}
	}
	look := func(text string, keys ...string) func(*uitest.Driver) {
		return func(d *uitest.Driver) {
			d.Press(keys...)
			d.Keys(text)
			d.Wait(time.Second)
		}
	}
	first := firstRun(&uitest.FakeSetup{})
	return []view{
		{name: "contacts", walk: press("2", "j")},
		{name: "card-fr", lang: "fr", walk: press("c")},
		{name: "card-conflict", walk: press("j", "j", "c")},
		{name: "compare", walk: press("c", "v")},
		{name: "why", walk: press("enter", "i")},
		{name: "why-it", lang: "it", walk: press("enter", "i")},
		{name: "search", walk: look("la", "/")},
		{name: "search-fr", lang: "fr", walk: press("/")},
		{name: "search-narrow", walk: narrowing},
		{name: "search-wrong-it", lang: "it", walk: look("la level:", "/")},
		{name: "saved", walk: func(d *uitest.Driver) { narrowing(d); press("1", "W", "N", "enter", "g", "s")(d) }},
		{name: "later", walk: func(d *uitest.Driver) { press("r", "h", "o", "esc", "l")(d) }},
		{name: "progress-fr", lang: "fr", change: busy, walk: press("4")},
		{name: "partial", change: headerOnly, walk: press("j", "enter")},
		{name: "activity", change: sending, walk: press("4")},
		{name: "activity-it", lang: "it", change: sending, walk: press("4")},
		{name: "accounts", walk: press("5")},
		{name: "accounts-fr", lang: "fr", walk: press("5")},
		{name: "privacy", walk: press("3")},
		{name: "privacy-fr", lang: "fr", walk: press("3")},
		{name: "setup", change: first, walk: press("enter")},
		{name: "setup-it", lang: "it", change: first, walk: press("down")},
		{name: "help", walk: press("?")},
		{name: "palette-fr", lang: "fr", walk: look("na", "ctrl+p")},
		{name: "command", walk: look("go", ":")},
	}
}

// narrowing is a search whose hits are about to be narrowed.
func narrowing(d *uitest.Driver) {
	d.Press("/")
	d.Keys("la")
	d.Wait(time.Second)
	d.Press("esc", "f")
	d.Wait(time.Second)
}

// busy is an account whose first fetch takes long.
func busy(_ *ui.Options, f *uitest.Fake) { f.SetStatuses(fetching(125_000)) }

// headerOnly is a message of which the rest has not been fetched.
func headerOnly(_ *ui.Options, f *uitest.Fake) {
	f.Change("marc-00", func(m *conversation.Message) { m.Partial, m.Text, m.Excerpt = true, "", "" })
}

// sending puts messages of each sort into the outbox.
func sending(_ *ui.Options, f *uitest.Fake) {
	d := conversation.Draft{Conversation: "c-marc", To: []conversation.Recipient{{Contact: "marc", Name: "Marc Dupuis"}}, Subject: "Facture de novembre", Text: "Bien reçue, merci."}
	at := uitest.Noon()
	f.SetEntries(
		conversation.Entry{ID: "1", State: conversation.StateHeld, Draft: d, Created: at, NextTry: at.Add(time.Hour), Score: 45},
		conversation.Entry{ID: "2", State: conversation.StateQueued, Draft: d, Created: at, NextTry: at.Add(10 * time.Minute), Score: 45},
		conversation.Entry{ID: "3", State: conversation.StateFailed, Draft: d, Created: at, Error: "550 5.1.1 no such user here", Score: 45},
		conversation.Entry{ID: "4", State: conversation.StateUnknown, Draft: d, Created: at, Score: 30})
}

func TestOtherScreensLookAsTheyDid(t *testing.T) {
	for _, v := range moreViews() {
		for _, size := range [][2]int{{80, 24}, {160, 45}} {
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
