package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Update hands a message to the method that is for it.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.route(msg)
	return a, tea.Batch(cmd, a.settle())
}

func (a *App) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		return a.press(msg)
	case tea.PasteMsg:
		return a.paste(msg.Content)
	case tea.MouseWheelMsg:
		return a.wheel(msg)
	case tea.FocusMsg:
		a.blurred = false
	case tea.BlurMsg:
		a.blurred = true
	case tea.BackgroundColorMsg:
		return a.restyle(func(o *theme.Options) { o.Dark = msg.IsDark() })
	case tea.ColorProfileMsg:
		return a.restyle(func(o *theme.Options) { o.Profile = msg.Profile })
	case screen.Done:
		return msg.Run()
	case screen.Edited:
		return a.edited(msg)
	case conversation.Event:
		return a.happened(msg)
	}
	return nil
}

// settle follows whatever the message changed: the detail beside a list, and
// the sizes of screens that came or went.
func (a *App) settle() tea.Cmd {
	if a.at == "" || a.w == 0 {
		return nil
	}
	return a.arrange()
}

func (a *App) paste(text string) tea.Cmd {
	if t, ok := a.focus().(screen.Typist); ok && t.Typing() {
		return t.Paste(text)
	}
	return nil
}

// wheel moves the cursor by three rows.
func (a *App) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	dir := key.Down
	if msg.Button == tea.MouseWheelUp {
		dir = key.Up
	}
	if t, ok := a.focus().(screen.Typist); ok && t.Typing() {
		return nil
	}
	var cmds []tea.Cmd
	for range 3 {
		cmd, _ := a.focus().Do(dir)
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

// restyle builds the styles again for what the terminal told of itself.
func (a *App) restyle(change func(*theme.Options)) tea.Cmd {
	if a.o.FixTheme {
		return nil
	}
	o := a.env.Styles.Options
	change(&o)
	if o.Profile == colorprofile.Unknown {
		o.Profile = colorprofile.ASCII
	}
	if o == a.env.Styles.Options {
		return nil
	}
	a.env.Styles = theme.New(o)
	for _, s := range a.all() {
		if r, ok := s.(screen.Restyler); ok {
			r.Restyle()
		}
	}
	return nil
}

func (a *App) edited(msg screen.Edited) tea.Cmd {
	for _, s := range slices.Backward(a.all()) {
		if e, ok := s.(interface {
			Edited(screen.Edited) tea.Cmd
		}); ok {
			return e.Edited(msg)
		}
	}
	return nil
}

// all gives every screen there is.
func (a *App) all() []screen.Screen {
	var out []screen.Screen
	for _, kind := range screen.Places() {
		if p := a.places[kind]; p != nil && kind != a.at {
			out = append(out, p.screens()...)
		}
	}
	if p := a.here(); p != nil {
		out = append(out, p.screens()...)
	}
	return append(out, a.over...)
}

// happened lets what is looked at read again, and marks the other places.
func (a *App) happened(ev conversation.Event) tea.Cmd {
	var cmds []tea.Cmd
	if ev.All {
		a.look()
	}
	if len(ev.Accounts) > 0 || ev.All {
		cmds = append(cmds, a.readStatus(false))
	}
	if ev.Outbox || ev.All {
		cmds = append(cmds, a.readOutbox(), screen.After(&a.meSlot, meAfter, a.readMe))
	}
	if ev.Notice.Code != "" {
		cmds = append(cmds, a.say(note{text: safe.Line(a.env.Cat.Reason(ev.Notice)).String()}))
	}
	cmds = append(cmds, a.freshly(ev.Fresh))
	for kind, p := range a.places {
		p.stale = p.stale || kind != a.at
	}
	if p := a.here(); p != nil {
		cmds = append(cmds, changed(append(p.screens(), a.over...), ev))
	}
	return tea.Batch(cmds...)
}

func changed(screens []screen.Screen, ev conversation.Event) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range screens {
		if w, ok := s.(screen.Watcher); ok {
			cmds = append(cmds, w.Changed(ev))
		}
	}
	return tea.Batch(cmds...)
}
