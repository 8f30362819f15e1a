package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// How long work rests after an error. A refused login is not tried again by
// itself for a while, so that no server locks the account out, and no server
// that is away is asked more often than once in the shortest pause.
const (
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
	refusedPause = 15 * time.Minute
)

// work is a kind of what is done for an account. One that fails rests alone:
// a submission server that is away keeps nothing from being fetched, and one
// that gives no mail out keeps nothing from being sent.
type work int

const (
	toFetch work = iota
	toWatch
	toAct  // replaying acts, asking for entries, copies in Sent, whole messages
	toSend // handing over
	works  // how many there are
)

// rests knows which work of an account may be tried now. All that goes to one
// server shares a gate.
type rests struct {
	mu    sync.Mutex
	told  chan struct{} // closed when something may be tried that rested before
	kinds [works]struct {
		fails int
		began time.Time
		until time.Time
		err   error
	}
	gates [2]gate
}

// gate is the way to one server. As long as nothing shows that it can be gone,
// only one tries it at a time.
type gate struct {
	open  bool
	scout work // who tries
	tries bool
	last  time.Time // when the last try began that failed
	until time.Time // a refused login rests for all of them
}

func newRests() *rests { return &rests{told: make(chan struct{})} }

// gate gives the one that some work goes through.
func (r *rests) gate(k work) *gate {
	if k == toSend {
		return &r.gates[1]
	}
	return &r.gates[0]
}

// forever is how long to wait for what somebody will tell.
const forever = time.Duration(1<<63 - 1)

// enter asks whether some work may be tried now. When it may not, it gives how
// long to wait before asking again. Whoever enters leaves. Watching never tries
// a way that is not known to be open: it has no end that could tell.
func (r *rests) enter(k work) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.gate(k)
	wait = max(time.Until(r.kinds[k].until), time.Until(g.until))
	if !g.open {
		wait = max(wait, time.Until(g.last.Add(firstPause)))
	}
	switch {
	case wait > 0:
		return wait, false
	case !g.open && (g.tries || k == toWatch):
		return forever, false
	case !g.open:
		g.tries, g.scout = true, k
	}
	r.kinds[k].began = time.Now()
	return 0, true
}

// proved notes that the server answers.
func (r *rests) proved(k work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.gate(k)
	g.tries = false
	if !g.open {
		g.open = true
		r.tell()
	}
}

// moved notes that some work gets on: what went wrong with it before is over.
// How often it failed counts until it ends well.
func (r *rests) moved(k work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds[k].err = nil
}

// leave notes how it ended, and gives how long that work rests now.
func (r *rests) leave(k work, err error) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	kind, g := &r.kinds[k], r.gate(k)
	if g.scout == k {
		g.tries = false
	}
	defer r.tell()
	switch {
	case err == nil:
		kind.fails, kind.err, g.open = 0, nil, true
		return 0
	case errors.Is(err, context.Canceled):
		return 0
	}
	pause := min(firstPause<<min(kind.fails, 8), longestPause)
	kind.fails++
	if errors.Is(err, accounts.ErrAuth) {
		pause = refusedPause
	}
	pause += time.Duration(rand.Int64N(int64(pause)/4 + 1)) // never in step with others
	kind.err, kind.until = err, time.Now().Add(pause)
	if g.open, g.last = false, kind.began; errors.Is(err, accounts.ErrAuth) {
		g.until = kind.until
	}
	return pause
}

// idle notes that there is nothing to do of some work: what kept it from being
// done is nobody's trouble any more.
func (r *rests) idle(k work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds[k].err = nil
}

// tell wakes those who wait. The caller holds the lock.
func (r *rests) tell() {
	close(r.told)
	r.told = make(chan struct{})
}

// changed gives a channel that is closed once something may be tried again.
func (r *rests) changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told
}

// end cuts all rests short. A refused login rests on unless it is the user who
// wants it tried.
func (r *rests) end(asked bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.kinds {
		r.kinds[i].fails, r.kinds[i].until = 0, time.Time{}
	}
	for i := range r.gates {
		if asked {
			r.gates[i].until = time.Time{}
		}
		r.gates[i].last = time.Time{}
	}
	r.tell()
}

// trouble gives the errors that last, that of fetching first. That nobody
// listens costs only time, unless the program is at fault.
func (r *rests) trouble() (fetch, act, send error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.kinds[toWatch].err; r.kinds[toFetch].err == nil && errors.Is(err, ErrFault) {
		return err, r.kinds[toAct].err, r.kinds[toSend].err
	}
	return r.kinds[toFetch].err, r.kinds[toAct].err, r.kinds[toSend].err
}

// await waits until some work may be tried; it gives false at the end.
func (r *rests) await(ctx context.Context, k work) bool {
	for ctx.Err() == nil {
		told := r.changed()
		wait, ok := r.enter(k)
		if ok {
			return true
		}
		pause(ctx, wait, told)
	}
	return false
}

// pause waits for a time, for the end, or for one of two things to happen.
func pause(ctx context.Context, wait time.Duration, either ...<-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var a, b <-chan struct{}
	if len(either) > 0 {
		a = either[0]
	}
	if len(either) > 1 {
		b = either[1]
	}
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-a:
	case <-b:
	}
}
