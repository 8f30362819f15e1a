package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// table writes rows with columns of equal width. On a terminal the last column
// is cut at its edge; in a file nothing is cut.
func (p *program) table(rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = safe.Line(row[i]).String()
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
