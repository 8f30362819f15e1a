package engine

import (
	"context"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// heldBack is a store that another process keeps locked for a while.
type heldBack struct {
	*memory
	times int
}

func (h *heldBack) Sent(ctx context.Context, id conversation.EntryID, a Arrival) (Change, error) {
	if h.times--; h.times >= 0 {
		return Change{}, conversation.ErrLocked
	}
	return h.memory.Sent(ctx, id, a)
}

// That a server took a message is not forgotten because it could not be written
// down at once: nobody is asked, and above all not the user.
func TestTakenAndNotYetNoted(t *testing.T) {
	t.Parallel()
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued, Wire: []byte("hello")})
	s := &script{
		send: taken,
		find: func() (bool, accounts.Receipt, error) {
			t.Error("the server was asked")
			return false, accounts.Receipt{}, accounts.ErrUnclear
		},
	}
	e := testEngine(t, m, s)
	e.o.Store = &heldBack{m, 2}
	for range 3 {
		e.SyncOnce(t.Context(), nil)
	}
	if got := m.entries["e"].State; got != conversation.StateSent || s.sends.n() != 1 {
		t.Errorf("the entry is %s, sent %d times", got, s.sends.n())
	}
}
