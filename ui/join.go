package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// invitation asks for the link of an invitation. Locked keys cannot join, so
// that their passphrase is asked for first.
func (a *App) invitation() tea.Cmd {
	if a.b.LockState().Locked {
		return a.unlock()
	}
	return a.Open(screen.To{Kind: screen.Prompt, Name: a.env.Cat.T("join.paste", nil), Pick: a.follow})
}

// follow follows an invitation and says what it came to.
func (a *App) follow(link string) tea.Cmd {
	if strings.TrimSpace(link) == "" {
		return nil
	}
	return screen.Ask(&a.keySlot, func() (conversation.Invited, error) {
		return a.b.Follow(a.env.Ctx, link)
	}, func(got conversation.Invited, err error) tea.Cmd {
		if err != nil {
			return a.Fail(err)
		}
		word, bad := "join.other", !got.Sent && !got.Same
		switch {
		case got.Sent:
			word = "join.sent"
		case got.Same:
			word = "join.same"
		case got.Address.IsZero():
			word = "join.nobody"
		}
		text := a.env.Cat.T(word, map[string]any{"Address": safe.Line(got.Address.ID).String()})
		return a.say(note{text: text, bad: bad})
	})
}
