package kit_test

import (
	"testing"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Every change of style is told to the terminal, so blanks take part in what
// stands around them where nobody can see it.
func TestBlanksTakeTheStyleOfBothSides(t *testing.T) {
	st := theme.New(theme.Options{Profile: colorprofile.TrueColor, Dark: true})
	for name, c := range map[string]struct {
		line kit.Line
		want string
	}{
		"the same":   {kit.Line{kit.Own(st.Dim, "a"), kit.Gap(1), kit.Own(st.Dim, "b")}, st.Dim.On("a") + st.Dim.On(" ") + st.Dim.On("b")},
		"others":     {kit.Line{kit.Own(st.Dim, "a"), kit.Gap(1), kit.Own(st.Bold, "b")}, st.Dim.On("a") + " " + st.Bold.On("b")},
		"seen":       {kit.Line{kit.Own(st.Cursor, "a"), kit.Gap(1), kit.Own(st.Cursor, "b")}, st.Cursor.On("a") + " " + st.Cursor.On("b")},
		"styled":     {kit.Line{kit.Own(st.Bold, "  "), kit.Own(st.Dim, "b")}, "  " + st.Dim.On("b")},
		"at the end": {kit.Line{kit.Own(st.Dim, "a"), kit.Gap(2)}, st.Dim.On("a") + "  "},
		"underlined": {kit.Line{kit.Own(st.Link, " ")}, st.Link.On(" ")},
		"a badge":    {kit.Line{kit.Own(st.Dim, "a"), kit.Gap(1), kit.Chip("[A]"), kit.Gap(1), kit.Own(st.Dim, "b")}, st.Dim.On("a") + " [A] " + st.Dim.On("b")},
	} {
		if got := c.line.Draw(c.line.Width(), ""); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
