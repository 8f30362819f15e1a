package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// Forward hands the backend's events to a program until the context ends. It
// is the only way in from outside the loop; send is the program's Send.
func Forward(ctx context.Context, b Backend, send func(tea.Msg)) {
	events := b.Events(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case ev, open := <-events:
			if !open {
				return
			}
			send(ev)
		}
	}
}
