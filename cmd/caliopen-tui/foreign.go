package main

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// foreignEvery is how often the database is asked whether another process
// wrote into it: it costs some microseconds, and new mail is seen at once.
// While a long sync goes on elsewhere, what it writes is read twice a second.
const (
	foreignEvery = 100 * time.Millisecond
	foreignRest  = 500 * time.Millisecond
)

// followOthers notices what other processes write into the same data (the
// command line beside the interface, a sync in the background): the interface
// reads again, and the engine takes up what was left for it.
func (a *app) followOthers(ctx context.Context) {
	tick := time.NewTicker(foreignEvery)
	defer tick.Stop()
	looked, last := a.now(), time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if time.Since(last) < foreignRest {
			continue
		}
		wrote, err := a.db.Foreign(ctx)
		if err != nil || !wrote {
			continue // a locked database is asked again
		}
		last = time.Now()
		if err := a.ring.Reload(ctx); err != nil {
			a.log.Error("read the keyring again", "err", err)
		}
		if a.ring.Unlocked() {
			go a.trials.single(func() { a.openedElsewhere(ctx) })
		}
		fresh, err := a.db.Arrived(ctx, looked, foreignFresh)
		if err != nil {
			a.log.Warn("look for news", "err", err)
		}
		looked = a.now().Add(-lateArrival)
		a.svc.Publish(conversation.Event{All: true, Outbox: true, Fresh: fresh})
		a.eng.Poke()
	}
}

// foreignFresh is how many new messages are named at once; more are no news
// but a sync. lateArrival is how long after a server got a mail it may be seen
// here: who is told of it twice tells it once all the same.
const (
	foreignFresh = 20
	lateArrival  = time.Minute
)
