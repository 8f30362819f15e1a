package ui_test

import (
	"image/color"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// numbers gives the numbers of the messages on the screen, from the top.
func numbers(t *testing.T, d *uitest.Driver) []int {
	t.Helper()
	var out []int
	for row := range strings.SplitSeq(d.Screen(), "\n") {
		if _, rest, ok := strings.Cut(row, "message number "); ok {
			n, err := strconv.Atoi(strings.TrimRight(rest, ". "))
			if err != nil {
				t.Fatalf("%q: %v", row, err)
			}
			out = append(out, n)
		}
	}
	return out
}

func TestALongConversationIsReadInWindowsWithoutAJump(t *testing.T) {
	long := func(_ *ui.Options, f *uitest.Fake) { f.Chat("nadia", 500) }
	journey(t, 80, 24, setup{change: long}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("enter")
		last := 500
		for range 300 {
			d.Press("ctrl+u")
			seen := numbers(t, d)
			if len(seen) == 0 {
				continue
			}
			for i := 1; i < len(seen); i++ {
				if seen[i] != seen[i-1]+1 {
					t.Fatalf("messages are missing: %v", seen)
				}
			}
			if seen[0] > last {
				t.Fatalf("jumped from %d to %v", last, seen)
			}
			if last = seen[0]; last == 0 {
				return
			}
		}
		t.Errorf("the oldest message was never reached; at %d", last)
	})
}

func TestAConversationOpensWhereASearchFoundSomething(t *testing.T) {
	long := func(o *ui.Options, f *uitest.Fake) {
		f.Chat("nadia", 500)
		o.Start = screen.To{Kind: screen.Timeline, Conversation: "c-nadia", Message: "chat10250"}
	}
	journey(t, 80, 24, setup{change: long}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Wait(time.Second)
		d.Expect("message number 250.")
		for range 40 {
			d.Press("ctrl+d")
		}
		if seen := numbers(t, d); len(seen) == 0 || seen[0] < 280 {
			t.Errorf("newer messages were not read: %v", seen)
		}
		f.Tell(conversation.Event{All: true})
		before := d.Screen()
		d.Wait(time.Second)
		if diff := uitest.Diff(before, d.Screen()); diff != "" {
			t.Errorf("an event moved the conversation:\n%s", diff)
		}
	})
}

func TestTheStylesFollowTheTerminal(t *testing.T) {
	journey(t, 80, 24, setup{profile: colorprofile.TrueColor}, func(d *uitest.Driver, f *uitest.Fake) {
		dark := d.Styled()
		d.Send(tea.BackgroundColorMsg{Color: color.White})
		light := d.Styled()
		if dark == light {
			t.Error("a light background changed nothing")
		}
		if uitest.Diff(dark, light) == "" || !strings.Contains(light, "200;200;200") {
			t.Error("the fill of a badge depends on the background")
		}
		d.Send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
		d.Expect("[C 50]")
	})
}

func TestLinksShowWhereTheyLeadBeforeTheyOpen(t *testing.T) {
	var opened []string
	open := func(o *ui.Options, _ *uitest.Fake) {
		o.Opener = func(url string) error { opened = append(opened, url); return nil }
	}
	journey(t, 80, 24, setup{change: open}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("enter", "o")
		d.Expect("https://salle.example/reservation?id=41", "links")
		d.Press("enter")
		d.Expect("salle.example in the browser")
		if len(opened) != 1 || opened[0] != "https://salle.example/reservation?id=41" {
			t.Errorf("opened %v", opened)
		}
		d.Press("v")
		d.Expect("plan-salle.pdf saved in /tmp/saved.")
		d.Press("z", "a")
		d.Press("k", "enter")
		d.Expect("> Je passe")
	})
}

func TestTheCursorStandsBehindWhatWasTyped(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r", "李", "a", "🌸")
		if x, y := d.Cursor(); x != 6 || y != 6 {
			t.Errorf("in the text the cursor is at %d, %d", x, y)
		}
		d.Press("shift+tab")
		d.Press("é", "字")
		if x, y := d.Cursor(); x != 21 || y != 4 {
			t.Errorf("in the subject the cursor is at %d, %d:\n%s", x, y, uitest.Frame(d.Screen()))
		}
	})
}

func TestSeveralAddressesArePastedAtOnce(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("m")
		d.Send(tea.PasteMsg{Content: "ada@example.org, \"Dupuis\" <marc@dupuis.example>;\r\nzed@example.org"})
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("ada@example.org,", "zed@example.org")
		d.Refuse("nobody of that name")
	})
}

func TestWhatIsOnlyLookedAtFromBesideStaysUnread(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Wait(time.Second)
		d.Expect("Vendredi c'est bon", "5 unread")
		d.Press("enter", "h")
		d.Expect("4 unread")
		f.Arrive("nadia", "Vendredi", "Une chose encore.")
		d.Wait(time.Second)
		d.Expect("Une chose encore.", "5 unread")
	})
}

func TestWhatWasOddAboutAMessageIsTold(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("j", "j", "j", "j", "j", "enter")
		d.Expect("garden club", "! ")
		d.Refuse("no.such.code", "mime.")
	})
}
