package kit_test

import (
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

func press(f *kit.Field, keys ...tea.KeyPressMsg) {
	for _, k := range keys {
		f.Type(k)
	}
}

func TestAFieldIsEditedByCharactersAndWords(t *testing.T) {
	f := kit.NewField("")
	for _, r := range "un 李 e\u0301🌱" {
		press(f, tea.KeyPressMsg{Text: string(r), Code: r})
	}
	if f.Value() != "un 李 e\u0301🌱" || f.Cursor() != 0 && f.Draw(40) == "" {
		t.Fatalf("%q", f.Value())
	}
	f.Draw(40)
	if f.Cursor() != 9 {
		t.Errorf("the cursor stands at column %d", f.Cursor())
	}
	press(f, tea.KeyPressMsg{Code: tea.KeyBackspace}, tea.KeyPressMsg{Code: tea.KeyBackspace})
	if f.Value() != "un 李 " {
		t.Errorf("after two backspaces: %q", f.Value())
	}
	press(f, tea.KeyPressMsg{Code: 'w', Mod: tea.ModCtrl})
	if f.Value() != "un " {
		t.Errorf("after ctrl+w: %q", f.Value())
	}
	press(f, tea.KeyPressMsg{Code: tea.KeyHome}, tea.KeyPressMsg{Code: tea.KeyDelete})
	if f.Value() != "n " {
		t.Errorf("after delete at the start: %q", f.Value())
	}
}

func TestTheCursorOfAFieldIsInSightAndNotInsideACharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := kit.NewField("")
		f.Set(texts().Draw(t, "text"))
		w := rapid.IntRange(3, 30).Draw(t, "w")
		for range rapid.IntRange(0, 30).Draw(t, "left") {
			press(f, tea.KeyPressMsg{Code: tea.KeyLeft})
		}
		f.Paste(texts().Draw(t, "more"))
		drawn := f.Draw(w)
		if got := ansi.StringWidth(drawn); got != w {
			t.Fatalf("%q is %d columns wide, not %d", drawn, got, w)
		}
		if strings.ContainsFunc(drawn, func(r rune) bool { return unicode.Is(unicode.Mc, r) }) {
			return // spacing marks: terminals and libraries disagree about their width
		}
		at := f.Cursor()
		if at < 0 || at >= w {
			t.Fatalf("the cursor is at column %d of %d", at, w)
		}
		if before := ansi.Truncate(drawn, at, ""); ansi.StringWidth(before) != at {
			t.Fatalf("column %d lies inside a character of %q", at, drawn)
		}
	})
}
