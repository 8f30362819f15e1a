package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// press hands a key to a text field or looks up what it means.
func (a *App) press(msg tea.KeyPressMsg) tea.Cmd {
	if a.note.bad {
		a.note = note{} // an error was seen once a key is pressed
	}
	if msg.Code == tea.KeyEscape && msg.Mod == tea.ModAlt { // two that a slow line delivers in one go
		msg.Mod = 0
		return tea.Batch(a.press(msg), a.press(msg))
	}
	top := a.focus()
	if t, ok := top.(screen.Typist); ok && t.Typing() {
		return a.typed(t, top, msg)
	}
	return a.command(top, key.Latin(msg.String(), msg.BaseCode))
}

// typed looks up only keys that are no text; the rest goes to the field.
func (a *App) typed(t screen.Typist, top screen.Screen, msg tea.KeyPressMsg) tea.Cmd {
	a.chord = ""
	if msg.Text != "" && msg.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return t.Type(msg)
	}
	name := msg.Keystroke()
	if act, ok, _ := a.keys.Find(top.Contexts(), name); ok {
		return a.act(top, act)
	}
	act, ok, _ := a.keys.Find([]key.Context{key.Global}, name)
	if ok && slices.Contains([]key.ID{key.Redraw, key.Suspend, key.Quit, key.OpenPalette}, act.ID) {
		return a.act(top, act)
	}
	return t.Type(msg)
}

// command goes on with a chord or begins one.
func (a *App) command(top screen.Screen, name string) tea.Cmd {
	pressed := strings.TrimSpace(a.chord + " " + name)
	was := a.chord
	a.chord = ""
	act, ok, more := a.keys.Find(a.contexts(top), pressed)
	switch {
	case ok:
		return a.act(top, act)
	case more:
		a.chord = pressed
		return nil
	case was != "" && name != "esc":
		return a.say(note{text: a.env.Cat.T("key.unknown", map[string]any{"Keys": key.Show(pressed)})})
	}
	return nil
}

// contexts gives where keys are looked up. An overlay shuts out everything
// below it, and so do a field and a screen that wants an answer: what lies
// around a question must not answer to its keys.
func (a *App) contexts(top screen.Screen) []key.Context {
	t, typist := top.(screen.Typist)
	m, modal := top.(screen.Modal)
	if len(a.over) > 0 || typist && t.Typing() || modal && m.Modal() {
		return top.Contexts()
	}
	return append(slices.Clone(top.Contexts()), key.Global)
}

// act runs an action, or says why it cannot run now.
func (a *App) act(top screen.Screen, act key.Action) tea.Cmd {
	if ok, reason := act.Enabled(a.state(top)); !ok {
		return a.say(note{text: a.env.Cat.T(reason, nil)})
	}
	return a.perform(act.ID)
}

// perform gives the action to the screen, and does it here when that has no
// use for it.
func (a *App) perform(id key.ID) tea.Cmd {
	if cmd, handled := a.focus().Do(id); handled {
		return cmd
	}
	return a.do(id)
}

// do runs the actions that belong to no screen.
func (a *App) do(id key.ID) tea.Cmd {
	if kind, ok := destinations()[id]; ok {
		return a.Open(screen.To{Kind: kind})
	}
	switch id {
	case key.Back:
		return a.back()
	case key.Pane:
		return a.otherPane()
	case key.NextConversation:
		return a.neighbour(key.Down)
	case key.PrevConversation:
		return a.neighbour(key.Up)
	case key.NextHit:
		return a.otherHit(1)
	case key.PrevHit:
		return a.otherHit(-1)
	case key.Undo:
		return a.takeBack()
	case key.Sync:
		return a.sync()
	case key.Why:
		return a.why()
	case key.Invitation:
		return a.invitation()
	case key.Unlock:
		return a.unlock()
	case key.Lock:
		return a.lock()
	case key.Redraw:
		return tea.ClearScreen
	case key.Suspend:
		return tea.Suspend
	case key.Quit:
		return a.quit()
	}
	return a.say(note{text: a.env.Cat.T("need.elsewhere", nil)})
}

// destinations are the actions that only open a screen.
func destinations() map[key.ID]screen.Kind {
	return map[key.ID]screen.Kind{
		key.GoConversations: screen.Conversations, key.GoContacts: screen.Contacts,
		key.GoPrivacy: screen.Privacy, key.GoActivity: screen.Activity, key.GoAccounts: screen.Accounts,
		key.New: screen.Compose, key.SearchFor: screen.Search, key.Help: screen.Help,
		key.OpenPalette: screen.Palette, key.Command: screen.Command, key.GoSaved: screen.Saved,
	}
}

// back goes out of the current screen; at a root it goes home. Only the quit
// key ends the program.
func (a *App) back() tea.Cmd {
	switch {
	case len(a.over) > 0 || len(a.here().stack) > 1:
		return a.Close()
	case a.at != screen.Conversations:
		return a.goTo(screen.To{Kind: screen.Conversations})
	}
	return nil
}

// otherPane moves the keys between the list and what is beside it.
func (a *App) otherPane() tea.Cmd {
	p := a.here()
	if len(p.stack) > 1 {
		return a.Close()
	}
	if p.detail != nil {
		return a.Open(p.detailTo)
	}
	return nil
}

// neighbour goes to the next or previous row of the list while one is read.
func (a *App) neighbour(dir key.ID) tea.Cmd {
	p := a.here()
	m, ok := p.root().(screen.Master)
	if !ok {
		return nil
	}
	cmd, _ := p.root().Do(dir)
	to, ok := m.Detail()
	if len(p.stack) == 1 || !ok || to.Same(p.detailTo) && slices.Contains(p.stack, p.detail) {
		return cmd
	}
	left := a.unwind(p, 1)
	s := a.make(to)
	p.stack, p.detail, p.detailTo = append(p.stack, s), s, to
	return tea.Batch(append(left, cmd, a.arrange(), s.Load(), enter(s))...)
}

func (a *App) sync() tea.Cmd {
	var once screen.Slot
	return tea.Batch(a.say(note{text: a.env.Cat.T("toast.sync", nil)}),
		screen.Ask(&once, func() (struct{}, error) { return struct{}{}, a.b.SyncNow(a.env.Ctx, "") },
			func(_ struct{}, err error) tea.Cmd { return a.Fail(err) }))
}

func (a *App) why() tea.Cmd {
	b, ok := a.focus().(screen.Badged)
	if !ok {
		return nil
	}
	ix, name, ok := b.Index()
	if !ok {
		return a.say(note{text: a.env.Cat.T("need.row", nil)})
	}
	return a.Open(screen.To{Kind: screen.Why, Index: &ix, Name: name})
}

// quit ends the program; it asks first while something waits to be sent.
func (a *App) quit() tea.Cmd {
	if a.waiting == 0 {
		return a.end()
	}
	return a.Ask(screen.Question{
		Title: a.env.Cat.T("quit.title", nil),
		Rows:  []string{a.env.Cat.N("quit.outbox", a.waiting, nil)},
		Yes:   a.end,
	})
}

// end lets every screen keep what it holds, then quits.
func (a *App) end() tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range a.places {
		for _, s := range p.stack {
			if l, ok := s.(screen.Leaver); ok {
				cmds = append(cmds, l.Leave())
			}
		}
	}
	return tea.Sequence(tea.Batch(cmds...), tea.Quit)
}
