package conversation_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestBrokerJoinsABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := NewBroker()
		events := b.Events(ctx)
		start := time.Now()
		b.Publish(Event{Conversations: []ConversationID{"b", "a"}, New: 1, Fresh: []MessageID{"m1"}})
		b.Publish(Event{Conversations: []ConversationID{"a", "c"}, New: 2, Outbox: true, Fresh: []MessageID{"m2", "m3"}})
		b.Publish(Event{Accounts: []Status{{Account: "home", Done: 1}}})
		b.Publish(Event{Accounts: []Status{{Account: "home", Done: 2}, {Account: "alt"}}})
		e := <-events
		if wait := time.Since(start); wait != 75*time.Millisecond {
			t.Errorf("delivered after %v", wait)
		}
		want := Event{Conversations: []ConversationID{"a", "b", "c"}, New: 3, Outbox: true, Fresh: []MessageID{"m1", "m2", "m3"}, Accounts: []Status{{Account: "alt"}, {Account: "home", Done: 2}}}
		if fmt.Sprint(e) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", e, want)
		}
		cancel()
		synctest.Wait()
		if _, open := <-events; open {
			t.Error("still open after the end")
		}
	})
}

func TestBrokerNeverBlocksAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBroker()
		slow, fast := b.Events(t.Context()), b.Events(t.Context())
		sum, want := 0, 0
		for range 10 {
			b.Publish(Event{New: 1})
			want++
			sum += (<-fast).New // the slow one does not listen meanwhile
		}
		if sum != want {
			t.Errorf("the fast one heard of %d of %d", sum, want)
		}
		if got := (<-slow).New + (<-slow).New; got != want {
			t.Errorf("the slow one heard of %d of %d", got, want)
		}
		select {
		case e := <-slow:
			t.Errorf("more than there was: %v", e)
		case <-time.After(time.Second):
		}
	})
}

func TestBrokerBoundsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBroker()
		events := b.Events(t.Context())
		for i := range 2000 {
			b.Publish(Event{Conversations: []ConversationID{ConversationID(fmt.Sprint(i))}})
		}
		if e := <-events; !e.All || len(e.Conversations) > 1000 {
			t.Errorf("all %t with %d", e.All, len(e.Conversations))
		}
	})
}
