package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// blank stands for a screen that this build does not have.
type blank struct {
	env  *screen.Env
	kind screen.Kind
	w, h int
}

func (b *blank) Load() tea.Cmd    { return nil }
func (b *blank) SetSize(w, h int) { b.w, b.h = w, h }
func (b *blank) Draw() []string   { return kit.Fill(nil, b.w, b.h) }
func (b *blank) Title() kit.Line {
	return kit.Line{kit.Own(b.env.Styles.Title, b.env.Cat.T("place."+string(b.kind), nil))}
}
func (b *blank) Remark() kit.Line          { return nil }
func (b *blank) Contexts() []key.Context   { return nil }
func (b *blank) State() key.State          { return key.State{} }
func (b *blank) Do(key.ID) (tea.Cmd, bool) { return nil, false }
