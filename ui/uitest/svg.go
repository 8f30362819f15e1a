package uitest

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// The grid of a picture, in pixels.
const (
	cellW, cellH = 9, 18
	ink, paper   = "#d7dae0", "#16181d"
)

// SVG draws the screen as a picture.
func (d *Driver) SVG() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return SVG(d.emu, d.w, d.h)
}

// Cells is an emulator's screen.
type Cells interface{ CellAt(x, y int) *uv.Cell }

// SVG draws a screen of columns and rows as a picture. Runs of one style become
// one text element whose length is set, so that the grid holds whatever font is
// there.
func SVG(screen Cells, columns, rows int) string {
	var b strings.Builder
	w, h := columns*cellW+16, rows*cellH+16
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`, w, h, w, h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="6" fill="%s"/>`, w, h, paper)
	b.WriteString("<g font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"15\" xml:space=\"preserve\">\n")
	for y := range rows {
		svgRow(&b, screen, columns, y)
	}
	b.WriteString("</g></svg>\n")
	return b.String()
}

// run is neighbouring cells of one style.
type run struct {
	x, w  int
	text  string
	style uv.Style
}

func svgRow(b *strings.Builder, screen Cells, columns, y int) {
	var now run
	for x := 0; x < columns; {
		c := screen.CellAt(x, y)
		if c == nil || c.Width == 0 {
			x++
			continue
		}
		// A wide cell stands alone, since fonts disagree about its width, and so
		// does an upright of a frame, which must meet the one below it.
		wide := c.Width > 1 || strings.Contains("│╭╮╰╯", c.Content)
		if now.text != "" && !wide && c.Style.Equal(&now.style) && now.x+now.w == x {
			now.text, now.w = now.text+c.Content, now.w+c.Width
		} else {
			now.svg(b, y)
			now = run{x, c.Width, c.Content, c.Style}
		}
		if wide {
			now.svg(b, y)
			now = run{}
		}
		x += max(c.Width, 1)
	}
	now.svg(b, y)
}

func (r run) svg(b *strings.Builder, y int) {
	fg, bg := hex(r.style.Fg, ink), hex(r.style.Bg, "")
	if r.style.Attrs&uv.AttrReverse != 0 {
		if bg == "" {
			bg = paper
		}
		fg, bg = bg, fg
	}
	x, top := 8+r.x*cellW, 8+y*cellH
	if bg != "" && r.w > 0 {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, top, r.w*cellW, cellH, bg)
	}
	if strings.TrimSpace(r.text) == "" {
		return
	}
	extra := ""
	if r.style.Attrs&uv.AttrBold != 0 {
		extra += ` font-weight="bold"`
	}
	if r.style.Attrs&uv.AttrFaint != 0 {
		extra += ` opacity="0.6"`
	}
	if r.style.Underline != 0 {
		extra += ` text-decoration="underline"`
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`+"\n",
		x, top+14, r.w*cellW, fg, extra, html.EscapeString(r.text))
}

func hex(c color.Color, none string) string {
	if c == nil {
		return none
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
