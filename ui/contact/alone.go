package contact

import (
	"strings"

	"rsc.io/qr"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

// drawn writes a QR code with half blocks, two modules a row, inside a quiet
// border. Light modules are drawn, so that the code is dark on light as cameras
// want it, whatever the colours of the terminal.
func drawn(c *qr.Code, border int) []string {
	dark := func(x, y int) bool {
		return x >= 0 && y >= 0 && x < c.Size && y < c.Size && c.Black(x, y)
	}
	var rows []string
	for y := -border; y < c.Size+border; y += 2 {
		var b strings.Builder
		for x := -border; x < c.Size+border; x++ {
			b.WriteString(half(dark(x, y), dark(x, y+1)))
		}
		rows = append(rows, b.String())
	}
	return rows
}

// showCode shows the QR code alone, on the whole window: beside anything else
// there is no room for it in a window of 24 rows.
func (s *Compare) showCode() tea.Cmd {
	s.alone = s.c.Link != "" && !s.env.Styles.Options.ASCII
	return nil
}

// Alone gives the rows that take the whole window, nil while there are none. A
// code that does not fit is not cut: a camera could do nothing with it.
func (s *Compare) Alone(w, h int) []string {
	if !s.alone {
		return nil
	}
	c, err := qr.Encode(s.c.Link, qr.L)
	if err != nil {
		return nil
	}
	for border := quiet * 2; border >= 0; border-- {
		side := c.Size + 2*border
		if side > w || (side+1)/2 > h {
			continue
		}
		rows := drawn(c, border)
		out := make([]string, 0, h)
		for range (h - len(rows)) / 2 {
			out = append(out, kit.Spaces(w))
		}
		for _, row := range rows {
			out = append(out, kit.Line{kit.Gap((w - side) / 2), kit.Own(s.env.Styles.Paper, row)}.Draw(w, ""))
		}
		return kit.Fill(out, w, h)
	}
	words := s.env.Cat.T("compare.nofit", map[string]any{"Width": c.Size, "Height": (c.Size + 1) / 2})
	return kit.Fill([]string{kit.Line{kit.Own(s.env.Styles.Plain, words)}.Draw(w, "")}, w, h)
}
