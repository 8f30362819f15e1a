package engine

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Account is one account to serve.
type Account struct {
	Own       Own
	Transport accounts.Transport
	Trust     trace.Trust // configured by the user; the zero value means "learn"
	Poll      time.Duration
	Paused    bool
}

// Options is what an Engine is made of.
type Options struct {
	Store   Store
	Formats map[conversation.Protocol]conversation.Format
	Keys    Keys   // the user's keyring, nil for none
	LockDir string // where the lock files lie; "" for no locking (tests)
	Publish func(conversation.Event)
	Now     conversation.Clock
	Log     *slog.Logger
	// Check looks at the signatures of fresh mails of which the provider says
	// nothing that is believed; nil where nobody elsewhere may be asked.
	Check Check
	// Arrived is told of received mails once they are stored, but for those
	// that lie among the junk or in the trash; nil for nobody. It may be told
	// of a mail twice.
	Arrived func(ctx context.Context, own Own, mails []Arrival)
	// Leaving is asked right before a message leaves that has waited for a
	// while; nil for nobody. ErrGuard stops it for the user to decide, ErrSealed
	// keeps it until the keys are open.
	Leaving func(ctx context.Context, e conversation.Entry) error
	// Network describes the networks that the machine is in; nil looks at its
	// addresses. When it changes, everything that rests is tried at once.
	Network func() string
}

// Engine serves accounts. Its methods may be called from any goroutine.
type Engine struct {
	o       Options
	mu      sync.Mutex
	workers map[conversation.AccountID]*worker
	ctx     context.Context // of Run; nil before
	group   sync.WaitGroup
}

// New gives an engine without accounts.
func New(o Options) *Engine {
	if o.Publish == nil {
		o.Publish = func(conversation.Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Network == nil {
		o.Network = addresses
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{o: o, workers: map[conversation.AccountID]*worker{}}
}

// Add makes accounts known to the store and serves them, at once when the
// engine runs already.
func (e *Engine) Add(ctx context.Context, list ...Account) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range list {
		if _, dup := e.workers[a.Own.Account]; dup {
			return fmt.Errorf("engine: account %q is there already", a.Own.Account)
		}
	}
	for _, a := range list {
		e.workers[a.Own.Account] = newWorker(&e.o, a)
	}
	if err := e.o.Store.SetOwn(ctx, e.own()); err != nil {
		for _, a := range list {
			delete(e.workers, a.Own.Account)
		}
		return fmt.Errorf("engine: declare own addresses: %w", err)
	}
	if e.ctx != nil {
		for _, a := range list {
			e.start(e.workers[a.Own.Account])
		}
	}
	return nil
}

// Remove stops serving an account and waits until its connections are closed.
func (e *Engine) Remove(ctx context.Context, id conversation.AccountID) error {
	e.mu.Lock()
	w := e.workers[id]
	delete(e.workers, id)
	own := e.own()
	e.mu.Unlock()
	if w == nil {
		return fmt.Errorf("engine: account %q: %w", id, conversation.ErrNotFound)
	}
	w.stop()
	return e.o.Store.SetOwn(ctx, own)
}

// own lists the own accounts in a steady order. The caller holds the lock.
func (e *Engine) own() []Own {
	var own []Own
	for _, id := range slices.Sorted(maps.Keys(e.workers)) {
		own = append(own, e.workers[id].acc.Own)
	}
	return own
}

// start runs a worker. The caller holds the lock.
func (e *Engine) start(w *worker) {
	ctx, cancel := context.WithCancel(e.ctx)
	w.started(cancel)
	e.group.Add(1)
	go func() {
		defer e.group.Done()
		defer close(w.done)
		w.run(ctx)
	}()
}

// Run serves all accounts until the context ends, and returns when every
// connection is closed.
func (e *Engine) Run(ctx context.Context) {
	e.mu.Lock()
	e.ctx = ctx
	for _, w := range e.workers {
		e.start(w)
	}
	e.mu.Unlock()
	e.group.Go(func() { e.feel(ctx) })
	<-ctx.Done()
	e.group.Wait()
}

// Wake asks one account, or all when id is empty, for a pass now: to send, to
// replay acts, to fetch.
func (e *Engine) Wake(id conversation.AccountID) {
	for _, w := range e.pick(id) {
		w.waits.eager.Store(true)
		w.wake()
	}
}

// Poke tells that something may wait in the store: acts to replay, mail to
// send. It costs a look into the store and touches the network only when there
// is something.
func (e *Engine) Poke() {
	for _, w := range e.pick("") {
		ask(w.jobs)
	}
}

// pick gives the worker of an account, or all of them for "".
func (e *Engine) pick(id conversation.AccountID) []*worker {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id != "" {
		if w := e.workers[id]; w != nil {
			return []*worker{w}
		}
		return nil
	}
	return slices.Collect(maps.Values(e.workers))
}

// Statuses gives the state of each account, sorted by name.
func (e *Engine) Statuses() []conversation.Status {
	var out []conversation.Status
	for _, w := range e.pick("") {
		out = append(out, w.status())
	}
	slices.SortFunc(out, func(a, b conversation.Status) int {
		return compare(string(a.Account), string(b.Account))
	})
	return out
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Limits gives what an account's server said of its limits: the longest text
// in characters, the largest message in bytes (0 for unknown), and how many
// attachments it takes (-1 for any number).
func (e *Engine) Limits(id conversation.AccountID) (maxText int, maxSize int64, files int) {
	for _, w := range e.pick(id) {
		if w.acc.Own.Account == id {
			l := w.acc.Transport.Limits()
			return l.MaxText, l.MaxSize, l.Files
		}
	}
	return 0, 0, -1
}

// fetcher is a transport whose server keeps attachments apart from messages.
type fetcher interface {
	Fetch(ctx context.Context, url string) (data []byte, kind string, err error)
}

// Fetch gets an attachment from an account's own server. ErrUnsupported comes
// from an account that keeps everything in its messages.
func (e *Engine) Fetch(ctx context.Context, id conversation.AccountID, url string) ([]byte, error) {
	for _, w := range e.pick(id) {
		if f, ok := w.acc.Transport.(fetcher); ok && id != "" {
			data, _, err := f.Fetch(ctx, url)
			return data, err
		}
	}
	return nil, fmt.Errorf("engine: fetch for %q: %w", id, accounts.ErrUnsupported)
}

// Security gives the security of an account's last connection.
func (e *Engine) Security(id conversation.AccountID) accounts.Security {
	for _, w := range e.pick(id) {
		if w.acc.Own.Account == id {
			return w.acc.Transport.Security()
		}
	}
	return accounts.Security{}
}
