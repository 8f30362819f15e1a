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

// pass fetches what is new and tidies up.
func (w *worker) pass(ctx context.Context) error {
	w.acts.begin()
	defer w.acts.over()
	w.set(func(s *conversation.Status) {
		s.Phase, s.Detail, s.Done, s.Total, s.Left = conversation.PhaseSync, "", 0, 0, 0
	})
	if err := w.fetch(ctx); err != nil {
		return err
	}
	w.acts.ended()
	w.set(func(s *conversation.Status) {
		s.Phase, s.Detail, s.Last, s.Next = conversation.PhaseIdle, "", w.o.Now(), time.Time{}
		s.Done, s.Total, s.Left = 0, 0, 0
	})
	return nil
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
		err := w.everything(ctx)
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

// everything runs the errands and fetches, for those who run no loop. Mail that could
// not be sent keeps none from being fetched.
func (w *worker) everything(ctx context.Context) error {
	w.rests.end(true)
	_, err := w.errands(ctx)
	if fetch, act, _ := w.rests.trouble(); fetch == nil && (errors.Is(act, accounts.ErrAuth) || errors.Is(act, accounts.ErrOffline)) {
		return err // the same server
	}
	perr := w.safely("pass", func() error { return w.pass(ctx) })
	w.left(toFetch, perr)
	if perr == nil && (w.o.Arrived != nil || w.acts.waiting()) { // some mails are answered and put away at once
		_, perr = w.errands(ctx)
	}
	return errors.Join(err, perr)
}
