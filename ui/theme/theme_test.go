package theme_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

func profiles() []colorprofile.Profile {
	return []colorprofile.Profile{colorprofile.NoTTY, colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor}
}

func TestBadgesNeverChangeTheirWidth(t *testing.T) {
	for _, p := range profiles() {
		s := theme.New(theme.Options{Profile: p, Dark: true})
		for score := -5; score <= 120; score++ {
			for _, level := range []privacy.Level{"A", "B", "C", "D", "E", "?", "", "F"} {
				if w := ansi.StringWidth(s.Badge(score, level, true)); w != theme.BadgeWidth {
					t.Fatalf("%v %s %d: %d columns", p, level, score, w)
				}
			}
		}
	}
}

func TestABadgeSaysLetterAndNumberInEveryProfile(t *testing.T) {
	for _, p := range profiles() {
		s := theme.New(theme.Options{Profile: p})
		for score := 0; score <= 100; score++ {
			level := privacy.LevelOf(score)
			want := fmt.Sprintf("%s%3d", level, score)
			if got := ansi.Strip(s.Badge(score, level, true)); !strings.Contains(got, want) {
				t.Fatalf("%v: %q lacks %q", p, got, want)
			}
		}
	}
}

func TestABadgeThatContradictsItselfIsNotShown(t *testing.T) {
	s := theme.New(theme.Options{Profile: colorprofile.TrueColor})
	for _, ix := range []privacy.Index{{Score: 12, Level: privacy.LevelA}, {Score: 200, Level: privacy.LevelA}, {Score: 90}, {Score: 90, Level: "?"}} {
		if got := ansi.Strip(s.Index(ix)); got != "[?   ]" {
			t.Errorf("%+v shows %q", ix, got)
		}
		if got := ansi.Strip(s.Letter(ix)); got != "[?]" {
			t.Errorf("%+v shows the letter %q", ix, got)
		}
	}
}

func TestLevelsAreToldApartWithoutColour(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.ASCII} {
		s := theme.New(theme.Options{Profile: p})
		if got := s.Badge(94, privacy.LevelA, true); got != "[A 94]" {
			t.Errorf("%v: %q", p, got)
		}
	}
	if s := theme.New(theme.Options{Profile: colorprofile.NoTTY}); s.Cursor.On("x") != "x" {
		t.Error("a terminal that is none gets attributes")
	}
}

func TestEveryLevelHasItsOwnFill(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		s := theme.New(theme.Options{Profile: p})
		seen := map[string]int{}
		for _, score := range []int{90, 70, 50, 30, 10} {
			drawn := s.Badge(score, privacy.LevelOf(score), true)
			fill, _, _ := strings.Cut(drawn, " ")
			if other, twice := seen[fill]; twice {
				t.Errorf("%v: %d and %d have the same fill", p, other, score)
			}
			seen[fill] = score
		}
	}
}

func TestGlyphsAreOneColumnWide(t *testing.T) {
	for _, ascii := range []bool{true, false} {
		g := theme.New(theme.Options{ASCII: ascii}).Glyph
		for _, glyph := range []string{g.Bar, g.Rule, g.TopLeft, g.TopRight, g.BottomLeft, g.BottomRight, g.Cursor, g.Ellipsis, g.Dot, g.Alert, g.Block, g.Bullet, g.Arrow, g.Sep, g.Up, g.Down} {
			if ansi.StringWidth(glyph) != 1 || ascii && glyph[0] > '~' {
				t.Errorf("ascii %v: %q", ascii, glyph)
			}
		}
	}
}

func TestWhoGetsASCII(t *testing.T) {
	cases := []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{"TERM": "xterm", "LANG": "fr_FR.UTF-8"}, false},
		{map[string]string{"TERM": "xterm", "LANG": "fr_FR.utf8"}, false},
		{map[string]string{"TERM": "xterm", "LANG": "fr_FR.ISO-8859-1"}, true},
		{map[string]string{"TERM": "xterm", "LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, true},
		{map[string]string{"TERM": "linux", "LANG": "fr_FR.UTF-8"}, true},
		{map[string]string{"TERM": "vt220", "LANG": "fr_FR.UTF-8"}, true},
		{map[string]string{"TERM": "xterm"}, true},
	}
	for _, c := range cases {
		if got := theme.WantsASCII(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}
