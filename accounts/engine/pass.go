package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Summary is what one pass over an account did.
type Summary struct {
	Account conversation.AccountID
	New     int
	Changed int
	Removed int
	Sent    int
	Failed  int
	Bytes   int64
	Elapsed time.Duration
	Err     error
}

// pass replays acts, sends what waits, fetches what is new and tidies up.
func (w *worker) pass(ctx context.Context) error {
	w.set(func(s *conversation.Status) { s.Phase, s.Detail, s.Done, s.Total = conversation.PhaseSync, "", 0, 0 })
	if err := w.work(ctx); err != nil {
		return err
	}
	if err := w.fetch(ctx); err != nil {
		return err
	}
	if w.o.Arrived != nil { // some mails are answered and put away at once
		if err := w.work(ctx); err != nil {
			return err
		}
	}
	w.fails = 0
	w.set(func(s *conversation.Status) {
		s.Phase, s.Detail, s.Err, s.Last, s.Next = conversation.PhaseIdle, "", nil, w.o.Now(), time.Time{}
		s.Done, s.Total = 0, 0
	})
	return nil
}

// work does what needs no fetching: acts first, so that a message answered and
// archived is archived, then the outbox.
func (w *worker) work(ctx context.Context) error {
	if err := w.replay(ctx); err != nil {
		return err
	}
	return w.deliver(ctx)
}

// replay brings the user's acts to the server.
func (w *worker) replay(ctx context.Context) error {
	tasks, err := w.o.Store.Tasks(ctx, w.id())
	if err != nil || len(tasks) == 0 {
		return err
	}
	done, err := w.acc.Transport.Apply(ctx, tasks)
	if serr := w.o.Store.DoneTasks(ctx, done); serr != nil {
		return fmt.Errorf("engine: note acts done: %w", serr)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, accounts.ErrRefused), errors.Is(err, accounts.ErrFolder), errors.Is(err, accounts.ErrUnsupported):
		// The server will never do it: give up on this one act, go on with the rest.
		if t, ok := firstLeft(tasks, done); ok {
			w.o.Log.Warn("act refused", "account", w.id(), "kind", t.Kind, "err", err)
			if ferr := w.o.Store.FailTask(ctx, t.ID, err.Error()); ferr != nil {
				return ferr
			}
			return w.replay(ctx)
		}
	}
	return fmt.Errorf("engine: replay acts: %w", err)
}

// firstLeft gives the first task that is not among those done.
func firstLeft(tasks []accounts.Task, done []int64) (accounts.Task, bool) {
	ok := make(map[int64]bool, len(done))
	for _, id := range done {
		ok[id] = true
	}
	for _, t := range tasks {
		if !ok[t.ID] {
			return t, true
		}
	}
	return accounts.Task{}, false
}

// fetch runs the transport's sync into the mirror.
func (w *worker) fetch(ctx context.Context) error {
	m, err := newMirror(ctx, w)
	if err != nil {
		return err
	}
	serr := w.safely("sync", func() error { return w.acc.Transport.Sync(ctx, m) })
	m.close()
	if ferr := m.failed(); serr == nil {
		serr = ferr
	}
	w.add(m.sum())
	if serr != nil {
		return serr
	}
	return m.settle(ctx)
}

// add sums up for the command line.
func (w *worker) add(s Summary) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sums.New += s.New
	w.sums.Changed += s.Changed
	w.sums.Removed += s.Removed
	w.sums.Sent += s.Sent
	w.sums.Failed += s.Failed
	w.sums.Bytes += s.Bytes
}

// SyncOnce runs one pass over the named accounts, or all when names is empty,
// one after another, and tells what each did. It does not return early: one
// account that fails does not keep the next one waiting. ErrElsewhere stands
// in the summary of an account that another process serves.
func (e *Engine) SyncOnce(ctx context.Context, names []conversation.AccountID) []Summary {
	var out []Summary
	if len(names) == 0 {
		for _, s := range e.Statuses() {
			names = append(names, s.Account)
		}
	}
	for _, n := range names {
		ws := e.pick(n)
		if len(ws) == 0 || n == "" {
			out = append(out, Summary{Account: n, Err: fmt.Errorf("account %q: %w", n, conversation.ErrNotFound)})
			continue
		}
		out = append(out, ws[0].once(ctx))
	}
	return out
}

// ErrElsewhere says that another process of this program serves the account.
var ErrElsewhere = conversation.ErrElsewhere

// once runs a single pass of a worker that no loop runs.
func (w *worker) once(ctx context.Context) Summary {
	began := time.Now()
	sum := Summary{Account: w.id(), Err: ErrElsewhere}
	if unlock, ok := w.tryLock(); ok {
		w.mu.Lock()
		w.sums = Summary{}
		w.mu.Unlock()
		err := w.pass(ctx)
		_ = w.acc.Transport.Close()
		unlock()
		w.mu.Lock()
		sum = w.sums
		w.mu.Unlock()
		sum.Account, sum.Err = w.id(), err
	}
	sum.Elapsed = time.Since(began)
	return sum
}
