package ui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// View draws everything. Every frame has exactly the height of the window:
// the renderer repairs shorter ones badly.
func (a *App) View() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true}
	v.KeyboardEnhancements.ReportAlternateKeys = true
	if a.o.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if a.w == 0 || a.at == "" {
		return v
	}
	v.Content = strings.Join(a.rows(), "\n")
	if !a.small() {
		v.Cursor = a.cursor()
	}
	if a.o.Title {
		v.WindowTitle = "caliopen"
	}
	return v
}

// rows draws the window.
func (a *App) rows() []string {
	if a.small() {
		words := kit.Line{kit.Own(a.env.Styles.Plain, a.env.Cat.T("view.small", nil))}
		return kit.Fill([]string{words.Draw(a.w, "")}, a.w, a.h)
	}
	if s, ok := a.focus().(screen.Alone); ok {
		if rows := s.Alone(a.w, a.h); rows != nil {
			return rows
		}
	}
	tail := a.env.Styles.Glyph.Ellipsis
	rows := make([]string, 0, a.h)
	if a.wide() {
		rows = append(rows, a.placesLine())
		rows = append(rows, a.panes()...)
	} else {
		rule := kit.Rule(a.env.Styles, a.w)
		rows = append(rows, a.titleLine(), rule)
		rows = append(rows, a.here().top().Draw()...)
		rows = append(rows, rule)
	}
	rows = append(rows, a.statusRow(), a.hintLine(a.w).Draw(a.w, tail))
	return a.overlays(rows)
}

// titleLine says where one is, in one pane.
func (a *App) titleLine() string {
	st := a.env.Styles
	top := a.here().top()
	left := kit.Line{kit.Gap(1), kit.Own(st.Bold, "caliopen"), kit.Own(st.Rule, " "+st.Glyph.Bar+" ")}
	left = append(left, top.Title()...)
	right := top.Remark()
	if len(right) == 0 {
		right = a.syncLine()
	}
	if own := a.ownBadge(); len(a.here().stack) == 1 && len(own) > 0 {
		right = append(append(right, kit.Gap(3)), own...)
	}
	return kit.Sides(left, append(right, kit.Gap(1)), a.w, st.Glyph.Ellipsis)
}

// placesLine names the five places, the current one marked.
func (a *App) placesLine() string {
	st := a.env.Styles
	left := kit.Line{kit.Gap(1), kit.Own(st.Bold, "caliopen"), kit.Own(st.Rule, " "+st.Glyph.Bar+" ")}
	for i, kind := range screen.Places() {
		number, name := strconv.Itoa(i+1), a.env.Cat.T("place."+string(kind), nil)
		style := st.Dim
		if kind == a.at {
			style = st.Title.Plus(st.Focused)
			name = "[" + name + "]"
		}
		left = append(left, kit.Own(st.Dim, number+" "), kit.Own(style, name), kit.Gap(2))
	}
	right := a.syncLine()
	if own := a.ownBadge(); len(own) > 0 {
		right = append(append(right, kit.Gap(3)), own...)
	}
	return kit.Sides(left, append(right, kit.Gap(1)), a.w, st.Glyph.Ellipsis)
}

// panes draws the areas beside and below each other.
func (a *App) panes() []string {
	_, h := a.body()
	var columns [][]string
	x := -1
	for _, r := range a.areas() {
		drawn := a.pane(r)
		if r.x == x {
			last := len(columns) - 1
			columns[last] = append(columns[last], drawn...)
			continue
		}
		columns, x = append(columns, drawn), r.x
	}
	for i := range columns {
		columns[i] = kit.Fill(columns[i], kit.Width(columns[i][0]), h)
	}
	return kit.Beside(columns...)
}

func (a *App) pane(r area) []string {
	if r.s == nil {
		return kit.Pane(a.env.Styles, nil, nil, nil, r.w, r.h, false)
	}
	return kit.Pane(a.env.Styles, r.s.Title(), r.s.Remark(), r.s.Draw(), r.w, r.h, r.focused && len(a.over) == 0)
}

// overlays lays the boxes over the rows, then the popup of a chord.
func (a *App) overlays(rows []string) []string {
	for i, s := range a.over {
		b, ok := s.(screen.Boxed)
		if !ok {
			continue
		}
		w, h := b.Box(a.w, a.h)
		box := kit.Pane(a.env.Styles, s.Title(), s.Remark(), s.Draw(), w, h, i == len(a.over)-1)
		rows = kit.Overlay(rows, box, (a.w-w)/2, a.boxTop(h))
	}
	if a.chord != "" {
		box := a.chordBox()
		rows = kit.Overlay(rows, box, a.w-kit.Width(box[0])-1, max(a.h-2-len(box), 0))
	}
	return rows
}

// boxTop puts a box a little above the middle, where eyes are.
func (a *App) boxTop(h int) int { return max((a.h-h)*2/5, 0) }

// chordBox lists what the next key can be.
func (a *App) chordBox() []string {
	st := a.env.Styles
	w := 0
	var lines []kit.Line
	for _, act := range a.keys.Following(a.contexts(a.focus()), a.chord) {
		l := kit.Line{
			kit.Gap(1), kit.Own(st.Key, key.Show(act.Keys[0])), kit.Gap(2),
			kit.Own(st.Plain, a.env.Cat.T(act.Title(), nil)), kit.Gap(1),
		}
		lines, w = append(lines, l), max(w, l.Width())
	}
	w = min(w, a.w-4)
	rows := make([]string, len(lines))
	for i, l := range lines {
		rows[i] = l.Draw(w, st.Glyph.Ellipsis)
	}
	title := kit.Line{kit.Own(st.Title, key.Show(a.chord))}
	return kit.Pane(st, title, nil, rows, w+2, len(rows)+2, true)
}

// cursor gives the place of the terminal's cursor while text is typed.
func (a *App) cursor() *tea.Cursor {
	top := a.focus()
	t, ok := top.(screen.Typist)
	if !ok || !t.Typing() {
		return nil
	}
	pos := t.Cursor()
	if pos == nil {
		return nil
	}
	x, y := a.origin(top)
	return tea.NewCursor(x+pos.X, y+pos.Y)
}

// origin gives the place of a screen's first cell.
func (a *App) origin(s screen.Screen) (x, y int) {
	if b, ok := s.(screen.Boxed); ok {
		w, h := b.Box(a.w, a.h)
		return (a.w-w)/2 + 1, a.boxTop(h) + 1
	}
	for _, r := range a.areas() {
		if r.s == s && r.boxed {
			return r.x + 1, r.y + 1
		} else if r.s == s {
			return r.x, r.y
		}
	}
	return 0, 0
}
