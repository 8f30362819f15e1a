package timeline

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Links is the box in which a link is chosen: the address is shown whole
// before a browser gets it.
type Links struct {
	env  *screen.Env
	list *kit.List[int, entry]
	n    int
	w, h int
	slot screen.Slot
}

type entry struct {
	i int
	l conversation.Link
}

// NewLinks makes the box.
func NewLinks(env *screen.Env, to screen.To) *Links {
	b := &Links{env: env, n: len(to.Links)}
	b.list = kit.NewList(func(e entry) int { return e.i }, b.row)
	var rows []entry
	for i, l := range to.Links {
		rows = append(rows, entry{i, l})
	}
	b.list.Set(0, len(rows), rows)
	return b
}

// browse lets a link be chosen.
func (s *Screen) browse(m conversation.Message) tea.Cmd {
	return s.env.Host.Open(screen.To{Kind: screen.Links, Links: m.Links})
}

// Load has nothing to read.
func (b *Links) Load() tea.Cmd { return nil }

// Box says how much room the box wants.
func (b *Links) Box(w, h int) (int, int) { return min(w-4, 76), min(h-4, 2*b.n+2) }

// SetSize gives the box its room.
func (b *Links) SetSize(w, h int) {
	b.w, b.h = w, h
	b.list.SetSize(w, h, 2)
}

func (b *Links) row(e entry, w int, selected bool) []string {
	st := b.env.Styles
	bar, style := kit.Gap(1), st.Link
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Link.Plus(st.Cursor)
	}
	url := safe.URL(e.l.URL)
	if url == "" {
		url = b.env.Cat.T("link.refused", nil)
	}
	return []string{
		kit.Line{bar, kit.Own(st.Dim, strconv.Itoa(e.i+1)+" "), kit.Got(style, safe.Line(host(e.l)))}.Draw(w, st.Glyph.Ellipsis),
		kit.Line{bar, kit.Gap(2), kit.Got(st.Dim, safe.Line(url))}.Draw(w, st.Glyph.Ellipsis),
	}
}

// Draw gives the rows of the box.
func (b *Links) Draw() []string { return b.list.Draw() }

// Title names the box.
func (b *Links) Title() kit.Line {
	return kit.Line{kit.Own(b.env.Styles.Title, b.env.Cat.T("timeline.links", nil))}
}

// Remark has nothing to say.
func (b *Links) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (b *Links) Contexts() []key.Context { return []key.Context{key.Picker, key.Overlay} }

// State tells what there is.
func (b *Links) State() key.State { return key.State{Row: b.n > 0} }

// Do runs an action.
func (b *Links) Do(id key.ID) (tea.Cmd, bool) {
	return screen.Pick(b.list, id, b.open)
}

func (b *Links) open() tea.Cmd {
	e, ok := b.list.Current()
	url := safe.URL(e.l.URL)
	if !ok || url == "" {
		return b.env.Host.Toast(b.env.Cat.T("link.refused", nil), nil)
	}
	closed := b.env.Host.Close()
	if b.env.Opener == nil {
		return tea.Batch(closed, b.env.Host.Toast(b.env.Cat.T("timeline.noopener", map[string]any{"URL": safe.Line(url).String()}), nil))
	}
	return tea.Batch(closed, screen.Ask(&b.slot, func() (struct{}, error) {
		return struct{}{}, b.env.Opener(url)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return b.env.Host.Fail(err)
		}
		return b.env.Host.Toast(b.env.Cat.T("timeline.opened", map[string]any{"Host": safe.Line(host(e.l)).String()}), nil)
	}))
}
