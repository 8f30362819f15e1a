package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// How long an entry waits after a fault that passes.
const (
	firstWait   = 15 * time.Second
	longestWait = time.Hour
)

// ages is longer than anything is put off.
const ages = 100 * 365 * 24 * time.Hour

// waits remembers since when entries of the outbox were seen to wait, so that
// a clock that is set back holds none of them longer than it was to wait. Only
// the goroutine of the errands uses it.
type waits struct {
	seen  map[conversation.EntryID]waiting
	eager atomic.Bool // what failed before is to be tried now
}

// waiting is an entry that waits.
type waiting struct {
	next  time.Time     // as the entry says
	since time.Time     // when that was first seen
	long  time.Duration // how long it waits from then on
}

// backOff is how long an entry waits after so many attempts.
func backOff(attempts int) time.Duration {
	return min(firstWait<<min(max(attempts, 0), 10), longestWait)
}

// bound is the longest that an entry can have to wait, whatever the clock says.
func bound(e conversation.Entry) time.Duration {
	if e.State == conversation.StateQueued {
		return backOff(e.Attempts)
	}
	return max(e.NextTry.Sub(e.Created), 0)
}

// left gives how long an entry still waits. What the user put off to a moment
// waits for that moment by the clock on the wall.
func (s *waits) left(e conversation.Entry, now time.Time, eager bool) time.Duration {
	byClock := e.NextTry.Sub(now)
	if byClock <= 0 || eager && e.State == conversation.StateQueued {
		return 0
	}
	if e.State == conversation.StateHeld && e.Draft.At.Equal(e.NextTry) {
		return byClock
	}
	w, known := s.seen[e.ID]
	if !known || !w.next.Equal(e.NextTry) {
		w = waiting{e.NextTry, time.Now(), min(byClock, bound(e))}
		s.seen[e.ID] = w
	}
	return min(byClock, w.long-time.Since(w.since))
}

// due gives the entries to be sent now, those whose outcome has to be found
// out, and how long until the next one is due, 0 for none.
func (w *worker) due(ctx context.Context) (now, unsettled []conversation.Entry, next time.Duration, err error) {
	clock := w.o.Now()
	list, err := w.o.Store.Due(ctx, w.id(), clock.Add(ages))
	if err != nil {
		return nil, nil, 0, fmt.Errorf("engine: outbox: %w", err)
	}
	eager := w.waits.eager.Swap(false)
	before := w.waits.seen
	w.waits.seen = make(map[conversation.EntryID]waiting, len(list))
	for _, e := range list {
		if old, ok := before[e.ID]; ok {
			w.waits.seen[e.ID] = old
		}
		if e.State == conversation.StateSending {
			unsettled = append(unsettled, e)
			continue
		}
		left := w.waits.left(e, clock, eager)
		switch {
		case left <= 0:
			now = append(now, e)
		case next == 0 || left < next:
			next = left
		}
	}
	return now, unsettled, next, nil
}
