package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// How long a worker waits. A refused login is not tried again by itself for a
// while, so that no server locks the account out.
const (
	firstPause   = 2 * time.Second
	longestPause = 5 * time.Minute
	refusedPause = 15 * time.Minute
	defaultPoll  = 3 * time.Minute
	lockPause    = 3 * time.Second
)

// wake is what a worker is asked for.
type wake int

const (
	wakeWork wake = iota // look for acts and mail to send
	wakeSync             // and fetch
)

// worker serves one account. Its loop is the only user of the transport but
// for Watch, which has a goroutine of its own.
type worker struct {
	o    *Options
	acc  Account
	asks chan wake
	done chan struct{}

	probed time.Time // when the server was asked what it can do; the engine's lock guards it

	mu     sync.Mutex
	st     conversation.Status
	cancel context.CancelFunc
	fails  int
	sums   Summary
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
	return &worker{o: o, acc: a, asks: make(chan wake, 8), done: make(chan struct{}), st: st}
}

func (w *worker) id() conversation.AccountID { return w.acc.Own.Account }

func (w *worker) started(cancel context.CancelFunc) {
	w.mu.Lock()
	w.cancel = cancel
	w.mu.Unlock()
}

// stop ends the loop and waits for it; a worker never started is only closed.
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

// ask leaves a wish; when many are waiting already, one more says nothing new.
func (w *worker) ask(k wake) {
	select {
	case w.asks <- k:
	default:
	}
}

func (w *worker) status() conversation.Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.st
}

// set changes the status and tells it.
func (w *worker) set(f func(*conversation.Status)) {
	w.mu.Lock()
	f(&w.st)
	w.st.TLS = w.acc.Transport.Security().TLS
	st := w.st
	w.mu.Unlock()
	w.o.Publish(conversation.Event{Accounts: []conversation.Status{st}})
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
	for ctx.Err() == nil {
		err := w.safely("pass", func() error { return w.pass(ctx) })
		if err == nil {
			err = w.safely("wait", func() error { return w.follow(ctx) })
		}
		if err != nil && ctx.Err() == nil {
			w.rest(ctx, err)
		}
	}
}

// follow waits for news and for work after a good pass. It returns nil when a
// new pass is due, and the error when the connection broke.
func (w *worker) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	news := make(chan struct{}, 1)
	broken := make(chan error, 1)
	go func() {
		broken <- w.safely("watch", func() error {
			return w.acc.Transport.Watch(ctx, func() {
				select {
				case news <- struct{}{}:
				default:
				}
			})
		})
	}()
	watching := true
	defer func() {
		cancel()
		if watching {
			<-broken
		}
	}()
	poll := time.NewTimer(w.acc.Poll)
	defer poll.Stop()
	for {
		due := w.untilDue(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-news:
			return nil
		case <-poll.C:
			return nil
		case err := <-broken:
			watching = false
			if err != nil {
				return err
			}
			broken = nil // the server offers no way to watch: the poll remains
		case k := <-w.asks:
			if k == wakeSync {
				return nil
			}
			if err := w.work(ctx); err != nil {
				return err
			}
		case <-due:
			if err := w.work(ctx); err != nil {
				return err
			}
		}
	}
}

// untilDue gives a channel that fires when the next outbox entry is due, nil
// when none waits.
func (w *worker) untilDue(ctx context.Context) <-chan time.Time {
	at, err := w.o.Store.NextDue(ctx, w.id())
	if err != nil || at.IsZero() {
		return nil
	}
	return time.After(max(at.Sub(w.o.Now()), 50*time.Millisecond))
}

// rest waits after an error: longer each time, never in step with others, and
// only until the user asks.
func (w *worker) rest(ctx context.Context, err error) {
	w.fails++
	pause := min(firstPause<<min(w.fails-1, 8), longestPause)
	phase := conversation.PhaseOffline
	if errors.Is(err, accounts.ErrAuth) {
		phase, pause = conversation.PhaseRefused, refusedPause
	}
	pause += time.Duration(rand.Int64N(int64(pause)/4 + 1))
	w.o.Log.Warn("account rests", "account", w.id(), "for", pause, "err", err)
	_ = w.acc.Transport.Close()
	w.set(func(s *conversation.Status) {
		s.Phase, s.Detail, s.Next = phase, err.Error(), w.o.Now().Add(pause)
		s.Err = err
		s.Done, s.Total = 0, 0
	})
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case k := <-w.asks:
			if k == wakeSync {
				return
			}
		}
	}
}
