package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/account"
	"github.com/caliopen/caliopen-tui/ui/activity"
	"github.com/caliopen/caliopen-tui/ui/composer"
	"github.com/caliopen/caliopen-tui/ui/contact"
	"github.com/caliopen/caliopen-tui/ui/dashboard"
	"github.com/caliopen/caliopen-tui/ui/help"
	"github.com/caliopen/caliopen-tui/ui/inbox"
	"github.com/caliopen/caliopen-tui/ui/palette"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/search"
	"github.com/caliopen/caliopen-tui/ui/setup"
	"github.com/caliopen/caliopen-tui/ui/timeline"
	"github.com/caliopen/caliopen-tui/ui/why"
)

// Maker makes the screens of one kind.
type Maker func(a *App, to screen.To) screen.Screen

// makers gives the maker of every kind of screen that this build has.
func makers() map[screen.Kind]Maker {
	return map[screen.Kind]Maker{
		screen.Conversations: func(a *App, _ screen.To) screen.Screen { return inbox.New(a.env, a.b) },
		screen.Timeline:      func(a *App, to screen.To) screen.Screen { return timeline.New(a.env, a.b, to) },
		screen.Compose:       func(a *App, to screen.To) screen.Screen { return composer.New(a.env, a.b, to) },
		screen.Channels:      func(a *App, to screen.To) screen.Screen { return composer.NewChannels(a.env, to) },
		screen.Times:         func(a *App, to screen.To) screen.Screen { return composer.NewTimes(a.env, to) },
		screen.Links:         func(a *App, to screen.To) screen.Screen { return timeline.NewLinks(a.env, to) },
		screen.Files:         func(a *App, to screen.To) screen.Screen { return timeline.NewFiles(a.env, to) },
		screen.Contacts:      func(a *App, _ screen.To) screen.Screen { return contact.NewList(a.env, a.b) },
		screen.Card:          func(a *App, to screen.To) screen.Screen { return contact.NewCard(a.env, a.b, to.Who) },
		screen.Compare:       func(a *App, to screen.To) screen.Screen { return contact.NewCompare(a.env, a.b, to) },
		screen.People:        func(a *App, to screen.To) screen.Screen { return contact.NewPeople(a.env, a.b, to) },
		screen.Prompt:        func(a *App, to screen.To) screen.Screen { return newPrompt(a.env, to) },
		screen.Why:           func(a *App, to screen.To) screen.Screen { return why.New(a.env, a.b, to) },
		screen.Search:        func(a *App, to screen.To) screen.Screen { return search.New(a.env, a.b, to) },
		screen.Saved:         func(a *App, _ screen.To) screen.Screen { return search.NewSaved(a.env, a.b) },
		screen.Help:          func(a *App, _ screen.To) screen.Screen { return help.New(a.env) },
		screen.Palette:       func(a *App, _ screen.To) screen.Screen { return palette.New(a.env, a.b) },
		screen.Command:       func(a *App, to screen.To) screen.Screen { return palette.NewCommand(a.env, a.b, to) },
		screen.Privacy:       func(a *App, _ screen.To) screen.Screen { return dashboard.New(a.env, a.b) },
		screen.Activity:      func(a *App, _ screen.To) screen.Screen { return activity.New(a.env, a.b) },
		screen.Accounts:      func(a *App, _ screen.To) screen.Screen { return account.New(a.env, a.b, a.o.Setup) },
		screen.Setup:         func(a *App, _ screen.To) screen.Screen { return setup.New(a.env, a.o.Setup, a.makeKey) },
		screen.Asking:        func(a *App, to screen.To) screen.Screen { return newAsking(a.env, *to.Question) },
	}
}

// makeKey gives what makes the own key of a new account. It is called outside
// the loop.
func (a *App) makeKey(ctx context.Context, id conversation.AccountID) func() tea.Cmd {
	return account.Prepare(ctx, a.env, a.b, &a.keySlot, id, func() tea.Cmd { return nil })
}

// make makes a screen; a kind without maker gives an empty one.
func (a *App) make(to screen.To) screen.Screen {
	if m := a.makes[to.Kind]; m != nil {
		return m(a, to)
	}
	return &blank{env: a.env, kind: to.Kind}
}
