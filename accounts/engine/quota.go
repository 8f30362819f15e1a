package engine

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// quotaEvery is how often a server is asked how full the mailbox is.
const quotaEvery = time.Hour

// measurer is a transport whose server tells how full the mailbox is, in per
// cent (RFC 9208).
type measurer interface {
	Quota(ctx context.Context) (percent int, err error)
}

// measure asks how full the mailbox is. Nothing depends on the answer: a server
// that gives none costs a line in the log.
func (w *worker) measure(ctx context.Context) {
	m, ok := w.acc.Transport.(measurer)
	now := w.o.Now()
	if !ok || !w.measured.IsZero() && now.Sub(w.measured).Abs() < quotaEvery {
		return
	}
	w.measured = now
	percent, err := m.Quota(ctx)
	if err != nil {
		w.o.Log.Debug("no quota", "account", w.id(), "err", err)
		return
	}
	w.set(func(s *conversation.Status) { s.Quota = percent })
}
