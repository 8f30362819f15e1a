package kit_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// texts draws what people and attackers write.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "Nadia", "李小龍と田中", "🌱🌸👩‍👩‍👧", "e\u0301e\u0301", "\x1b[31mred", "a\tb", "שלום", "กำลัง", "ｗｉｄｅ", "🇫🇷🇮🇹", "\u202eabc", strings.Repeat("字", 90),
	}))
}

func styles() *theme.Styles {
	return theme.New(theme.Options{Profile: colorprofile.TrueColor, Dark: true})
}

func TestLinesAreExactlyAsWideAsAsked(t *testing.T) {
	st := styles()
	rapid.Check(t, func(t *rapid.T) {
		var l kit.Line
		for range rapid.IntRange(0, 5).Draw(t, "spans") {
			l = append(l, kit.Got(st.Bold, safe.Line(texts().Draw(t, "text"))), kit.Chip(st.Badge(50, "C", true)))
		}
		w := rapid.IntRange(0, 60).Draw(t, "w")
		if got := ansi.StringWidth(l.Draw(w, "…")); got != w {
			t.Fatalf("%d columns instead of %d: %q", got, w, l.Draw(w, "…"))
		}
		if got := ansi.StringWidth(kit.Sides(l, l, w, "…")); got != w {
			t.Fatalf("sides: %d columns instead of %d", got, w)
		}
	})
}

func TestWrappedRowsFitAndLoseNoWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := safe.Block(texts().Draw(t, "text") + " " + texts().Draw(t, "more"))
		w := rapid.IntRange(2, 40).Draw(t, "w")
		for _, row := range kit.Wrap(text, w) {
			if got := ansi.StringWidth(row); got > w {
				t.Fatalf("%q is %d columns wide, not %d", row, got, w)
			}
		}
	})
	rows := kit.Wrap(safe.Block("one two three four"), 9)
	if got := strings.Join(rows, "|"); strings.ReplaceAll(got, " |", "|") != "one two|three|four" && got != "one two|three|four" {
		t.Errorf("wrapped into %q", got)
	}
}

func TestNothingThatActsReachesALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := texts().Draw(t, "text")
		drawn := kit.Line{kit.Got(theme.Style{}, safe.Line(s))}.Draw(30, "…")
		if strings.ContainsAny(drawn, "\x1b\r\n\t\a\x00\u009b\u202e") {
			t.Fatalf("%q became %q", s, drawn)
		}
	})
}

func TestAPaneAndAnOverlayKeepTheSize(t *testing.T) {
	st := styles()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(8, 60).Draw(t, "w"), rapid.IntRange(3, 12).Draw(t, "h")
		title := kit.Line{kit.Got(st.Bold, safe.Line(texts().Draw(t, "title")))}
		rows := make([]string, h-2)
		for i := range rows {
			rows[i] = kit.Fit(safe.Line(texts().Draw(t, "row")).String(), w-2, "…")
		}
		pane := kit.Pane(st, title, title, rows, w, h, true)
		box := kit.Pane(st, nil, nil, nil, min(w, 7), 3, false)
		for name, drawn := range map[string][]string{"pane": pane, "overlay": kit.Overlay(pane, box, rapid.IntRange(0, w-min(w, 7)).Draw(t, "x"), 1)} {
			if len(drawn) != h {
				t.Fatalf("%s: %d rows", name, len(drawn))
			}
			for _, r := range drawn {
				spacing := strings.ContainsFunc(strings.Join(pane, ""), func(c rune) bool { return unicode.Is(unicode.Mc, c) }) // libraries disagree about those
				if plain := ansi.Strip(r); !spacing && !strings.HasSuffix(plain, "│") && !strings.HasSuffix(plain, "╮") && !strings.HasSuffix(plain, "╯") {
					t.Fatalf("%s: %q lost its right border", name, plain)
				}
				if got := ansi.StringWidth(r); got != w {
					t.Fatalf("%s: %q is %d columns wide, not %d", name, r, got, w)
				}
			}
		}
	})
}

func TestABadgeIsShownWholeOrNotAtAll(t *testing.T) {
	st := theme.New(theme.Options{Profile: colorprofile.ASCII})
	l := kit.Line{kit.Own(st.Plain, "abc"), kit.Chip(st.Badge(94, "A", true))}
	for w := range 12 {
		if got := l.Draw(w, "~"); strings.Contains(got, "[") != strings.Contains(got, "[A 94]") {
			t.Errorf("%d columns: %q", w, got)
		}
	}
}
