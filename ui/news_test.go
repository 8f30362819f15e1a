package ui_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestNewsAreToldOnceForABurst(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Arrive("giulia", "Treno", "sono in ritardo")
		d.Wait(time.Second)
		d.Expect("[C 45] Giulia Ferrari: Treno")
		d.Wait(10 * time.Second)
		f.Arrive("giulia", "Treno", "arrivo")
		f.Arrive("marc", "Facture", "merci")
		d.Wait(time.Second)
		d.Expect("2 new messages, the last one from")
		ids := []conversation.MessageID{"marc-00"}
		if ms, err := f.News(context.Background(), ids); err != nil || len(ms) != 1 {
			t.Fatalf("another process told of it: %v %v", ms, err)
		}
		d.Wait(10 * time.Second)
		f.Tell(conversation.Event{Fresh: ids})
		d.Wait(time.Second)
		d.Refuse("Marc Dupuis: ")
	})
}

func TestNewsWaitWhileSomethingElseIsSaid(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("e")
		d.Expect("undo")
		f.Arrive("giulia", "Treno", "sono in ritardo")
		d.Wait(time.Second)
		d.Expect("undo")
		d.Wait(7 * time.Second)
		d.Expect("Giulia Ferrari: Treno")
	})
}

// outside is what a terminal is asked to show apart from its screen.
var outside = regexp.MustCompile("\x07?\x1b\\]9;[^\x1b]*\x1b\\\\")

func TestWhoDoesNotLookIsToldByTheTerminal(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Arrive("giulia", "seen", "one looks at it")
		d.Wait(time.Second)
		d.Send(tea.BlurMsg{})
		d.Record()
		f.Arrive("giulia", "4;1;\x1b]0;owned\x07\u202e Treno\u009c", "sono in ritardo")
		d.Wait(10 * time.Second)
		got := outside.FindAllString(d.Recorded(), -1)
		if len(got) != 1 || strings.Count(got[0], ";") != 1 || !strings.HasPrefix(got[0], "\x07\x1b]9;[C 45] Giulia Ferrari: 4,1,") {
			t.Fatalf("the terminal was told %q", got)
		}
		for _, r := range strings.Trim(got[0], "\x07\x1b\\") {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e {
				t.Errorf("%U in %q", r, got[0])
			}
		}
		d.Send(tea.FocusMsg{})
		d.Record()
		f.Arrive("giulia", "seen", "one looks again")
		d.Wait(10 * time.Second)
		if got := outside.FindAllString(d.Recorded(), -1); len(got) != 0 {
			t.Errorf("somebody who looks was told %q", got)
		}
	})
}

func TestASealedMessageGivesNothingAway(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Send(tea.BlurMsg{})
		f.Change("marc-00", func(m *conversation.Message) {
			m.Subject, m.Evidence.Security.Sealed, m.Evidence.Security.Decrypted = "the secret plan", "full", true
		})
		d.Record()
		f.Tell(conversation.Event{Fresh: []conversation.MessageID{"marc-00"}})
		d.Wait(2 * time.Second)
		got := strings.Join(outside.FindAllString(d.Recorded(), -1), "")
		if !strings.Contains(got, "a sealed message") || strings.Contains(got, "secret") {
			t.Errorf("the terminal was told %q", got)
		}
	})
}

func TestTheUsersOwnWayOfTelling(t *testing.T) {
	var told []string
	own := func(o *ui.Options, _ *uitest.Fake) {
		o.Tell = func(_ context.Context, ms []conversation.Message) error {
			for _, m := range ms {
				told = append(told, m.Subject)
			}
			return nil
		}
	}
	journey(t, 80, 24, setup{change: own}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Send(tea.BlurMsg{})
		d.Record()
		f.Arrive("giulia", "Treno", "sono in ritardo")
		d.Wait(2 * time.Second)
		if len(told) != 1 || told[0] != "Treno" || outside.MatchString(d.Recorded()) {
			t.Errorf("told %q, and the terminal %q", told, d.Recorded())
		}
	})
	quiet := func(o *ui.Options, _ *uitest.Fake) { o.Quiet = true }
	journey(t, 80, 24, setup{change: quiet}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Send(tea.BlurMsg{})
		d.Record()
		f.Arrive("giulia", "Treno", "sono in ritardo")
		d.Wait(2 * time.Second)
		d.Expect("Giulia Ferrari: Treno")
		if outside.MatchString(d.Recorded()) {
			t.Error("the terminal was told although nothing was to be")
		}
	})
}
