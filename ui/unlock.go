package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
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
	return screen.Ask(&a.locking, func() (struct{}, error) {
		return struct{}{}, a.b.Unlock(a.env.Ctx, []byte(phrase))
	}, func(_ struct{}, err error) tea.Cmd {
		if errors.Is(err, conversation.ErrSealed) {
			return tea.Batch(a.unlock(), a.say(note{text: a.env.Cat.T("lock.wrong", nil), bad: true}))
		}
		if err != nil {
			return a.Fail(err)
		}
		return a.say(note{text: a.env.Cat.T("lock.opened", nil)})
	})
}

// lock closes the own keys now.
func (a *App) lock() tea.Cmd {
	state := a.b.LockState()
	if !state.Protected {
		return a.say(note{text: a.env.Cat.T("lock.open_always", nil)})
	}
	a.b.Lock()
	return a.say(note{text: a.env.Cat.T("lock.closed", nil)})
}
