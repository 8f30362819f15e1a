package engine

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// requirer is a transport that knows whether its server takes REQUIRETLS (RFC
// 8689), and can ask it at any time.
type requirer interface {
	RequireTLS() (able, known bool)
	Probe(ctx context.Context) error
}

// Bounds of asking a server what it can do.
const (
	probePatience = 30 * time.Second
	probeAgain    = time.Hour // after an attempt that failed
)

// RequireTLS tells whether an account's server takes REQUIRETLS (RFC 8689). It
// never waits: while nothing is known of the server the answer is no, and the
// server is asked in the background.
func (e *Engine) RequireTLS(id conversation.AccountID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	w := e.workers[id]
	if w == nil || w.acc.Paused {
		return false
	}
	r, ok := w.acc.Transport.(requirer)
	if !ok {
		return false
	}
	able, known := r.RequireTLS()
	if !known && e.ctx != nil && e.ctx.Err() == nil && e.o.Now().Sub(w.probed) > probeAgain {
		w.probed = e.o.Now()
		e.probe(w, r)
	}
	return able
}

// probe asks a server in the background. The caller holds the lock.
func (e *Engine) probe(w *worker, r requirer) {
	ctx, cancel := context.WithTimeout(e.ctx, probePatience)
	e.group.Go(func() {
		defer cancel()
		if err := w.safely("probe", func() error { return r.Probe(ctx) }); err != nil {
			e.o.Log.Debug("what the server offers is not known", "account", w.id(), "err", err)
			return
		}
		if able, _ := r.RequireTLS(); able {
			e.o.Publish(conversation.Event{All: true}) // predictions are better now
		}
	})
}
