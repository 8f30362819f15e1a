package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Acted shows what was done to messages, which the backend can take back.
func (a *App) Acted(text string) tea.Cmd {
	a.silent = 0
	return a.Toast(text, a.undoAct)
}

// Quietly counts the messages marked as read behind the last act.
func (a *App) Quietly() { a.silent++ }

// takeBack undoes the last thing that can be undone.
func (a *App) takeBack() tea.Cmd {
	f := a.undo
	a.undo, a.note = nil, note{}
	if f == nil {
		return nil
	}
	return f()
}

// undoAct takes the user's last act back. Reading, which happened by itself
// since, is taken back with it and done again.
func (a *App) undoAct() tea.Cmd {
	over := a.silent
	a.silent = 0
	return screen.Ask(&a.undoSlot, func() (struct{}, error) {
		return struct{}{}, a.undoBehind(over)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return a.Fail(err)
		}
		return tea.Batch(a.say(note{text: a.env.Cat.T("toast.undone", nil)}), a.happened(conversation.Event{All: true}))
	})
}

func (a *App) undoBehind(over int) error {
	var again []conversation.Act
	for {
		act, err := a.b.Undo(a.env.Ctx)
		if err != nil {
			return err
		}
		if act.Kind != conversation.ActRead || len(again) == over {
			break
		}
		again = append(again, act)
	}
	for _, act := range again {
		if err := a.b.Act(a.env.Ctx, act); err != nil {
			return err
		}
	}
	return nil
}
