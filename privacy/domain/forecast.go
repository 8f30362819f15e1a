package domain

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// Memory keeps what was found out from one run of the program to the next.
type Memory interface {
	// Policy gives what was kept of a domain, nil for nothing.
	Policy(ctx context.Context, domain string) ([]byte, error)
	// SavePolicy keeps data of a domain, which means nothing after until.
	SavePolicy(ctx context.Context, domain string, data []byte, until time.Time) error
}

// Bounds of a Forecaster.
const (
	maxKnown  = 2000             // domains held in memory
	maxAsking = 4                // domains asked at once
	retry     = 15 * time.Minute // until a domain that could not be asked is tried again
	whole     = time.Minute      // for all lookups about one domain
)

// ForecastOptions is what a Forecaster is made of; only Look and Now are needed.
type ForecastOptions struct {
	Look    func(ctx context.Context, domain string, before Facts) (Facts, error)
	Now     func() time.Time
	Memory  Memory
	Changed func(domain string) // told, from another goroutine, when facts came that differ
}

// Forecaster knows what domains demand of mail to them, as far as it was found
// out. It answers at once from memory. Only domains that it is told to ask are
// looked up, in the background: each question tells a domain that somebody is
// about to write to it, and many at once would give the address book away.
type Forecaster struct {
	o      ForecastOptions
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}
	group  sync.WaitGroup

	mu     sync.Mutex
	known  map[string]entry
	asking map[string]bool
	loaded map[string]bool // what was kept of them was read, or is being read
	closed bool
}

// entry is what is known of a domain, and when to ask again.
type entry struct {
	facts Facts
	again time.Time
}

// NewForecaster gives a Forecaster that knows nothing yet. It looks things up
// until the context ends or Close is called.
func NewForecaster(ctx context.Context, o ForecastOptions) *Forecaster {
	ctx, cancel := context.WithCancel(ctx)
	return &Forecaster{
		o: o, ctx: ctx, cancel: cancel, slots: make(chan struct{}, maxAsking),
		known: map[string]entry{}, asking: map[string]bool{}, loaded: map[string]bool{},
	}
}

// Close ends the lookups and waits for them.
func (f *Forecaster) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	f.group.Wait()
}

// Facts gives what is known of a domain, the zero value for nothing. It never
// waits and asks nobody: what an earlier run found out is read in the
// background.
func (f *Forecaster) Facts(domain string) Facts {
	domain, ok := canonical(domain)
	if !ok {
		return Facts{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e, known := f.known[domain]
	if !known && f.o.Memory != nil && !f.loaded[domain] && f.open() {
		f.loaded[domain] = true
		f.group.Go(func() { f.load(domain) })
	}
	if !f.o.Now().Before(e.facts.Until) {
		return Facts{}
	}
	return e.facts
}

// Ask has a domain looked up in the background, unless it is known. It is for
// domains that the user begins to write to.
func (f *Forecaster) Ask(domain string) {
	domain, ok := canonical(domain)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e, known := f.known[domain]
	if known && f.o.Now().Before(e.again) || f.asking[domain] || !f.open() {
		return
	}
	f.asking[domain] = true
	f.group.Go(func() { f.ask(domain, e.facts) })
}

// open tells whether lookups may still begin. The caller holds the lock.
func (f *Forecaster) open() bool { return !f.closed && f.ctx.Err() == nil }

// load takes what an earlier run found out, unless something is known by now.
func (f *Forecaster) load(domain string) {
	facts := f.kept(f.ctx, domain)
	f.mu.Lock()
	_, known := f.known[domain]
	f.mu.Unlock()
	if facts.Domain != "" && !known {
		f.learn(domain, entry{facts, facts.Until})
	}
}

// ask finds out about a domain: from what was kept, else from the network.
func (f *Forecaster) ask(domain string, before Facts) {
	defer f.asked(domain)
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-f.ctx.Done():
		return
	}
	ctx, cancel := context.WithTimeout(f.ctx, whole)
	defer cancel()
	if before.Domain == "" {
		before = f.kept(ctx, domain)
	}
	if f.o.Now().Before(before.Until) {
		f.learn(domain, entry{before, before.Until})
		return
	}
	facts, err := f.o.Look(ctx, domain, before)
	if err != nil {
		// What was known is not known any more, but its policy still counts
		// when the next attempt succeeds.
		f.learn(domain, entry{before, f.o.Now().Add(retry)})
		return
	}
	facts.Domain = domain
	f.learn(domain, entry{facts, facts.Until})
	f.keep(ctx, facts)
}

func (f *Forecaster) asked(domain string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.asking, domain)
}

// learn notes what was found, and tells when it is news.
func (f *Forecaster) learn(domain string, e entry) {
	f.mu.Lock()
	old := f.known[domain].facts
	if len(f.known) >= maxKnown {
		for some := range f.known { // any will do: it is found again when it is needed
			delete(f.known, some)
			delete(f.loaded, some)
			break
		}
	}
	f.known[domain] = e
	f.mu.Unlock()
	if f.o.Changed != nil && (old.Enforced != e.facts.Enforced || old.How != e.facts.How || old.Mail != e.facts.Mail) {
		f.o.Changed(domain)
	}
}

// kept gives what an earlier run found out. What cannot be read is found anew.
func (f *Forecaster) kept(ctx context.Context, domain string) Facts {
	var facts Facts
	if f.o.Memory == nil {
		return facts
	}
	data, err := f.o.Memory.Policy(ctx, domain)
	if err != nil || json.Unmarshal(data, &facts) != nil || facts.Domain != domain {
		return Facts{}
	}
	return facts
}

// keep writes facts down for as long as any of them is of use.
func (f *Forecaster) keep(ctx context.Context, facts Facts) {
	if f.o.Memory == nil {
		return
	}
	until := facts.Until
	if facts.Policy != nil && facts.Policy.Until.After(until) {
		until = facts.Policy.Until
	}
	if data, err := json.Marshal(facts); err == nil {
		_ = f.o.Memory.SavePolicy(ctx, facts.Domain, data, until) // lost, it is found again
	}
}
