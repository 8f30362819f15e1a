package ui_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func fetching(done int) conversation.Status {
	return conversation.Status{
		Account: "home", Protocol: conversation.Mail, Address: conversation.MailAddress("you@home.example"), Phase: conversation.PhaseSync,
		Done: done, Total: 500_000, Left: 6 * time.Minute, Quota: 83,
	}
}

func TestALongFetchTellsHowLongItTakes(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.SetStatuses(fetching(125_000))
		d.Wait(time.Second)
		d.Expect("125,000/500,000 · 6 min")
		d.Press("4")
		d.Wait(time.Second)
		d.Expect("25 %", "1041 a second", "6 min left", "83 % full")
		offline := fetching(0)
		offline.Phase, offline.Err, offline.Next, offline.Quota = conversation.PhaseOffline, errOffline(), uitest.Noon().Add(90*time.Second), 79
		f.SetStatuses(offline)
		d.Wait(time.Second)
		d.Expect("Next try in 1 min")
		d.Refuse("% full", "a second")
		d.Wait(50 * time.Second)
		d.Expect("Next try in", " s; $ tries now") // it counts down
	})
}

func TestAFetchThatStandsStillSaysSo(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.SetStatuses(fetching(125_000))
		d.Press("4")
		d.Wait(9 * time.Second)
		d.Refuse("Nothing has come")
		d.Wait(20 * time.Second)
		d.Expect("Nothing has come for 2")
		f.SetStatuses(fetching(125_100))
		d.Wait(time.Second)
		d.Refuse("Nothing has come")
	})
}

func TestWhatAnotherWindowServesIsNotCalledWell(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		away := fetching(0)
		away.Phase, away.Quota = conversation.PhaseElsewhere, 0
		f.SetStatuses(away)
		d.Wait(time.Second)
		d.Expect("sync elsewhere 1/1")
	})
}

func entry(id conversation.EntryID, state conversation.State, next time.Duration) conversation.Entry {
	d := conversation.Draft{To: []conversation.Recipient{{Name: "Marc Dupuis"}}, Subject: string(state)}
	return conversation.Entry{ID: id, State: state, Draft: d, Created: uitest.Noon(), NextTry: uitest.Noon().Add(next), Score: 45}
}

func TestTheOutboxSaysWhereEverythingStands(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		later := entry("1", conversation.StateHeld, 48*time.Hour)
		later.Draft.At = uitest.Noon().Add(48 * time.Hour)
		f.SetEntries(later, entry("2", conversation.StateQueued, 10*time.Minute), entry("3", conversation.StateUnknown, 0), entry("4", conversation.StateSending, 0))
		d.Press("4")
		d.Wait(time.Second)
		d.Expect("will be sent Saturday 21 November 14:33", "next try in 10 min", "The server may have it: look in Sent. s sends it again", "being sent")
		d.Press("s")
		d.Expect("It will be sent Saturday 21 November 14:33; T takes it back")
		d.Press("j", "j", "j", "s")
		d.Expect("It is being sent right now")
		d.Press("k", "s")
		d.Expect("Send again?")
	})
}

func TestAMessageIsSentLater(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("Oui, à lundi !")
		d.Wait(2 * time.Second)
		d.Press("esc", "l")
		d.Expect("Envoyer quand ?", "dans une heure", "ce soir", "demain à 09:00", "lundi 23 novembre à 09:00")
		d.Press("j", "j", "j", "enter")
		d.Expect("Quand", "lundi 23 novembre à 09:00", "y programme l’envoi")
		d.Press("l", "j", "j", "j", "j", "enter")
		d.Keys("1/11/2026 8h30")
		d.Press("enter")
		d.Expect("déjà passé")
		d.Press("ctrl+u")
		d.Keys("30/11 8h30")
		d.Press("enter")
		d.Expect("lundi 30 novembre à 08:30")
		d.Press("y")
		d.Expect("Partira lundi 30 novembre à 08:30")
		want := time.Date(2026, 11, 30, 8, 30, 0, 0, time.UTC)
		if len(f.Sent) != 1 || !f.Sent[0].At.Equal(want) {
			t.Fatalf("sent %+v", f.Sent)
		}
		d.Press("4")
		d.Wait(time.Second)
		d.Expect("partira lundi 30 novembre à 08:30")
		d.Refuse("envoi dans")
	})
}

func TestADraftWhoseMomentIsOverGoesAtOnce(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.KeepDraft(conversation.Draft{
			ID: "d1", Kind: conversation.DraftNew, To: []conversation.Recipient{{Contact: "marc", Name: "Marc Dupuis"}}, Text: "Bonjour",
			At: uitest.Noon().Add(-time.Hour), Saved: uitest.Noon(),
		})
		d.Press("4")
		d.Wait(time.Second)
		d.Press("enter")
		d.Wait(time.Second)
		d.Press("esc")
		d.Wait(time.Second)
		d.Expect("Bonjour")
		d.Refuse("When", "schedules")
		d.Press("y")
		if len(f.Sent) != 1 || !f.Sent[0].At.IsZero() {
			t.Errorf("sent %+v", f.Sent)
		}
	})
}

func TestTheRestOfAMessageIsFetchedWhenItIsOpened(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		text := "Bonjour, la facture"
		f.Change("marc-00", func(m *conversation.Message) { m.Partial, m.Text, m.Excerpt = true, "", "" })
		d.Press("j", "enter")
		d.Wait(time.Second)
		d.Expect("Only the header is here; the rest is being fetched")
		if len(f.Wanted) != 1 || f.Wanted[0] != "marc-00" {
			t.Fatalf("asked for %v", f.Wanted)
		}
		if acts := len(f.Acts); acts != 0 {
			t.Errorf("what cannot be read was marked as read: %v", f.Acts)
		}
		f.Change("marc-00", func(m *conversation.Message) { m.Partial, m.Text = false, text })
		f.Tell(conversation.Event{Conversations: []conversation.ConversationID{"c-marc"}})
		d.Wait(time.Second)
		d.Expect(text)
		if len(f.Acts) != 1 {
			t.Errorf("it was read when it came: %v", f.Acts)
		}
	})
}

func TestTheRestOfAMessageWaitsForTheServer(t *testing.T) {
	journey(t, 80, 24, setup{lang: "it"}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Change("marc-00", func(m *conversation.Message) { m.Partial, m.Text, m.Excerpt = true, "", "" })
		off := fetching(0)
		off.Phase = conversation.PhaseOffline
		f.SetStatuses(off)
		d.Wait(time.Second)
		d.Press("j", "enter")
		d.Wait(time.Second)
		d.Expect("Per ora il server non risponde")
		f.Tell(conversation.Event{Accounts: []conversation.Status{fetching(1)}})
		d.Wait(time.Second)
		d.Expect("il resto sta arrivando")
	})
}
