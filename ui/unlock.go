package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// unlock asks for the passphrase of the own keys and opens them. Without keys,
// or when they are open, it says so.
func (a *App) unlock() tea.Cmd {
	switch state := a.b.LockState(); {
	case state.Keys == 0:
		return a.say(note{text: a.env.Cat.T("lock.nokey", nil)})
	case !state.Locked:
		return a.say(note{text: a.env.Cat.T("lock.isopen", nil)})
	}
	return a.Open(screen.To{Kind: screen.Prompt, Name: a.env.Cat.T("lock.ask", nil), Hidden: true, Pick: a.open})
}

// open tries a passphrase. A wrong one asks again; an empty one leaves things
// as they are.
func (a *App) open(phrase string) tea.Cmd {
	if phrase == "" {
		return nil
	}
	a.opening = true
	return screen.Ask(&a.locking, func() (struct{}, error) {
		return struct{}{}, a.b.Unlock(a.env.Ctx, []byte(phrase))
	}, func(_ struct{}, err error) tea.Cmd {
		a.opening = false
		a.look()
		if errors.Is(err, conversation.ErrSealed) {
			return tea.Batch(a.unlock(), a.say(note{text: a.env.Cat.T("lock.wrong", nil), bad: true}))
		}
		if err != nil {
			return a.Fail(err)
		}
		return tea.Batch(a.happened(conversation.Event{All: true}), a.say(note{text: a.env.Cat.T("lock.opened", nil)}))
	})
}

// lock closes the own keys now.
func (a *App) lock() tea.Cmd {
	state := a.b.LockState()
	if !state.Protected {
		return a.say(note{text: a.env.Cat.T("lock.open_always", nil)})
	}
	a.b.Lock()
	a.look()
	return tea.Batch(a.happened(conversation.Event{All: true}), a.say(note{text: a.env.Cat.T("lock.closed", nil)}))
}

// unlockKey is the key that opens the own keys, here or else anywhere.
func (a *App) unlockKey() string {
	if k := a.keyOf(key.Unlock); k != "" {
		return k
	}
	if keys := a.keys.Keys([]key.Context{key.Global}, key.Unlock); len(keys) > 0 {
		return key.Show(keys[0])
	}
	return ""
}

// look asks whether sealed messages can be read.
func (a *App) look() {
	if !a.opening && a.b != nil {
		a.sealed = a.b.LockState()
	}
}

// lockLine tells that sealed messages cannot be read now, and how many wait.
func (a *App) lockLine() kit.Line {
	if !a.sealed.Locked {
		return nil
	}
	st, words := a.env.Styles, a.env.Cat.T("lock.mark", nil)
	if a.sealed.Waiting > 0 {
		words = a.env.Cat.N("lock.mark.waiting", a.sealed.Waiting, nil)
	}
	return kit.Line{kit.Own(st.Warn, words), kit.Own(st.Dim, " "+st.Glyph.Sep+" ")}
}
