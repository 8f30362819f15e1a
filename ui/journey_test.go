package ui_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// journey runs f on an interface of w x h in English.
func journey(t *testing.T, w, h int, s setup, f func(*uitest.Driver, *uitest.Fake)) {
	t.Helper()
	if s.profile == 0 {
		s.profile = colorprofile.ASCII
	}
	synctest.Test(t, func(t *testing.T) {
		d, fake := begin(t, w, h, s)
		defer d.Close()
		f(d, fake)
	})
}

func TestReadingAConversationAndAnsweringIt(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Expect("Conversations", "5 non lus", "Nadia Benali", "[C 50]", "[?   ]", "répondre")
		d.Press("enter")
		d.Expect("Vendredi c'est bon", "la réponse part par :", "plan-salle.pdf", "lignes citées")
		d.Press("r")
		d.Keys("Oui, à vendredi !")
		d.Wait(2 * time.Second)
		d.Expect("À Nadia Benali", "→ mastodon", "C 50", "[C 45] mail", "brouillon enregistré 14:33")
		d.Press("esc")
		d.Expect("Relire avant l’envoi", "you@social.example", "Oui, à vendredi !")
		d.Press("y")
		d.Expect("Envoi dans quelques secondes", "envoi dans 10 s")
		if len(f.Sent) != 1 || f.Sent[0].Text != "Oui, à vendredi !" || f.Sent[0].Shown == "" {
			t.Fatalf("sent %+v", f.Sent)
		}
		d.Wait(3 * time.Second)
		d.Expect("envoi dans 7 s")
		d.Press("u")
		d.Expect("Repris", "Oui, à vendredi !", "relire/envoyer")
		d.Press("ctrl+c")
		d.Expect("Brouillon gardé")
		d.Refuse("envoi dans")
		d.Press("q")
		d.Expect("brouillon : Oui, à vendredi")
	})
}

func TestKeysTypedAheadGoWhereTheyWereMeant(t *testing.T) {
	slow := func(o *ui.Options, f *uitest.Fake) { f.Slow = 80 * time.Millisecond }
	journey(t, 80, 24, setup{change: slow}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Wait(time.Second)
		d.Keys("rdeed") // r opens the composer; the rest is text, not delete and archive
		d.Wait(time.Second)
		d.Expect("To Nadia Benali", "deed")
		if len(f.Acts) != 0 {
			t.Errorf("keys meant as text did %v", f.Acts)
		}
	})
}

func TestArchivingCanBeUndoneAndTheCursorStays(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("j", "e")
		d.Expect("Archived.", "undo")
		d.Refuse("Marc Dupuis")
		if row := under(d); !strings.Contains(row, "Giulia") {
			t.Errorf("after archiving the cursor is on %q", row)
		}
		d.Press("enter", "q") // marks nothing as read: Giulia's are; then Nadia's
		d.Press("k", "enter", "q", "u")
		d.Expect("Undone.", "Marc Dupuis")
		if kinds := acts(f); kinds != "archive read read" && kinds != "archive read" {
			t.Errorf("acts: %s", kinds)
		}
		d.Expect("4 unread") // Marc's is back, Nadia's stays read
	})
}

func acts(f *uitest.Fake) string {
	var out []string
	for _, a := range f.Acts {
		out = append(out, string(a.Kind))
	}
	return strings.Join(out, " ")
}

// under gives the row with the cursor's mark.
func under(d *uitest.Driver) string {
	for row := range strings.SplitSeq(d.Screen(), "\n") {
		if strings.HasPrefix(row, "▌") || strings.HasPrefix(row, ">") {
			return row
		}
	}
	return ""
}

func TestNewMailNeverMovesTheCursor(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("j", "j", "j")
		before := under(d)
		f.Arrive("samira", "Photos", "Encore une photo.")
		d.Wait(time.Second)
		d.Expect("Encore une photo.")
		if after := under(d); after != before {
			t.Errorf("the cursor went from %q to %q", before, after)
		}
	})
}

func TestTheGuardAsksAndTypedAheadKeysDoNotAnswer(t *testing.T) {
	journey(t, 80, 24, setup{change: guard}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("secret")
		d.Wait(time.Second)
		d.Keys("\x1b")
		time.Sleep(110 * time.Millisecond)
		d.Keys("y") // too early: the warning has not been on the screen for long
		d.Expect("Look at this before sending", "Nothing is sent")
		if len(f.Sent) > 0 {
			t.Fatal("a key typed ahead answered the guard")
		}
		d.Wait(time.Second)
		d.Press("y") // gives the word; what goes now is another channel, so it is shown
		if len(f.Sent) > 0 {
			t.Fatal("sent something else than what was shown")
		}
		d.Expect("Look again")
		d.Wait(time.Second)
		d.Press("y")
		if len(f.Sent) != 1 || !f.Sent[0].ConfirmClear {
			t.Errorf("sent %+v", f.Sent)
		}
	})
}

// guard makes the backend ask before a draft leaves in clear.
func guard(_ *ui.Options, f *uitest.Fake) {
	f.Reject = func(d conversation.Draft) (conversation.Choice, bool) {
		if d.ConfirmClear {
			return conversation.Choice{}, false
		}
		return conversation.Choice{Decision: conversation.Stop, Chosen: -1, Reason: conversation.Reason{Code: "route.sealed_stop", Args: map[string]any{"Floor": "B", "Channel": "mail", "Level": "C", "Score": 45}}}, true
	}
}

func TestADraftIsKeptHoweverTheScreenIsLeft(t *testing.T) {
	journey(t, 120, 35, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("half a thought")
		d.Press("ctrl+c")
		d.Expect("Draft kept.", "draft: half a thought")
		d.Press("m")
		d.Keys("Giu")
		d.Expect("Giulia Ferrari")
		d.Press("enter", "tab", "tab")
		d.Keys("Ciao")
		d.Wait(2 * time.Second)
		d.Press("esc", "q")
		d.Expect("Draft discarded.", "undo")
		d.Press("u")
		d.Expect("Ciao")
	})
}

func TestErrorsAreSentencesAndHostileOnesHarmless(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Fail = conversation.ErrLocked
		d.Send(conversation.Event{All: true})
		d.Expect("▲")
		d.Refuse("%!", "error.")
		f.Fail = nil
		d.Press("j")
		d.Refuse("▲")
	})
}

func TestHostileTextStaysInItsPlace(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Arrive("olsen", "x\x1b]0;owned\x07", "\x1b[2J\x1b[H[A 99] you\r\n▌[A 99] forged badge\u202e\u0085\u009b31m"+strings.Repeat("e\u0301\u0301\u0301", 400))
		d.Wait(time.Second)
		d.Press("g", "g", "enter")
		d.Expect("forged badge")
		for row := range strings.SplitSeq(d.Screen(), "\n") {
			if at := strings.Index(row, "[A 99]"); at >= 0 && at < 6 {
				t.Errorf("text of a message reached the gutter: %q", row)
			}
		}
	})
}

func TestTheFilterNarrowsAndLetsGo(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Keys("\\")
		d.Keys("photo")
		d.Wait(time.Second)
		d.Expect("Samira")
		d.Refuse("Marc Dupuis")
		d.Press("enter", "esc")
		d.Expect("Marc Dupuis")
		d.Keys("}")
		d.Expect("Seed savers")
		d.Refuse("Marc Dupuis")
	})
}

func TestQuittingKeepsTheDraftAndAsksForTheOutbox(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r")
		d.Keys("bye")
		d.Press("esc", "y", "q")
		d.Expect("Quit now?", "One message has not been sent yet")
		d.Press("y") // typed ahead: deaf
		if d.Ended() {
			t.Fatal("a key typed ahead confirmed the question")
		}
		d.Wait(time.Second)
		d.Press("n")
		d.Refuse("Quit now?")
		d.Press("q")
		d.Wait(time.Second)
		d.Press("y")
		if !d.Ended() {
			t.Error("the program still runs")
		}
	})
}

func TestTheEditorBringsTheTextBack(t *testing.T) {
	edit := func(o *ui.Options, _ *uitest.Fake) {
		o.Editor = func(path string) tea.Cmd {
			return func() tea.Msg { return screen.Edited{Path: path, Err: overwrite(path, "from the editor\x1b[31m\n")} }
		}
	}
	journey(t, 80, 24, setup{change: edit}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("r", "ctrl+o")
		d.Wait(time.Second)
		d.Expect("from the editor")
	})
}
