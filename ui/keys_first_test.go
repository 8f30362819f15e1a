package ui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// The first run offers the key that GnuPG holds; what is typed after the answer
// is the passphrase, however fast.
func TestTheFirstRunTakesTheKeyOfGnuPG(t *testing.T) {
	s := &uitest.FakeSetup{Found: ui.Found{Kind: conversation.Mail, IMAP: "imaps://imap.home.example:993", SMTP: "smtps://smtp.home.example:465", User: "you@home.example", Source: "autoconfig", Security: "tls"}}
	var f *uitest.Fake
	journey(t, 80, 24, setup{change: func(o *ui.Options, x *uitest.Fake) {
		firstRun(s)(o, x)
		f = o.Backend.(*uitest.Fake)
		f.Elsewhere(conversation.MailAddress("you@home.example"))
	}}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Expect("What do you want to connect?")
		f.Slow = 100 * time.Millisecond
		d.Press("enter")
		d.Keys("you@home.example")
		d.Press("enter")
		d.Wait(time.Second)
		d.Press("enter", "tab")
		d.Keys("gr4ss hopper")
		d.Press("enter")
		d.Wait(2 * time.Second)
		d.Expect("The account was added")
		d.Press("y")
		d.Expect("Use the key found in GnuPG?", "5555 4444 3333 2222")
		d.Wait(time.Second)
		d.Press("y")
		d.Keys(uitest.Phrase)
		d.Press("enter")
		d.Wait(2 * time.Second)
		d.Expect("The key from GnuPG is yours here too")
		keys, _ := f.Keys(t.Context())
		if k := keys[len(keys)-1]; k.Fingerprint != uitest.ForeignPrint || !k.Own {
			t.Errorf("keys %+v", keys)
		}
	})
}

// Two escapes that arrive together, as over a slow line, are two: from the
// field of the search to its hits, and out of it.
func TestTwoEscapesInOneGo(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/")
		d.Keys("vendredi")
		d.Wait(time.Second)
		d.Expect("Search")
		d.Send(tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt})
		d.Wait(time.Second)
		d.Expect("Conversations")
		d.Refuse("vendredi")
	})
}
