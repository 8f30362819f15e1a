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
	for i, s := range l {
		if s.blank() {
			s.style = l.around(i)
		}
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

// blank tells whether nothing of the span is seen.
func (s Span) blank() bool {
	return !s.raw && !s.style.Marks() && strings.Trim(s.text, " ") == ""
}

// around gives the style that a blank span is drawn in: that of the text at both
// sides when they have the same, since a terminal is told of every change of
// style, and else none.
func (l Line) around(i int) theme.Style {
	from, to := i-1, i+1
	for from >= 0 && l[from].blank() {
		from--
	}
	for to < len(l) && l[to].blank() {
		to++
	}
	if from < 0 || to == len(l) || l[from].raw || l[to].raw || l[from].style != l[to].style || l[from].style.Marks() {
		return theme.Style{}
	}
	return l[from].style
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
