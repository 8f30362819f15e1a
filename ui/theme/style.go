package theme

import (
	"image/color"
	"slices"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Style is one way of drawing text: a sequence that opens it (ECMA-48, SGR).
// It is a plain value made once, so that drawing costs two concatenations.
type Style struct {
	open  string
	marks bool // it is seen on blanks too: a fill, or a line below
}

// On draws text in the style and ends every attribute behind it.
func (s Style) On(text string) string {
	if s.open == "" || text == "" {
		return text
	}
	return s.open + text + ansi.ResetStyle
}

// Plus gives a style with the attributes of both; those of o win.
func (s Style) Plus(o Style) Style { return Style{s.open + o.open, s.marks || o.marks} }

// Marks tells whether the style is seen on blanks. One that is not need not be
// drawn on them, and may be where that saves ending and beginning it again.
func (s Style) Marks() bool { return s.marks }

// paint makes styles for one profile.
type paint struct {
	profile colorprofile.Profile
	dark    bool
}

// attr makes a style of attributes without colour. A terminal that is none
// gets none.
func (p paint) attr(s ansi.Style) Style {
	if p.profile <= colorprofile.NoTTY {
		return Style{}
	}
	marks := func(code string) bool { return code == "4" || code == "7" } // underlined, reversed
	return Style{s.String(), slices.ContainsFunc(s, marks)}
}

// tone is one colour for every profile: true colour on dark and on light, and
// one of the sixteen.
type tone struct {
	dark, light string
	basic       color.Color
}

// fore gives a style with the tone as the colour of the letters. The nearest of
// 256 colours does for letters, and names itself in half the bytes: on a slow
// line that is what a key costs.
func (p paint) fore(t tone) Style {
	p.profile = min(p.profile, colorprofile.ANSI256)
	c := p.pick(t)
	if c == nil {
		return Style{}
	}
	return Style{open: ansi.NewStyle().ForegroundColor(c).String()}
}

// chip gives black letters on the tone.
func (p paint) chip(t tone) Style {
	c := p.pick(t)
	if c == nil {
		return Style{}
	}
	return Style{ansi.NewStyle().ForegroundColor(p.black()).BackgroundColor(c).String(), true}
}

// black is taken from the 256 colours where there are so many, because the
// "black" of a terminal's palette is often a grey that cannot be read on these
// fills.
func (p paint) black() color.Color {
	if p.profile >= colorprofile.ANSI256 {
		return ansi.IndexedColor(16)
	}
	return ansi.Black
}

// paper gives black on white whatever the terminal's own colours are; without
// colours the best there is: the other way round on a dark terminal.
func (p paint) paper() Style {
	switch {
	case p.profile >= colorprofile.ANSI256:
		return p.chip(tone{"#FFFFFF", "#FFFFFF", ansi.BrightWhite})
	case p.profile == colorprofile.ANSI:
		return Style{ansi.NewStyle().ForegroundColor(ansi.Black).BackgroundColor(ansi.BrightWhite).String(), true}
	case p.dark:
		return p.attr(ansi.NewStyle().Reverse(true))
	}
	return Style{}
}

func (p paint) pick(t tone) color.Color {
	switch {
	case p.profile >= colorprofile.ANSI256:
		hex := t.light
		if p.dark {
			hex = t.dark
		}
		return p.profile.Convert(ansi.XParseColor(hex))
	case p.profile == colorprofile.ANSI:
		return t.basic
	}
	return nil
}
