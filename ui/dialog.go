package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// quiet is how long no key may come before a question can be confirmed.
const quiet = 400 * time.Millisecond

// asking is a question over the screen. It starts deaf: a "y" that was typed
// for something else must not confirm it.
type asking struct {
	env   *screen.Env
	q     screen.Question
	armed bool
	slot  screen.Slot
	w, h  int
}

func newAsking(env *screen.Env, q screen.Question) *asking { return &asking{env: env, q: q} }

func (d *asking) Load() tea.Cmd { return d.wait() }

func (d *asking) wait() tea.Cmd {
	return screen.After(&d.slot, quiet, func() tea.Cmd {
		d.armed = true
		return nil
	})
}

func (d *asking) SetSize(w, h int)        { d.w, d.h = w, h }
func (d *asking) Remark() kit.Line        { return nil }
func (d *asking) Contexts() []key.Context { return []key.Context{key.Question} }
func (d *asking) State() key.State        { return key.State{} }

func (d *asking) Title() kit.Line {
	return kit.Line{kit.Own(d.env.Styles.Title, safe.Line(d.q.Title).String())}
}

func (d *asking) Box(w, h int) (int, int) {
	bw := min(w-4, 64)
	return bw, min(h-2, len(d.rows(bw-4))+5)
}

func (d *asking) rows(w int) []string {
	var out []string
	for _, r := range d.q.Rows {
		out = append(out, kit.Wrap(safe.Line(r), w)...)
	}
	return out
}

func (d *asking) Draw() []string {
	st := d.env.Styles
	out := []string{kit.Spaces(d.w)}
	for _, r := range d.rows(d.w - 2) {
		out = append(out, kit.Line{kit.Gap(1), kit.Own(st.Plain, r)}.Draw(d.w, st.Glyph.Ellipsis))
	}
	style := st.Key
	if !d.armed {
		style = st.Dim
	}
	answer := kit.Line{kit.Gap(1), kit.Own(style, d.env.Cat.T("ask.answers", nil))}
	return kit.Fill(append(out, kit.Spaces(d.w), answer.Draw(d.w, st.Glyph.Ellipsis)), d.w, d.h)
}

func (d *asking) Do(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Confirm:
		if !d.armed {
			return d.wait(), true
		}
		return d.answer(d.q.Yes), true
	case key.Decline:
		return d.answer(d.q.No), true
	}
	return nil, false
}

func (d *asking) answer(f func() tea.Cmd) tea.Cmd {
	closed := d.env.Host.Close()
	if f == nil {
		return closed
	}
	return tea.Batch(closed, f())
}
