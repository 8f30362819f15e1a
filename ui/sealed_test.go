package ui_test

import (
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// shut makes the first message of Nadia a sealed one, and locks the keys.
func shut(f *uitest.Fake) {
	var last conversation.MessageID
	for _, m := range f.All() {
		if m.Sender().Contact == "nadia" {
			last = m.ID
		}
	}
	f.Change(last, func(m *conversation.Message) {
		m.Text, m.Excerpt, m.Subject = "", "", "[...]"
		m.Evidence.Security = privacy.Security{Sealed: "full", Decrypted: true}
	})
	f.Lock()
}

func TestWhatLockedKeysHideIsNamed(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Refuse("locked")
		shut(f)
		f.Tell(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Expect("locked · sync ok")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("Sealed. Your keys are locked: gk opens them.", "new")
		for _, m := range f.All() {
			if m.Subject == "[...]" && m.Read {
				t.Error("a message that could not be read counts as read")
			}
		}
		d.Press("g", "k")
		d.Keys(uitest.Phrase)
		d.Press("enter")
		d.Wait(time.Second)
		d.Refuse("locked")
	})
}

func TestASearchSaysWhatItCouldNotSearch(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Lock()
		f.Tell(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Press("/")
		d.Keys("nowhere at all")
		d.Wait(time.Second)
		d.Expect("Le texte des messages scellés n’a pas été cherché", "sans le texte scellé")
	})
}

func TestASealedDraftIsNotOpenedWhileTheKeysAreLocked(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.KeepDraft(conversation.Draft{ID: "shut", Sealed: []byte("x"), Saved: uitest.Noon()})
		f.Lock()
		f.Tell(conversation.Event{All: true, Outbox: true})
		d.Press("4")
		d.Wait(time.Second)
		d.Expect("(sealed draft)", "your keys are locked")
		d.Press("G")
		d.Press("g", "g")
		for range 3 { // whichever row the draft stands on
			d.Press("enter")
			d.Wait(time.Second)
			d.Refuse("new message", "Privacy forecast")
			d.Press("4", "j")
			d.Wait(time.Second)
		}
	})
}

func TestTextIsKeptWhenADraftCannotBeSaved(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("do not lose me")
		f.Unsaid = conversation.ErrSealed
		f.Lock()
		d.Wait(3 * time.Second)
		d.Expect("do not lose me", "Not saved: your keys are locked. alt+k opens them")
		d.Keys("\x03") // leaves; what was written is nowhere but here
		d.Wait(time.Second)
		d.Expect("do not lose me")
		f.Unsaid = nil
		d.Keys("\x1bk")
		d.Wait(time.Second)
		d.Expect("Passphrase of your keys")
		d.Keys(uitest.Phrase)
		d.Press("enter")
		d.Wait(10 * time.Second)
		d.Refuse("Not saved")
		if ds, _ := f.Drafts(t.Context()); len(ds) != 1 || ds[0].Text != "do not lose me" {
			t.Errorf("drafts %+v", ds)
		}
	})
}

// doubt makes the backend stop because Giulia's key changed.
func doubt(_ *ui.Options, f *uitest.Fake) {
	f.Reject = func(conversation.Draft) (conversation.Choice, bool) {
		return conversation.Choice{
			Decision: conversation.Stop, Chosen: -1, Reason: conversation.Reason{Code: "route.key_changed"},
		}, true
	}
}

func TestAChangedKeyLeadsToTheCardAndBack(t *testing.T) {
	journey(t, 80, 24, setup{change: doubt}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("j", "j", "r")
		d.Keys("ciao")
		d.Wait(time.Second)
		d.Expect("The key has changed", "alt+v open the contact")
		d.Keys("\x1b")
		d.Wait(time.Second)
		d.Expect("Look at this before sending", "v open the contact")
		d.Refuse("send anyway")
		d.Press("v")
		d.Wait(time.Second)
		d.Expect("Contact  Giulia Ferrari", "Another key appeared", "v verify  a take key  o keep key")
		f.Reject = nil
		d.Press("o")
		d.Wait(time.Second)
		f.Tell(conversation.Event{All: true})
		d.Press("esc")
		d.Wait(time.Second)
		d.Expect("Review before sending", "ciao")
		d.Refuse("The key has changed")
	})
}

func TestTheStepThatWouldHelpIsOneKeyAway(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Better = privacy.Advice{ID: "adv.encrypt", Gain: 28}
		d.Press("r")
		d.Keys("Oui")
		d.Wait(time.Second)
		d.Expect("→ mastodon", "alt+v seal: ask Nadia Benali for a key (+28)")
		d.Keys("\x1bv")
		d.Wait(2 * time.Second)
		d.Expect("could you send me your OpenPGP key", "Oui")
		d.Refuse("alt+v seal")
	})
}

func TestTheCodeAloneFitsASmallWindow(t *testing.T) {
	journey(t, 80, 24, setup{profile: colorprofile.TrueColor}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("c")
		d.Wait(time.Second)
		d.Press("v")
		d.Wait(time.Second)
		d.Expect("Compare keys", "QR")
		d.Press("c")
		d.Refuse("Compare keys", "caliopen")
		d.Expect("█▄▄▄▄▄█", "█ ███ █")
		d.Press("esc")
		d.Expect("Compare keys")
	})
}

func TestWhyTellsOfTheDeviceWhatNobodyCouldLookAt(t *testing.T) {
	journey(t, 80, 45, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("3")
		d.Wait(time.Second)
		d.Press("j", "j", "j", "j", "i")
		d.Wait(time.Second)
		d.Expect("What nobody could look at from here", "+15")
	})
}
