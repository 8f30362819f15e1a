package conversation

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// brokerPause is how long events are gathered before they are delivered: short
// enough to feel immediate, long enough that a sync of thousands of messages
// makes a dozen redraws a second at most.
const brokerPause = 75 * time.Millisecond

// maxEventIDs bounds the identifiers of one event; beyond it "any" is meant.
const maxEventIDs = 1000

// Broker hands events to whoever listens. A burst is joined into one event, and
// a slow listener finds all it missed joined in the next one, so that Publish
// never waits and nothing is lost.
type Broker struct {
	mu   sync.Mutex
	subs map[*subscriber]struct{}
}

type subscriber struct {
	pending *Event
	wake    chan struct{} // holds one token while pending is set
}

// NewBroker makes a broker without listeners.
func NewBroker() *Broker { return &Broker{subs: map[*subscriber]struct{}{}} }

// Publish joins an event into what each listener will get next. It never blocks.
func (b *Broker) Publish(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		if s.pending == nil {
			s.pending = &Event{}
		}
		joined := joinEvents(*s.pending, e)
		s.pending = &joined
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// Events gives what is published from now on, until the context ends; then the
// channel is closed.
func (b *Broker) Events(ctx context.Context) <-chan Event {
	s := &subscriber{wake: make(chan struct{}, 1)}
	b.mu.Lock()
	b.subs[s] = struct{}{}
	b.mu.Unlock()
	out := make(chan Event)
	go b.deliver(ctx, s, out)
	return out
}

func (b *Broker) deliver(ctx context.Context, s *subscriber, out chan<- Event) {
	defer close(out)
	defer b.leave(s)
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		if !pause(ctx, brokerPause) {
			return
		}
		e := b.take(s)
		if e == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case out <- *e:
		}
	}
}

func (b *Broker) leave(s *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
}

func (b *Broker) take(s *subscriber) *Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := s.pending
	s.pending = nil
	return e
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// joinEvents gives one event that says what both say; the later status of an
// account replaces the earlier one, and so does the later notice.
func joinEvents(a, b Event) Event {
	e := Event{All: a.All || b.All, Outbox: a.Outbox || b.Outbox, New: a.New + b.New}
	e.Accounts = joinStatuses(a.Accounts, b.Accounts)
	if e.Fresh = slices.Concat(a.Fresh, b.Fresh); len(e.Fresh) > maxEventIDs { // the latest are those worth telling
		e.Fresh = e.Fresh[len(e.Fresh)-maxEventIDs:]
	}
	if e.Notice = b.Notice; e.Notice.Code == "" {
		e.Notice = a.Notice
	}
	ids := make([]ConversationID, 0, len(a.Conversations)+len(b.Conversations))
	ids = append(append(ids, a.Conversations...), b.Conversations...)
	slices.Sort(ids)
	e.Conversations = slices.Compact(ids)
	if len(e.Conversations) > maxEventIDs {
		e.Conversations, e.All = nil, true
	}
	return e
}

func joinStatuses(a, b []Status) []Status {
	latest := map[AccountID]Status{}
	for _, s := range slices.Concat(a, b) {
		latest[s.Account] = s
	}
	return slices.SortedFunc(maps.Values(latest), func(x, y Status) int {
		return strings.Compare(string(x.Account), string(y.Account))
	})
}
