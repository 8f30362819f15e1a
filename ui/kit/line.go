package kit

import (
	"strings"

	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Span is a piece of a line in one style.
type Span struct {
	style theme.Style
	text  string
	raw   bool // drawn already: a badge
	width int
}

// Own is text of the program itself, from the catalogue.
func Own(s theme.Style, text string) Span { return Span{style: s, text: text, width: Width(text)} }

// Got is text from outside.
func Got(s theme.Style, t safe.Text) Span { return Own(s, t.String()) }

// Chip is a badge: the theme drew it, nothing may change it.
func Chip(drawn string) Span { return Span{text: drawn, raw: true, width: Width(drawn)} }

// Gap is n spaces.
func Gap(n int) Span { return Span{text: Spaces(n), width: max(n, 0)} }

// To makes the span exactly w columns wide.
func (s Span) To(w int, tail string) Span {
	if s.raw {
		return s
	}
	s.text = Fit(s.text, w, tail)
	s.width = max(w, 0)
	return s
}

// Line is spans beside each other.
type Line []Span

// Width gives the columns that the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += s.width
	}
	return n
}

// Draw gives the line exactly w columns wide: it is shortened at its end, or
// filled with spaces.
func (l Line) Draw(w int, tail string) string {
	var b strings.Builder
	left := w
	for _, s := range l {
		if s.width > left {
			b.WriteString(s.shorten(left, tail))
			return b.String()
		}
		b.WriteString(s.style.On(s.text))
		left -= s.width
	}
	b.WriteString(Spaces(left))
	return b.String()
}

// shorten draws what fits of a span into w columns. Half a badge would say
// something else, so a badge goes as a whole.
func (s Span) shorten(w int, tail string) string {
	if s.raw {
		return Spaces(w)
	}
	return s.style.On(Fit(s.text, w, tail))
}

// Sides draws one line at the left and one at the right end of w columns; the
// right one goes first when both do not fit, since the left one says where.
func Sides(left, right Line, w int, tail string) string {
	if left.Width()+right.Width()+1 > w {
		room := w - right.Width() - 1
		if room < min(left.Width(), w/2) {
			return left.Draw(w, tail)
		}
		return left.Draw(room, tail) + " " + right.Draw(right.Width(), tail)
	}
	return left.Draw(w-right.Width(), tail) + right.Draw(right.Width(), tail)
}
