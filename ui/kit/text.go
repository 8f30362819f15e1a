package kit

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Width gives the columns that a drawn string takes.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// plain tells whether s is printable ASCII, by far the usual case, for which
// columns are bytes.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Cut shortens a drawn string to w columns, with tail in the last ones when
// something was lost.
func Cut(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	if plain(s) && len(tail) > 0 && w > 1 {
		return s[:w-1] + tail
	}
	return ansi.Truncate(s, w, tail)
}

// Pad adds spaces until the string takes w columns.
func Pad(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return s + Spaces(n)
	}
	return s
}

// Fit makes a drawn string exactly w columns wide.
func Fit(s string, w int, tail string) string { return Pad(Cut(s, w, tail), w) }

// Left pads on the left side, for numbers and dates.
func Left(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return Spaces(n) + s
	}
	return s
}

const blanks = "                                                                                                                                                                                                                                                                "

// Spaces gives n spaces.
func Spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Wrap breaks a block of text into rows of at most w columns, at spaces where
// it can. Each row is drawn on its own, so no sequence can span two of them.
func Wrap(t safe.Text, w int) []string {
	if w < 1 {
		w = 1
	}
	var rows []string
	for line := range strings.SplitSeq(t.String(), "\n") {
		if Width(line) <= w {
			rows = append(rows, line)
			continue
		}
		rows = append(rows, strings.Split(ansi.Wrap(glued(line), w, "-"), "\n")...)
	}
	for i, r := range rows {
		if Width(r) > w { // a cluster wider than the row
			r = ansi.Truncate(r, w, "")
		}
		rows[i] = strings.ReplaceAll(r, noBreak, " ") // it has done its work
	}
	return rows
}
