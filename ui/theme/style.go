package theme

import (
	"image/color"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Style is one way of drawing text: a sequence that opens it (ECMA-48, SGR).
// It is a plain value made once, so that drawing costs two concatenations.
type Style struct{ open string }

// On draws text in the style and ends every attribute behind it.
func (s Style) On(text string) string {
	if s.open == "" || text == "" {
		return text
	}
	return s.open + text + ansi.ResetStyle
}

// Plus gives a style with the attributes of both; those of o win.
func (s Style) Plus(o Style) Style { return Style{s.open + o.open} }

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
	return Style{s.String()}
}

// tone is one colour for every profile: true colour on dark and on light, and
// one of the sixteen.
type tone struct {
	dark, light string
	basic       color.Color
}

// fore gives a style with the tone as the colour of the letters.
func (p paint) fore(t tone) Style {
	c := p.pick(t)
	if c == nil {
		return Style{}
	}
	return Style{ansi.NewStyle().ForegroundColor(c).String()}
}

// chip gives black letters on the tone.
func (p paint) chip(t tone) Style {
	c := p.pick(t)
	if c == nil {
		return Style{}
	}
	return Style{ansi.NewStyle().ForegroundColor(p.black()).BackgroundColor(c).String()}
}

// black is given explicitly in true colour, because the "black" of a terminal's
// palette is often a grey that cannot be read on these fills.
func (p paint) black() color.Color {
	if p.profile >= colorprofile.ANSI256 {
		return p.profile.Convert(color.RGBA{A: 255})
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
		return Style{ansi.NewStyle().ForegroundColor(ansi.Black).BackgroundColor(ansi.BrightWhite).String()}
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
