package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestASealedMessageSaysThatItIsSealed(t *testing.T) {
	journey(t, 80, 24, setup{change: sealed}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("j", "enter")
		d.Wait(time.Second)
		d.Expect("This message is sealed, and cannot be opened here")
		d.Refuse("(no text)", "has not been opened")
	})
}

func sealed(_ *ui.Options, f *uitest.Fake) {
	f.Change("marc-00", func(m *conversation.Message) {
		m.Text, m.Excerpt, m.Warnings = "", "", []string{"mime.sealed"}
		m.Evidence.Security.Sealed = "full"
	})
}

// The name of a contact is written by whoever writes.
func TestANameCannotBearABadge(t *testing.T) {
	hostile := func(_ *ui.Options, f *uitest.Fake) {
		c, _ := f.Contact(t.Context(), "marc")
		c.Name = "Marc [A 98]"
		f.SetContact(c)
		f.Change("marc-00", func(m *conversation.Message) {
			m.Subject, m.Text, m.Excerpt = "about [A 99] x", "Bonjour [A 97]", "Bonjour [A 97]"
		})
	}
	journey(t, 80, 24, setup{change: hostile}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Wait(time.Second)
		d.Expect("Marc (A 98)", "Bonjour (A 97)")
		d.Press("j", "enter")
		d.Wait(time.Second)
		d.Expect("[E 12] Marc (A 98)", "about (A 99) x")
		d.Press("r")
		d.Wait(time.Second)
		d.Expect("To Marc (A 98)")
		d.Refuse("[A 98]", "[A 99]")
		d.Press("ctrl+c", "c")
		d.Refuse("[A 98]")
		d.Press("esc", "esc", "/")
		d.Keys("bonjour")
		d.Wait(time.Second)
		d.Refuse("[A 9")
	})
}

func TestWhoHasWrittenSeesTheMessageStandThere(t *testing.T) {
	journey(t, 80, 24, setup{change: func(_ *ui.Options, f *uitest.Fake) { f.Chat("nadia", 200) }}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("/")
		d.Keys("message number 20.")
		d.Wait(time.Second)
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("message number 20.")
		d.Press("r")
		d.Keys("what I have to say")
		d.Wait(2 * time.Second)
		d.Press("esc")
		d.Wait(time.Second)
		d.Expect("<@nadia@social.example>")
		d.Press("y")
		d.Wait(time.Second)
		if row := under(d); !strings.Contains(row, "you") && !strings.Contains(row, "what I have") {
			t.Errorf("the cursor is on %q\n%s", row, d.Screen())
		}
		d.Expect("what I have to say", "sending in")
	})
}

func TestOfSeveralAttachmentsOneIsChosen(t *testing.T) {
	more := func(_ *ui.Options, f *uitest.Fake) {
		for _, id := range []conversation.MessageID{"nadia-00", "nadia-01", "nadia-02", "nadia-03"} {
			f.Change(id, func(m *conversation.Message) {
				if len(m.Attachments) > 0 {
					m.Attachments = append(m.Attachments, conversation.Attachment{Name: "second.png", Type: "image/png", Part: "3"})
				}
			})
		}
	}
	journey(t, 80, 24, setup{change: more}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("second.png  image/png") // a size that nobody told is not shown
		d.Press("v")
		d.Expect("Save which attachment?", "all 2 attachments")
		d.Press("j", "j", "enter")
		d.Expect("second.png saved in")
		d.Press("v", "enter")
		d.Expect("2 files saved in")
	})
}

func TestADraftIsThrownAwayWhereDraftsAreListed(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("half a thought")
		d.Press("ctrl+c", "4")
		d.Wait(time.Second)
		d.Expect("half a thought", "d discard")
		d.Press("d")
		d.Wait(time.Second)
		d.Expect("Draft discarded.", "No draft is kept.", "u undo")
		d.Press("u")
		d.Wait(time.Second)
		d.Expect("half a thought")
		if ds, _ := f.Drafts(t.Context()); len(ds) != 1 {
			t.Errorf("drafts: %+v", ds)
		}
	})
}

func TestWhatDidNotGoIsToldEverywhere(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Refuse("not sent")
		f.SetEntries(conversation.Entry{ID: "1", State: conversation.StateFailed, Created: uitest.Noon(), Error: "550 no such user"})
		f.Tell(conversation.Event{Outbox: true})
		d.Wait(time.Second)
		d.Expect("▲ 1 not sent")
		d.Press("2")
		d.Expect("▲ 1 not sent")
		d.Press("q", "q")
		d.Wait(time.Second)
		if !d.Ended() {
			t.Error("asked about a message that waits for nothing but the user")
		}
	})
}

func TestAConversationWithoutWaySaysWhy(t *testing.T) {
	journey(t, 80, 24, setup{change: guard}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("This conversation is sealed (B)")
		d.Refuse("no channel for a reply")
	})
}
