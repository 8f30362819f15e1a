package engine

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// turns is a memory that notes how much each of its transactions changes.
type turns struct {
	*memory
	flags, uids, ids []int
}

func (s *turns) SetFlags(_ context.Context, _ conversation.AccountID, _ string, _ uint32, ch []accounts.FlagChange) (Change, error) {
	s.flags = append(s.flags, len(ch))
	return Change{}, nil
}

func (s *turns) Remove(_ context.Context, _ conversation.AccountID, _ string, _ uint32, uids []uint32, ids []string) (Change, error) {
	s.uids, s.ids = append(s.uids, len(uids)), append(s.ids, len(ids))
	return Change{}, nil
}

// What changes a whole folder is stored by shares, so that the user's acts get
// their turn; nothing is left out.
func TestLargeChangesAreShared(t *testing.T) {
	s := &turns{memory: newMemory()}
	e := testEngine(t, s.memory, &script{sync: func(mi accounts.Mirror) error {
		if err := mi.SetFlags(t.Context(), "INBOX", 1, make([]accounts.FlagChange, 2*share+7)); err != nil {
			return err
		}
		return mi.Remove(t.Context(), "INBOX", 1, make([]uint32, share+1), make([]string, 3))
	}})
	e.o.Store = s
	sum := e.SyncOnce(t.Context(), nil)[0]
	if sum.Err != nil || sum.Changed != 2*share+7 || sum.Removed != share+4 {
		t.Errorf("%+v", sum)
	}
	if !slices.Equal(s.flags, []int{share, share, 7}) || !slices.Equal(s.uids, []int{share, 1, 0}) || !slices.Equal(s.ids, []int{0, 0, 3}) {
		t.Errorf("flags %v, uids %v, ids %v", s.flags, s.uids, s.ids)
	}
}

// Transactions are as large as fits in a turn, whatever the machine's speed.
func TestPortionsFitTheTurn(t *testing.T) {
	m := &mirror{room: semaphore.NewWeighted(maxPending), portion: minBatch}
	m.moved = sync.NewCond(&m.mu)
	run := func(each time.Duration) int {
		for range 10 {
			n := m.portion
			m.stored(n, 0, each*time.Duration(n), nil)
		}
		return m.portion
	}
	for _, c := range []struct {
		each time.Duration
		want int
	}{
		{time.Microsecond, maxBatch},
		{turn / 1000, 1000},
		{turn / 500, 500},
		{turn / 10, minBatch},
		{turn / 600, 600},
	} {
		if got := run(c.each); got < c.want-1 || got > c.want {
			t.Errorf("%v a message: %d in a transaction, want %d", c.each, got, c.want)
		}
	}
}
