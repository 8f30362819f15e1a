package kit

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Pane draws rows inside a border with a title at the left and a remark at the
// right of its upper side; it is w columns wide and h rows high. The rows must
// be w-2 columns wide already.
func Pane(s *theme.Styles, title, remark Line, rows []string, w, h int, focused bool) []string {
	g, border := s.Glyph, s.Rule
	if focused {
		border = s.Focused
	}
	out := make([]string, 0, h)
	out = append(out, top(s, border, title, remark, w))
	side := border.On(g.Bar)
	for i := 0; i < h-2; i++ {
		row := Spaces(w - 2)
		if i < len(rows) {
			row = rows[i]
		}
		out = append(out, side+row+side)
	}
	return append(out, border.On(g.BottomLeft+strings.Repeat(g.Rule, max(w-2, 0))+g.BottomRight))
}

func top(s *theme.Styles, border theme.Style, title, remark Line, w int) string {
	g := s.Glyph
	room := w - 6 // corners, one rule and a space at either side
	if room < 1 {
		return border.On(g.TopLeft + strings.Repeat(g.Rule, max(w-2, 0)) + g.TopRight)
	}
	left := title.Draw(min(title.Width(), room), g.Ellipsis)
	used := Width(left)
	if used == 0 && remark.Width() == 0 {
		return border.On(g.TopLeft + strings.Repeat(g.Rule, w-2) + g.TopRight)
	}
	right := ""
	if n := remark.Width(); n > 0 && used+n+3 <= room {
		right = " " + remark.Draw(n, g.Ellipsis) + " "
		used += n + 2
	}
	return border.On(g.TopLeft+g.Rule) + " " + left + " " +
		border.On(strings.Repeat(g.Rule, room-used)) + right + border.On(g.Rule+g.TopRight)
}

// Rule draws a line over the whole width.
func Rule(s *theme.Styles, w int) string {
	return s.Rule.On(strings.Repeat(s.Glyph.Rule, max(w, 0)))
}

// RuleWith draws a rule with words near its start.
func RuleWith(s *theme.Styles, words Line, w int) string {
	g := s.Glyph
	n := min(words.Width(), max(w-6, 0))
	rest := max(w-n-4, 0)
	return s.Rule.On(strings.Repeat(g.Rule, 2)) + " " + words.Draw(n, g.Ellipsis) + " " + s.Rule.On(strings.Repeat(g.Rule, rest))
}

// Overlay lays a box over the rows of a screen, its upper left corner at x, y.
func Overlay(base, box []string, x, y int) []string {
	out := append([]string(nil), base...)
	for i, row := range box {
		if y+i < 0 || y+i >= len(out) {
			continue
		}
		under, w := out[y+i], Width(row)
		out[y+i] = part(under, 0, x) + row + part(under, x+w, Width(under))
	}
	return out
}

// part gives the columns of a drawn row from one to before another, exactly as
// many: a wide character that only half belongs to them becomes a space.
func part(s string, from, to int) string {
	if from >= to {
		return ""
	}
	cut := ansi.Cut(s, from, to)
	if Width(cut) > to-from {
		cut = " " + ansi.Cut(s, from+1, to)
	}
	if w := Width(cut); w > to-from {
		cut = ansi.Truncate(cut, to-from, "")
	}
	return Pad(cut, to-from)
}

// Beside joins columns of rows; every column must have rows of one width.
func Beside(columns ...[]string) []string {
	if len(columns) == 0 {
		return nil
	}
	out := make([]string, len(columns[0]))
	for i := range out {
		var b strings.Builder
		for _, c := range columns {
			if i < len(c) {
				b.WriteString(c[i])
			}
		}
		out[i] = b.String()
	}
	return out
}

// Fill gives exactly h rows: what is missing becomes blank rows of w columns.
func Fill(rows []string, w, h int) []string {
	if len(rows) > h {
		return rows[:max(h, 0)]
	}
	for len(rows) < h {
		rows = append(rows, Spaces(w))
	}
	return rows
}
