package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/gofrs/flock"
)

// lock waits until this process is the one to serve the account and gives the
// function that lets go. It gives nil when the context ended first. The lock
// goes with the process, whatever way it dies.
func (w *worker) lock(ctx context.Context) func() {
	for {
		unlock, ok := w.tryLock()
		if ok {
			return unlock
		}
		if w.status().Phase != conversation.PhaseElsewhere {
			w.set(func(s *conversation.Status) { s.Phase, s.Detail = conversation.PhaseElsewhere, "" })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lockPause):
		}
	}
}

// tryLock takes the account's lock file if no process holds it.
func (w *worker) tryLock() (func(), bool) {
	if w.o.LockDir == "" {
		return func() {}, true
	}
	// The name of an account may hold anything; its hash is a safe file name.
	sum := sha256.Sum256([]byte(w.id()))
	if err := os.MkdirAll(w.o.LockDir, 0o700); err != nil {
		w.o.Log.Error("lock folder", "err", err)
		return nil, false
	}
	path := filepath.Join(w.o.LockDir, "account-"+hex.EncodeToString(sum[:6])+".lock")
	l := flock.New(path, flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		w.o.Log.Error("lock file", "err", err)
	}
	if err != nil || !ok {
		return nil, false
	}
	return func() { _ = l.Unlock() }, true
}
