package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// prompt is a box with one line to type into.
type prompt struct {
	env   *screen.Env
	to    screen.To // Name is the question, Text what stands there first, Pick gets the text
	field *kit.Field
	w, h  int
}

func newPrompt(env *screen.Env, to screen.To) *prompt {
	p := &prompt{env: env, to: to, field: kit.NewField("")}
	if to.Hidden {
		p.field.Secret()
	}
	p.field.Set(to.Text)
	p.field.Focus()
	return p
}

func (p *prompt) Load() tea.Cmd           { return nil }
func (p *prompt) SetSize(w, h int)        { p.w, p.h = w, h }
func (p *prompt) Remark() kit.Line        { return nil }
func (p *prompt) Contexts() []key.Context { return []key.Context{key.Palette} }
func (p *prompt) State() key.State        { return key.State{Row: true} }
func (p *prompt) Box(w, _ int) (int, int) { return min(w-4, 60), 3 }
func (p *prompt) Typing() bool            { return true }
func (p *prompt) Cursor() *tea.Position   { return &tea.Position{X: 1 + p.field.Cursor()} }
func (p *prompt) Title() kit.Line         { return kit.Line{kit.Own(p.env.Styles.Title, p.to.Name)} }

func (p *prompt) Draw() []string {
	return kit.Fill([]string{" " + p.field.Draw(p.w-1)}, p.w, p.h)
}

func (p *prompt) Type(msg tea.KeyPressMsg) tea.Cmd {
	p.field.Type(msg)
	return nil
}

func (p *prompt) Paste(text string) tea.Cmd {
	p.field.Paste(text)
	return nil
}

func (p *prompt) Do(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Open:
		return tea.Batch(p.env.Host.Close(), p.to.Pick(p.field.Value())), true
	case key.Down, key.Up, key.Complete:
		return nil, true
	}
	return nil, false
}
