package ui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

const invitationOfMarc = "https://i.delta.chat/#" + uitest.MarcPrint + "&v=3&i=abcdefgh&s=ijklmnop&a=marc%40dupuis.example&n=Marc"

func TestAnInvitationIsPastedAmongTheContacts(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("2")
		d.Wait(time.Second)
		d.Expect("invitation")
		d.Press("I")
		d.Expect("The invitation you were given")
		d.Send(tea.PasteMsg{Content: invitationOfMarc})
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("The invitation of marc@dupuis.example is followed")
		k, _ := f.PeerKey(t.Context(), conversation.MailAddress("marc@dupuis.example"))
		if k.VerifiedHow != "securejoin" {
			t.Errorf("key %+v", k)
		}
	})
}

func TestWhatIsNoInvitationIsSaid(t *testing.T) {
	for _, test := range []struct{ link, said string }{
		{"https://example.org/", "this is no invitation"},
		{"OPENPGP4FPR:" + uitest.GiuliaPrint, "The same: this is the key known for giulia@ferrari.example"},
		{"OPENPGP4FPR:" + uitest.StrangePrint, "No key with this fingerprint is known"},
		{"  ", "Conversations"},
	} {
		journey(t, 100, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
			d.Press("I")
			d.Send(tea.PasteMsg{Content: test.link})
			d.Press("enter")
			d.Wait(time.Second)
			d.Expect(test.said)
		})
	}
}

func TestLockedKeysAreOpenedBeforeAnInvitation(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Lock()
		d.Press("I")
		d.Wait(time.Second)
		d.Expect("Passphrase of your keys")
	})
}

// What happened by mails that are never shown is told once, and says nothing
// to the terminal but text.
func TestWhatAnInvitationCameToIsTold(t *testing.T) {
	journey(t, 100, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Post(conversation.Event{All: true, Notice: conversation.Reason{
			Code: "join.verified", Args: map[string]any{"Address": "zoe@example.org\x1b[2J"},
		}})
		d.Wait(time.Second)
		d.Expect("You and zoe@example.org", "are joined: the key is verified")
		d.Post(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Expect("are joined: the key is verified")
		d.Wait(time.Minute)
		d.Refuse("are joined: the key is verified")
	})
}
