package ui_test

import (
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestComparingKeysWithSomebody(t *testing.T) {
	journey(t, 80, 45, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("c")
		d.Wait(time.Second)
		d.Expect("Nadia Benali", "seen in few letters, never compared", "expires in 12 days", "verify")
		d.Press("v")
		d.Wait(time.Second)
		d.Expect("Compare keys", "lusab   babad   gutih", "0A1B 2C3D 4E5F", "you@home.example")
		d.Press("y")
		d.Wait(time.Second)
		d.Expect("The key of Nadia Benali is checked")
		d.Post(conversation.Event{All: true}) // as the program does when a key was verified
		d.Wait(time.Second)
		d.Expect("compared with its holder")
		k, _ := f.PeerKey(t.Context(), conversation.MailAddress("nadia@benali.example"))
		if k.Person != "verified" || k.VerifiedHow != "words" {
			t.Errorf("key %+v", k)
		}
	})
}

func TestAChangedKeyIsDecidedOnTheCard(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("j", "j", "c")
		d.Wait(time.Second)
		d.Expect("Giulia Ferrari", "Another key appeared", "the same key as always, known since")
		d.Press("o")
		d.Wait(time.Second)
		d.Expect("The old key stays")
		d.Refuse("Another key appeared")
		d.Press("u")
		d.Wait(time.Second)
		d.Expect("Another key appeared")
		d.Press("a")
		d.Wait(time.Second)
		k, _ := f.PeerKey(t.Context(), conversation.MailAddress("giulia@ferrari.example"))
		if k.Fingerprint != uitest.StrangePrint || k.Conflict != "" {
			t.Errorf("key %+v", k)
		}
	})
}

func TestAKeyIsLookedFor(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("j", "c")
		d.Wait(time.Second)
		d.Expect("Marc Dupuis", "aucune clé connue")
		d.Press("v")
		d.Expect("Aucune clé connue pour cette adresse")
		d.Press("f")
		d.Wait(time.Second)
		d.Expect("9999 8888")
	})
}

func TestKeysAreUnlocked(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("g", "K")
		d.Expect("Your keys are locked")
		d.Press("g", "k")
		d.Expect("Passphrase of your keys")
		d.Keys("wrong")
		d.Refuse("wrong")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("That is not the passphrase", "Passphrase of your keys")
		d.Keys(uitest.Phrase)
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("Your keys are open")
		if f.LockState().Locked {
			t.Error("still locked")
		}
		d.Press("g", "k")
		d.Expect("Your keys are open.")
	})
}

func TestAStepIsPutOff(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("3")
		d.Wait(time.Second)
		d.Expect("Your privacy", "since a month ago", "best so far 74", "seal", "+28", "12 of 31 messages sent")
		d.Press("s")
		d.Expect("Go to a step first")
		d.Press("j", "s")
		d.Wait(time.Second)
		d.Expect("Put off for a week")
		if got := f.Snoozed(); !slices.Equal(got, []string{"adv.encrypt marc"}) {
			t.Errorf("put off: %q", got)
		}
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("Contact", "Marc Dupuis")
	})
}

func TestAnOwnKeyIsMade(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("5")
		d.Wait(time.Second)
		d.Expect("own key, open", "no own key yet")
		d.Press("K")
		d.Expect("This account has its key already")
		d.Press("j", "K")
		d.Expect("A passphrase for the new key")
		d.Keys("one")
		d.Press("enter")
		d.Keys("two")
		d.Press("enter")
		d.Expect("no key was made")
		d.Press("K", "enter")
		d.Wait(time.Second)
		d.Expect("A key without passphrase?")
		d.Press("y")
		d.Wait(time.Second)
		d.Expect("own key, without passphrase")
		keys, _ := f.Keys(t.Context())
		if len(keys) != 2 || keys[1].Protected {
			t.Errorf("keys %+v", keys)
		}
	})
}

func TestTheKeyOfGnuPGIsTaken(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		all, _ := f.Accounts(t.Context())
		f.Elsewhere(all[1].Address)
		d.Press("5")
		d.Wait(time.Second)
		d.Press("j", "K")
		d.Expect("Use the key found in GnuPG?", "5555 4444 3333 2222", "With “no”, a new key is made")
		d.Press("n")
		d.Expect("A passphrase for the new key")
		d.Press("esc", "K")
		d.Wait(time.Second)
		d.Press("y")
		d.Expect("The passphrase of that key in GnuPG")
		d.Keys("wrong")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("not its passphrase in GnuPG", "no own key yet")
		d.Press("K")
		d.Wait(time.Second)
		d.Press("y")
		d.Keys(uitest.Phrase)
		d.Refuse(uitest.Phrase)
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("The key from GnuPG is yours here too")
		d.Refuse("no own key yet")
		keys, _ := f.Keys(t.Context())
		if len(keys) != 2 || keys[1].Fingerprint != uitest.ForeignPrint {
			t.Errorf("keys %+v", keys)
		}
	})
}
