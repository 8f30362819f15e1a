package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/screen"
)

// The sizes at which the arrangement changes.
const (
	leastW, leastH = 40, 10
	twoPanes       = 100 // list and conversation
	threePanes     = 140 // and the inspector
	splitHeight    = 30  // conversation above, composer below
)

// detailDelay is how long the cursor rests before what it is on is shown
// beside the list: a held key must not read a conversation a row.
const detailDelay = 120 * time.Millisecond

// area is a screen with the rectangle it is drawn in, border included.
type area struct {
	s          screen.Screen
	x, y, w, h int
	boxed      bool
	focused    bool
}

// inside gives the size that is left within the border.
func (r area) inside() (w, h int) {
	if r.boxed {
		return max(r.w-2, 1), max(r.h-2, 1)
	}
	return r.w, r.h
}

func (a *App) small() bool { return a.w < leastW || a.h < leastH }
func (a *App) wide() bool  { return a.w >= twoPanes }

// body gives the rows between the title and the two last lines.
func (a *App) body() (y, h int) {
	if a.wide() {
		return 1, a.h - 3
	}
	return 2, a.h - 5 // a rule above and one below
}

// areas lays out the current place.
func (a *App) areas() []area {
	p := a.here()
	y, h := a.body()
	if !a.wide() {
		return []area{{s: p.top(), y: y, w: a.w, h: h, focused: true}}
	}
	if _, ok := p.root().(screen.Master); !ok {
		return []area{{s: p.top(), y: y, w: a.w, h: h, boxed: true, focused: true}}
	}
	left := min(max(a.w*29/100, 40), 60)
	rest := a.w - left
	right := 0
	if a.w >= threePanes && p.third != nil {
		right = min(max(a.w*27/100, 40), 50)
		rest -= right
	}
	out := []area{{s: p.root(), y: y, w: left, h: h, boxed: true, focused: len(p.stack) == 1}}
	out = append(out, p.middle(area{x: left, y: y, w: rest, h: h, boxed: true})...)
	if right > 0 {
		out = append(out, area{s: p.third, x: left + rest, y: y, w: right, h: h, boxed: true})
	}
	return out
}

// middle lays out what is beside the list: the detail, or what was opened; a
// composer shares the room with the conversation that it answers.
func (p *place) middle(r area) []area {
	r.s, r.focused = p.detail, false
	if len(p.stack) > 1 {
		r.s, r.focused = p.top(), true
	}
	c, ok := r.s.(interface{ Under() bool })
	if !ok || !c.Under() || len(p.stack) < 3 || r.h < splitHeight {
		return []area{r}
	}
	above := r
	above.s, above.focused = p.stack[len(p.stack)-2], false
	above.h = r.h * 45 / 100
	r.y, r.h = r.y+above.h, r.h-above.h
	return []area{above, r}
}

// arrange follows the detail and the third pane, and gives every screen that
// is shown its size.
func (a *App) arrange() tea.Cmd {
	if a.small() || a.here() == nil {
		return nil
	}
	cmd := tea.Batch(a.followDetail(), a.followInspector())
	for _, r := range a.areas() {
		if r.s != nil {
			r.s.SetSize(r.inside())
		}
	}
	for _, s := range a.over {
		if b, ok := s.(screen.Boxed); ok {
			w, h := b.Box(a.w, a.h)
			s.SetSize(max(w-2, 1), max(h-2, 1))
		}
	}
	return cmd
}

// followDetail shows beside the list what its cursor is on, once it rests.
func (a *App) followDetail() tea.Cmd {
	p := a.here()
	m, ok := p.root().(screen.Master)
	if !ok || !a.wide() || len(p.stack) > 1 {
		return nil
	}
	to, ok := m.Detail()
	if !ok {
		p.detail, a.wanted = nil, screen.To{}
		return nil
	}
	if p.detail != nil && p.detailTo.Same(to) {
		a.wanted = to
		return nil
	}
	if a.wanted.Same(to) {
		return nil // its time is running
	}
	a.wanted = to
	return screen.After(&a.detailSlot, detailDelay, func() tea.Cmd { return a.showDetail(p, to) })
}

func (a *App) showDetail(p *place, to screen.To) tea.Cmd {
	if len(p.stack) > 1 || !a.wide() {
		a.wanted = screen.To{}
		return nil
	}
	s := a.make(to)
	p.detail, p.detailTo = s, to
	return tea.Batch(a.arrange(), s.Load()) // arranging can already find that nothing is to be shown
}

// followInspector keeps the third pane beside what is in the middle.
func (a *App) followInspector() tea.Cmd {
	p := a.here()
	to, ok := p.inspected()
	if !ok || a.w < threePanes || a.makes[to.Kind] == nil {
		p.third, p.thirdTo = nil, screen.To{}
		return nil
	}
	if p.third != nil && p.thirdTo.Same(to) {
		return nil
	}
	p.third, p.thirdTo = a.make(to), to
	return p.third.Load()
}

func (p *place) inspected() (screen.To, bool) {
	shown := append(slices.Clone(p.stack[1:]), p.detail)
	for _, s := range shown {
		if i, ok := s.(screen.Inspected); ok {
			return i.Inspect()
		}
	}
	return screen.To{}, false
}
