package composer

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Channels is the box in which a channel is chosen: each with the badge that
// it would give, and with why it is not the one that the program takes.
type Channels struct {
	env    *screen.Env
	choice *conversation.Choice
	pick   func(string) tea.Cmd
	list   *kit.List[string, conversation.Prediction]
	w, h   int
}

// NewChannels makes the box.
func NewChannels(env *screen.Env, to screen.To) *Channels {
	c := &Channels{env: env, choice: to.Choice, pick: to.Pick}
	c.list = kit.NewList(func(p conversation.Prediction) string { return p.Channel.ID }, c.row)
	c.list.Set(0, len(to.Choice.Candidates), to.Choice.Candidates)
	c.list.Move(max(to.Choice.Chosen, 0))
	return c
}

// Load has nothing to read.
func (c *Channels) Load() tea.Cmd { return nil }

// Box says how much room the box wants.
func (c *Channels) Box(w, h int) (int, int) {
	return min(w-4, 72), min(h-4, 2*len(c.choice.Candidates)+2)
}

// SetSize gives the box its room.
func (c *Channels) SetSize(w, h int) {
	c.w, c.h = w, h
	c.list.SetSize(w, h, 2)
}

func (c *Channels) row(p conversation.Prediction, w int, selected bool) []string {
	st, cat := c.env.Styles, c.env.Cat
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	first := kit.Line{bar, kit.Chip(st.Index(p.Index)), kit.Gap(1), kit.Own(style, ChannelName(cat, c.choice, p.Channel))}
	if len(p.Addresses) > 0 {
		first = append(first, kit.Gap(2), kit.Got(st.Dim, safe.Line(p.Addresses[0].ID)))
	}
	why := cat.T("compose.best", nil)
	if best := c.choice.Best(); best == nil || best.Channel.ID != p.Channel.ID {
		why = Lost(cat, c.choice, p)
	}
	return []string{first.Draw(w, st.Glyph.Ellipsis), kit.Line{bar, kit.Gap(7), kit.Own(st.Dim, why)}.Draw(w, st.Glyph.Ellipsis)}
}

// Draw gives the rows of the box.
func (c *Channels) Draw() []string { return c.list.Draw() }

// Title names the box.
func (c *Channels) Title() kit.Line {
	return kit.Line{kit.Own(c.env.Styles.Title, c.env.Cat.T("compose.channels", nil))}
}

// Remark has nothing to say.
func (c *Channels) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (c *Channels) Contexts() []key.Context { return []key.Context{key.Picker, key.Overlay} }

// State tells what there is.
func (c *Channels) State() key.State { return key.State{Row: c.list.Total() > 0} }

// Do runs an action.
func (c *Channels) Do(id key.ID) (tea.Cmd, bool) {
	return screen.Pick(c.list, id, c.take)
}

// take chooses the channel, unless it cannot carry the message.
func (c *Channels) take() tea.Cmd {
	p, ok := c.list.Current()
	if !ok {
		return nil
	}
	if p.Rejected.Code != "" {
		return c.env.Host.Toast(safe.Line(c.env.Cat.Reason(p.Rejected)).String(), nil)
	}
	closed := c.env.Host.Close()
	return tea.Batch(closed, c.pick(p.Channel.ID))
}
