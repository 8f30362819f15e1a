package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

const (
	defaultPoll = 3 * time.Minute
	lockPause   = 3 * time.Second
)

// worker serves one account. Three of its goroutines use the transport, so that
// what the user does never waits for a long pass: one fetches, one runs errands
// (the user's acts, the outbox, messages asked for whole), one watches.
type worker struct {
	o     *Options
	acc   Account
	rests *rests
	looks chan struct{} // a pass is wanted
	jobs  chan struct{} // there may be errands
	done  chan struct{}

	probed   time.Time // when the server was asked what it can do; the engine's lock guards it
	measured time.Time // when it was asked how full the mailbox is; the fetching alone uses it

	mu      sync.Mutex
	st      conversation.Status // but for troubles, which the rests know
	cancel  context.CancelFunc
	rewatch context.CancelFunc // ends the watching, which begins again
	sums    Summary
	wanted  []conversation.MessageID // to be fetched whole

	acts  acted
	waits waits
	taken map[conversation.EntryID]accounts.Receipt // sent, and that could not be noted yet; for errands alone
}

func newWorker(o *Options, a Account) *worker {
	if a.Poll <= 0 {
		a.Poll = defaultPoll
	}
	st := conversation.Status{Account: a.Own.Account, Protocol: a.Own.Protocol, Phase: conversation.PhaseOffline}
	if len(a.Own.Addresses) > 0 {
		st.Address = a.Own.Addresses[0]
	}
	if a.Paused {
		st.Phase = conversation.PhasePaused
	}
	free := make(chan struct{}, 1)
	free <- struct{}{}
	return &worker{
		acts: acted{leaving: free},
		o:    o, acc: a, st: st, rests: newRests(),
		taken: map[conversation.EntryID]accounts.Receipt{},
		looks: make(chan struct{}, 1), jobs: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

func (w *worker) id() conversation.AccountID { return w.acc.Own.Account }

func (w *worker) started(cancel context.CancelFunc) {
	w.mu.Lock()
	w.cancel = cancel
	w.mu.Unlock()
}

// stop ends the loops and waits for them; a worker never started is only closed.
func (w *worker) stop() {
	w.mu.Lock()
	cancel := w.cancel
	w.mu.Unlock()
	if cancel == nil {
		_ = w.acc.Transport.Close()
		return
	}
	cancel()
	<-w.done
}

// ask leaves a wish; one that waits already says as much.
func ask(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wake asks for everything now, as the user does.
func (w *worker) wake() {
	ask(w.looks)
	ask(w.jobs)
	w.rests.end(true)
}

// rouse asks for everything after the machine slept or moved to another
// network: what rested was resting because of something that is over, and the
// connection that listens may be dead without knowing it.
func (w *worker) rouse() {
	w.mu.Lock()
	again := w.rewatch
	w.mu.Unlock()
	ask(w.looks)
	ask(w.jobs)
	w.rests.end(false)
	if again != nil {
		again()
	}
}

func (w *worker) status() conversation.Status {
	w.mu.Lock()
	st := w.st
	w.mu.Unlock()
	return w.troubled(st)
}

// set changes the status and tells it.
func (w *worker) set(f func(*conversation.Status)) {
	w.mu.Lock()
	f(&w.st)
	w.st.TLS = w.acc.Transport.Security().TLS
	st := w.st
	w.mu.Unlock()
	w.o.Publish(conversation.Event{Accounts: []conversation.Status{w.troubled(st)}})
}

// troubled adds to a status what is wrong. Mail that cannot be sent is told
// also while other mail comes in.
func (w *worker) troubled(st conversation.Status) conversation.Status {
	fetch, act, send := w.rests.trouble()
	if fetch == nil {
		fetch = act
	}
	switch {
	case fetch == nil && send == nil:
		return st
	case fetch == nil:
		st.Err = send
	case send == nil || send.Error() == fetch.Error():
		st.Err = fetch
	default:
		st.Err = fmt.Errorf("%w; %w", fetch, send)
	}
	st.Detail = st.Err.Error()
	if errors.Is(st.Err, accounts.ErrAuth) {
		st.Phase = conversation.PhaseRefused
	}
	return st
}

// run serves the account until the context ends.
func (w *worker) run(ctx context.Context) {
	defer func() { _ = w.acc.Transport.Close() }()
	if w.acc.Paused {
		<-ctx.Done()
		return
	}
	unlock := w.lock(ctx)
	if unlock == nil {
		return
	}
	defer unlock()
	var all sync.WaitGroup
	all.Go(func() { w.fetchOn(ctx) })
	all.Go(func() { w.runErrands(ctx) })
	all.Go(func() { w.watchOn(ctx) })
	all.Wait()
}

// fetchOn runs passes: at once, when there are news, when it is time to look.
func (w *worker) fetchOn(ctx context.Context) {
	for w.rests.await(ctx, toFetch) {
		select {
		case <-w.looks: // this pass is the one that was asked for
		default:
		}
		ask(w.jobs)
		err := w.safely("pass", func() error { return w.pass(ctx) })
		if ctx.Err() != nil {
			err = context.Canceled
		}
		w.left(toFetch, err)
		if err == nil {
			ask(w.jobs)
			w.measure(ctx)
			pause(ctx, w.acc.Poll, w.looks)
		}
	}
}

// watchOn listens for news from the start. A connection that breaks brings a
// pass, which tells whether the server is away.
func (w *worker) watchOn(ctx context.Context) {
	for first := true; w.rests.await(ctx, toWatch); first = false {
		if !first {
			ask(w.looks) // for what came while nobody listened
		}
		mine, again := context.WithCancel(ctx)
		w.mu.Lock()
		w.rewatch = again
		w.mu.Unlock()
		err := w.safely("watch", func() error {
			return w.acc.Transport.Watch(mine, func() {
				w.rests.proved(toWatch)
				ask(w.looks)
			})
		})
		cut := mine.Err() != nil
		again()
		switch {
		case cut:
			err = context.Canceled
		case err == nil: // the server offers no way to watch: the poll remains
			w.rests.leave(toWatch, nil)
			return
		}
		w.left(toWatch, err)
		if ctx.Err() == nil {
			ask(w.looks)
		}
	}
}

// left notes how some work ended, and tells it.
func (w *worker) left(k work, err error) {
	before := w.status()
	rest := w.rests.leave(k, err)
	if rest > 0 {
		w.o.Log.Warn("account rests", "account", w.id(), "work", int(k), "for", rest, "err", err)
	}
	if after := w.status(); k != toFetch && (before.Err == nil) == (after.Err == nil) && before.Phase == after.Phase {
		return
	}
	w.set(func(s *conversation.Status) {
		if k == toFetch && rest > 0 {
			s.Phase, s.Next = conversation.PhaseOffline, w.o.Now().Add(rest)
			s.Done, s.Total, s.Left, s.Detail = 0, 0, 0, ""
		}
	})
}
