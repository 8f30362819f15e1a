package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// graded writes a line that begins with a badge.
func (p *program) graded(ix privacy.Index, text string) error {
	_, err := fmt.Fprintln(p.out, badge(ix)+" "+safe.Line(text).String())
	return outputError(err)
}

// table writes rows with columns of equal width. On a terminal the last column
// is cut at its edge; in a file nothing is cut. The columns named hold badges:
// those are the program's own words, and look like nothing from outside can.
func (p *program) table(rows [][]string, badges ...int) error {
	var widths []int
	for _, row := range rows {
		for i := range row {
			if !slices.Contains(badges, i) {
				row[i] = safe.Line(row[i]).String()
			}
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)))
			}
		}
		text := strings.TrimRight(b.String(), " ")
		if p.width > 0 {
			text = ansi.Truncate(text, p.width, "…")
		}
		if _, err := fmt.Fprintln(p.out, text); err != nil {
			return outputError(err)
		}
	}
	return nil
}

// badge writes an index in six columns, readable without colour.
func badge(ix privacy.Index) string {
	if ix.Level == "" || ix.Level == privacy.LevelUnknown {
		return "[?   ]"
	}
	if ix.Score == 100 {
		return fmt.Sprintf("[%s100]", ix.Level)
	}
	return fmt.Sprintf("[%s %2d]", ix.Level, ix.Score)
}
