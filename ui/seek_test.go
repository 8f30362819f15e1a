package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestResultsComeAsOneTypes(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("/")
		d.Press("v", "e")
		if len(f.Asked) != 0 {
			t.Errorf("two letters were searched for while they were typed: %q", f.Asked)
		}
		d.Press("n")
		d.Expect("Vendredi c'est bon") // no more than a frame later
		if last := f.Asked[len(f.Asked)-1]; last != "ven*" {
			t.Errorf("searched for %q", last)
		}
		d.Press("d")
		d.Wait(time.Second)
		d.Expect("topic  Nadia Benali", "Vendredi", "3 msg", "[C 50]")
		d.Press("up") // from the first hit to the topic
		d.Press("enter")
		d.Expect("Nadia Benali", "plan-salle.pdf", "reply")
	})
}

func TestASearchOfTwoLettersWaitsUntilTheTypingRests(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("/", "l", "a")
		d.Wait(time.Second)
		if !slices.Equal(f.Asked, []string{"la"}) {
			t.Errorf("asked for %q", f.Asked)
		}
		d.Expect("7 hits")
	})
}

func TestAPersonIsFoundAboveTheMessages(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/", "dupuis")
		d.Wait(time.Second)
		d.Expect("Marc Dupuis", "marc@dupuis.example")
		d.Press("enter") // no message has the word: the person is under the cursor
		d.Wait(time.Second)
		d.Expect("la facture est en pièce jointe")
		d.Press("esc", "c")
		d.Wait(time.Second)
		d.Expect("Contact")
	})
}

func TestFacetsNarrowAndWiden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		journey(t, size[0], size[1], setup{}, func(d *uitest.Driver, f *uitest.Fake) {
			d.Press("/", "la")
			d.Wait(time.Second)
			d.Expect("7 hits", "Nadia Benali")
			d.Press("esc", "f")
			d.Expect("1", "Nadia Benali")
			d.Press("1")
			d.Wait(time.Second)
			d.Expect("la with:nadia", "3 hits", "Narrowed: Nadia Benali")
			d.Press("backspace")
			d.Wait(time.Second)
			d.Expect("7 hits")
			d.Refuse("with:nadia")
			d.Press("tab", "j", "enter")
			d.Wait(time.Second)
			d.Expect("la with:marc", "1 hit")
			d.Press("u")
			d.Wait(time.Second)
			d.Expect("7 hits")
			if slices.ContainsFunc(f.Asked, func(q string) bool { return strings.Contains(q, "  ") }) {
				t.Errorf("asked for %q", f.Asked)
			}
		})
	}
}

func TestTabNarrowsOnceAWordIsDone(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("/", "fro", "tab")
		d.Expect("/ from:")
		d.Press("ctrl+u")
		d.Keys("la ") // without the space it could become larger:
		d.Wait(time.Second)
		d.Expect("tab narrow")
		d.Press("tab", "1")
		d.Wait(time.Second)
		d.Expect("la with:nadia", "3 hits")
	})
}

func TestASubjectIsNotRepeatedAsAnExcerpt(t *testing.T) {
	named := func(_ *ui.Options, f *uitest.Fake) {
		f.Change("marc-00", func(m *conversation.Message) {
			m.Subject, m.Text, m.Excerpt = "The zeppelin flies", "At four by the mill", "At four by the mill"
		})
	}
	journey(t, 80, 24, setup{change: named}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/")
		d.Keys("zeppelin")
		d.Wait(time.Second)
		d.Expect("The zeppelin flies", "At four by the mill", "1 hit")
	})
}

func TestAForwardedMessageGoesToNobodyYet(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("j", "enter")
		d.Wait(time.Second)
		d.Press("f")
		d.Wait(time.Second)
		d.Expect("forward", "Fwd:")
		d.Refuse("To Marc")
	})
}

func TestNarrowingKeepsAlternativesTogether(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press(":")
		d.Keys("search la or la")
		d.Press("enter")
		d.Wait(time.Second)
		f.Asked = nil
		d.Press("f", "1")
		d.Wait(time.Second)
		if !slices.Equal(f.Asked, []string{"(la or la) with:nadia"}) {
			t.Errorf("asked for %q", f.Asked)
		}
	})
}

func TestASearchKeptUnderANameIsAView(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("/", "la")
		d.Wait(time.Second)
		d.Press("esc", "W")
		d.Keys("Rooms")
		d.Press("enter")
		d.Expect("Kept as “Rooms”")
		d.Press("esc", "esc", "{")
		d.Wait(time.Second)
		d.Expect("Conversations · Rooms")
		d.Press("}", "g", "s")
		d.Expect("Saved searches", "Rooms", "la")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("7 hits")
		d.Press("esc", "ctrl+p")
		d.Keys("rooms")
		d.Expect("Rooms", "saved search")
		d.Press("esc", "g", "s", "d")
		d.Wait(time.Second)
		d.Expect("“Rooms” was forgotten", "No search is kept yet")
		d.Press("u")
		d.Wait(time.Second)
		d.Expect("Rooms")
		d.Refuse("No search is kept yet")
	})
}

func TestAWrongSearchPointsAtTheCharacterOnceTheTypingRests(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/", "é level:")
		d.Refuse("needs something behind it")
		d.Wait(time.Second)
		d.Expect("needs something behind it")
		rows := strings.Split(d.Screen(), "\n")
		field, rule := []rune(rows[2]), []rune(rows[3])
		at := slices.Index(rule, '↑')
		if at != len(field) { // what is missing is missing at the end
			t.Errorf("the mark stands at %d:\n%s\n%s", at, rows[2], rows[3])
		}
		d.Press("C")
		d.Wait(time.Second)
		d.Refuse("needs something behind it")
	})
}

func TestOtherWordsBeginAtTheirFirstHit(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		cursor := func() int { return strings.Count(d.Screen()[:strings.Index(d.Screen(), "▌")], "\n") }
		d.Press("/", "ven")
		d.Wait(time.Second)
		first := cursor()
		d.Press("down", "down")
		if cursor() == first {
			t.Fatal("the cursor did not move")
		}
		d.Press("d")
		d.Wait(time.Second)
		if at := cursor(); at != first {
			t.Errorf("the cursor stands in row %d, not %d", at, first)
		}
	})
}

func TestOnlyTheLastSearchIsShown(t *testing.T) {
	slow := func(_ *ui.Options, f *uitest.Fake) { f.Slow = 400 * time.Millisecond }
	journey(t, 80, 24, setup{change: slow}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Wait(3 * time.Second)
		d.Press("/", "treno")
		d.Press(slices.Repeat([]string{"backspace"}, 5)...)
		d.Press("vendredi")
		d.Wait(5 * time.Second)
		d.Expect("Vendredi c'est bon")
		d.Refuse("Il treno arriva")
	})
}

func TestASearchGoesOnBeyondTheFirstHits(t *testing.T) {
	fill := func(_ *ui.Options, f *uitest.Fake) {
		f.Fill(400, func(i int) string { return fmt.Sprintf("Someone %d", i) })
	}
	journey(t, 80, 24, setup{change: fill}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/", "someone")
		d.Wait(time.Second)
		d.Expect("400 hits")
		d.Press("esc", "G")
		d.Wait(time.Second)
		d.Press("G")
		d.Wait(time.Second)
		d.Expect("Someone 399")
	})
}

func TestASavedSearchIsAViewOfTheList(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		if err := f.SaveSearch(t.Context(), conversation.SavedSearch{Name: "Trains", Query: "treno"}); err != nil {
			t.Fatal(err)
		}
		f.Tell(conversation.Event{})
		d.Wait(time.Second)
		d.Press("{")
		d.Wait(time.Second)
		d.Expect("Conversations · Trains", "Giulia Ferrari")
		d.Refuse("Marc Dupuis")
		d.Press("}")
		d.Wait(time.Second)
		d.Expect("Marc Dupuis")
		d.Refuse("Trains")
		d.Press("}", "}", "}")
		d.Wait(time.Second)
		d.Expect("· all")
		d.Press("}")
		d.Wait(time.Second)
		d.Expect("Conversations · Trains")
		if err := f.DropSearch(t.Context(), "Trains"); err != nil {
			t.Fatal(err)
		}
		f.Tell(conversation.Event{})
		d.Wait(time.Second)
		d.Press("}")
		d.Wait(time.Second)
		d.Expect("Conversations  ", "Marc Dupuis")
	})
}

// The words of a search are the user's own, and what is found is not: neither
// reaches the terminal as a sequence.
func TestWhatStandsAboveTheHitsIsHarmless(t *testing.T) {
	journey(t, 160, 45, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.SetContact(conversation.Contact{ID: "nadia", Name: "Nadia\x1b[31m [A 99]", Messages: 2})
		f.Change("nadia-03", func(m *conversation.Message) { m.Subject = "Vendredi\x1b]0;x\x07 [A 99]" })
		d.Press("/", "vendredi")
		d.Wait(time.Second)
		d.Refuse("[A 99]", "\x1b")
		d.Press("esc", "f")
		d.Refuse("[A 99]", "\x1b")
	})
}
