package engine

import (
	"context"
	"crypto/sha256"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Bounds of what a pass holds in memory between the network and the disk, in
// bytes of raw mail, and of one transaction: in messages, and in the time for
// which it keeps the user's own acts waiting.
const (
	maxPending = 16 << 20
	minBatch   = 250
	maxBatch   = 2000
	turn       = 300 * time.Millisecond
)

// mirror implements accounts.Mirror for one pass. Copies go through parsers
// (one a processor) to a single writer, which stores whatever is ready in one
// transaction: small ones when little comes, large ones in bulk.
type mirror struct {
	w      *worker
	ctx    context.Context
	format conversation.Format
	judge  *judge
	jobs   chan accounts.Copy
	room   *semaphore.Weighted
	group  sync.WaitGroup

	mu      sync.Mutex
	moved   *sync.Cond
	ready   []observed
	pending int   // copies taken and not yet stored
	weight  int64 // of what is ready
	portion int   // how many are stored in one transaction
	hurry   int   // callers that wait for something to be stored
	closed  bool
	err     error // the first one; nothing is stored after it
	total   Summary
	checks  checker
	news    time.Time // what is received from then on is news
	pace    pace
	held    map[string]bool   // folders of which flags were left for the next pass
	before  map[string]uint64 // how far the changes of each folder were known before this pass
	imports map[string]bool   // folders saved in the course of an import; nil for a pass over a server
}

// observed is an arrival with what the learner wants to know of it.
type observed struct {
	arrival Arrival
	seen    observation
	trust   *trace.Trust // that it was scored with
}

func newMirror(ctx context.Context, w *worker) (*mirror, error) {
	j, err := newJudge(ctx, w)
	if err != nil {
		return nil, err
	}
	m := assemble(ctx, w, j)
	m.news = w.freshFrom(j.empty)
	m.start()
	return m, nil
}

func assemble(ctx context.Context, w *worker, j *judge) *mirror {
	m := &mirror{
		w: w, ctx: ctx, judge: j, format: w.o.Formats[w.acc.Own.Protocol],
		jobs: make(chan accounts.Copy), room: semaphore.NewWeighted(maxPending), portion: minBatch,
		checks: newChecker(), held: map[string]bool{}, before: map[string]uint64{},
	}
	m.moved = sync.NewCond(&m.mu)
	return m
}

func (m *mirror) start() {
	for range runtime.GOMAXPROCS(0) {
		m.group.Go(m.parse)
	}
	m.group.Go(m.write)
}

// weight is what a copy counts for in the memory bound; one larger than the
// whole bound must still pass.
func weight(c accounts.Copy) int64 { return min(int64(len(c.Raw))+4096, maxPending) }

// Add hands copies to the parsers. It waits when too much is on its way.
func (m *mirror) Add(ctx context.Context, copies []accounts.Copy) error {
	m.w.rests.proved(toFetch)
	for _, c := range copies {
		c, err := m.settled(ctx, c)
		if err != nil {
			return err
		}
		if err := m.enter(ctx, weight(c)); err != nil {
			return err
		}
		if err := m.count(); err != nil {
			m.room.Release(weight(c))
			return err
		}
		m.jobs <- c
	}
	return nil
}

// enter waits for room. Whatever is held back is stored then.
func (m *mirror) enter(ctx context.Context, n int64) error {
	if m.room.TryAcquire(n) {
		return nil
	}
	m.hasten(1)
	defer m.hasten(-1)
	return m.room.Acquire(ctx, n)
}

func (m *mirror) hasten(n int) {
	m.mu.Lock()
	m.hurry += n
	m.mu.Unlock()
	m.moved.Broadcast()
}

// count takes note of one more copy, unless the pass has failed already.
func (m *mirror) count() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.pending++
	}
	return m.err
}

// parse reads copies until the pass is over.
func (m *mirror) parse() {
	for c := range m.jobs {
		a := m.read(c)
		m.mu.Lock()
		m.ready = append(m.ready, a)
		m.weight += weight(c)
		m.mu.Unlock()
		m.moved.Broadcast()
	}
}

// read turns a copy into an arrival with its index.
func (m *mirror) read(c accounts.Copy) observed {
	own := m.w.acc.Own
	p := m.w.parseSafely(m.format, c)
	if c.Partial {
		headerOnly(&p, c)
	}
	p.Message.Account, p.Message.Received = own.Account, c.Received
	o := see(p.Origin)
	if m.imports != nil {
		p.Origin = nil // it is not to be judged again with what the account's provider is believed
	}
	trust := m.judge.score(&p.Message, o)
	return observed{
		arrival: Arrival{Copy: c, Packed: m.w.o.Store.Pack(c.Raw), SHA256: sha256.Sum256(c.Raw), Parsed: p},
		seen:    o,
		trust:   trust,
	}
}

// write stores what is ready until the pass is over.
func (m *mirror) write() {
	for {
		batch := m.take()
		if batch == nil {
			return
		}
		err := m.failed()
		if err == nil && m.imports == nil {
			err = m.judge.settleBatch(m.ctx, batch)
			m.verify(batch)
		}
		arrivals := make([]Arrival, len(batch))
		var bytes, freed int64
		for i, b := range batch {
			arrivals[i] = b.arrival
			bytes += int64(len(b.arrival.Copy.Raw))
			freed += weight(b.arrival.Copy)
		}
		began := time.Now()
		if err == nil {
			err = m.w.safely("store", func() error { return m.store(arrivals, bytes) })
		}
		if err == nil {
			err = m.judge.rejudge(m.ctx)
		}
		if err == nil && m.imports == nil {
			m.tell(arrivals)
		}
		m.stored(len(batch), freed, time.Since(began), err)
	}
}

// take waits for arrivals and gives up to a batch of them, nil at the end.
func (m *mirror) take() []observed {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.due() {
		if m.closed {
			return nil
		}
		m.moved.Wait()
	}
	n := min(len(m.ready), m.portion)
	batch := m.ready[:n:n]
	m.ready = m.ready[n:]
	for _, b := range batch {
		m.weight -= weight(b.arrival.Copy)
	}
	return batch
}

// due tells whether something should be stored now. As long as nothing is
// known of the provider, a few mails are waited for that tell about it, unless
// there are no more, or no room for more: what is judged without knowing it
// has to be judged again.
func (m *mirror) due() bool {
	if len(m.ready) == 0 {
		return false
	}
	waited := m.hurry > 0 && len(m.ready) == m.pending // the parsers have nothing left
	return !m.judge.curious() || len(m.ready) >= refreshEvery || m.weight >= maxPending/4 || waited || m.err != nil
}

// store writes one batch and tells what it touched.
func (m *mirror) store(batch []Arrival, bytes int64) error {
	ch, err := m.w.o.Store.Add(m.ctx, m.w.id(), batch)
	if err != nil {
		return err
	}
	if ch.Fresh = m.fresh(batch, ch.Fresh); m.imports != nil {
		ch.Unread, ch.Fresh = 0, nil // what is imported is nothing new
	}
	m.touched(ch, func(s *Summary) { s.New += ch.New; s.Bytes += bytes })
	return nil
}

// stored notes that n copies are done with, well or not.
func (m *mirror) stored(n int, freed int64, took time.Duration, err error) {
	m.mu.Lock()
	m.pending -= n
	// The next one may grow, but never by more than what one has shown.
	fits := int(turn * time.Duration(n) / max(took, time.Millisecond))
	m.portion = min(max(min(fits, 2*m.portion), minBatch), maxBatch)
	if m.err == nil {
		m.err = err
	}
	m.mu.Unlock()
	m.room.Release(freed)
	m.moved.Broadcast()
}

func (m *mirror) failed() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// touched sums up and tells the interface.
func (m *mirror) touched(ch Change, count func(*Summary)) {
	m.mu.Lock()
	count(&m.total)
	m.mu.Unlock()
	m.w.changed(ch)
}

// Flush waits until everything added is stored and gives the first error.
func (m *mirror) Flush(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hurry++
	m.moved.Broadcast()
	for m.pending > 0 {
		m.moved.Wait()
	}
	m.hurry--
	return m.err
}

// close ends the parsers and the writer. Nothing may be added afterwards.
func (m *mirror) close() {
	close(m.jobs)
	_ = m.Flush(m.ctx)
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.moved.Broadcast()
	m.group.Wait()
}

func (m *mirror) sum() Summary {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total
}

// settle tidies up after a pass in which everything was fetched: messages gone
// from every server go, and what was learned of the provider is used.
func (m *mirror) settle(ctx context.Context) error {
	select {
	case <-m.w.acts.leaving: // what an act moves right now is in no folder that was looked at
	case <-ctx.Done():
		return ctx.Err()
	}
	ch, err := m.w.o.Store.Sweep(ctx, m.w.id())
	m.w.acts.leaving <- struct{}{}
	if err != nil {
		return err
	}
	m.w.changed(ch)
	return m.judge.settle(ctx)
}
