package contact

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"rsc.io/qr"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

// drawn writes a QR code with half blocks, two modules a row, inside a quiet
// border. Light modules are drawn, so that the code is dark on light as cameras
// want it, whatever the colours of the terminal; other draws it the other way
// round.
func drawn(c *qr.Code, border int, other bool) []string {
	dark := func(x, y int) bool {
		return (x >= 0 && y >= 0 && x < c.Size && y < c.Size && c.Black(x, y)) != other
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
	c, border := fitting(s.c.Link, w, h)
	if c == nil {
		words := s.env.Cat.T("compare.nofit", nil)
		return kit.Fill([]string{kit.Line{kit.Own(s.env.Styles.Plain, words)}.Draw(w, "")}, w, h)
	}
	rows := drawn(c, border, s.dark())
	out := make([]string, 0, h)
	for range (h - len(rows)) / 2 {
		out = append(out, kit.Spaces(w))
	}
	for _, row := range rows {
		out = append(out, kit.Line{kit.Gap((w - kit.Width(row)) / 2), kit.Own(s.env.Styles.Paper, row)}.Draw(w, ""))
	}
	return kit.Fill(out, w, h)
}

// fitting gives the QR code of a link with the widest border that fits, nil
// when none does. The name in it, which serves no proof, is left out before
// the border is.
func fitting(link string, w, h int) (c *qr.Code, border int) {
	short := link
	if before, rest, ok := strings.Cut(link, "&n="); ok {
		_, after, more := strings.Cut(rest, "&")
		if short = before; more {
			short += "&" + after
		}
	}
	for border := 2 * quiet; border >= 0; border-- {
		for _, text := range []string{link, short} {
			c, err := qr.Encode(text, qr.L)
			if err == nil && c.Size+2*border <= w && (c.Size+2*border+1)/2 <= h {
				return c, border
			}
		}
	}
	return nil, 0
}

// dark tells whether the code has to be drawn the other way round: without
// colours a block is light on a dark terminal.
func (s *Compare) dark() bool {
	o := s.env.Styles.Options
	return o.Dark && o.Profile <= colorprofile.ASCII
}
