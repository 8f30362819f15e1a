package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// trials remembers which sealed messages were tried with the present keys.
// Those that no key opens wait for ever, and are not to be tried again each time
// another process wrote something.
type trials struct {
	mu    sync.Mutex
	keys  string // the own keys they were tried with
	tried map[int64]struct{}

	running, again bool
}

// note remembers messages that were tried.
func (t *trials) note(keys string, rows ...int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys != keys || t.tried == nil {
		t.keys, t.tried = keys, map[int64]struct{}{}
	}
	for _, row := range rows {
		t.tried[row] = struct{}{}
	}
}

// fresh gives those that were not tried yet, in their order.
func (t *trials) fresh(keys string, rows []int64) []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys != keys {
		return rows
	}
	return slices.DeleteFunc(rows, func(row int64) bool { _, tried := t.tried[row]; return tried })
}

// single runs a function, and once more at its end when it was wanted
// meanwhile, but never twice at a time.
func (t *trials) single(f func()) {
	if !t.begin() {
		return
	}
	for again := true; again; again = t.end() {
		f()
	}
}

func (t *trials) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.again = t.running
	t.running = true
	return !t.again
}

func (t *trials) end() (again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running, t.again = t.again, false
	return t.running
}

// ownKeys names the own keys that messages can be opened with now.
func (a *app) ownKeys() string {
	var own []string
	for _, k := range a.ring.Secrets() {
		own = append(own, k.Fingerprint())
	}
	slices.Sort(own)
	return strings.Join(own, " ")
}

// openedAtStart does what opened does, after the first frame: opening and
// indexing want the processors for themselves.
func (a *app) openedAtStart(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(frameFirst):
		a.trials.single(func() { a.opened(ctx) })
	}
}

// openedElsewhere does what opened does after another process wrote, without
// trying again what was tried before.
func (a *app) openedElsewhere(ctx context.Context) {
	rows, err := a.db.WaitingRows(ctx)
	for _, row := range a.trials.fresh(a.ownKeys(), rows) {
		if err == nil && a.ring.Unlocked() {
			err = a.openBelow(ctx, row+1, 1)
		}
	}
	if err != nil {
		a.log.Error("open sealed messages", "err", err)
	}
	a.resume(ctx)
	if err := a.db.BuildPrivateIndex(ctx); err != nil && !errors.Is(err, conversation.ErrSealed) {
		a.log.Error("index sealed messages", "err", err)
	}
}
