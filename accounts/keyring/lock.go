package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// step is how long a timer runs at most. A computer that sleeps stops timers
// but not the clock, which is looked at after each step and at each use.
const step = 30 * time.Second

// Unlock opens the own keys that a passphrase opens. Without a passphrase it
// comes from wherever it is kept, if anywhere. ErrSealed, with ErrPhrase
// inside, for one that opens none.
func (k *Keyring) Unlock(ctx context.Context, passphrase []byte) error {
	if passphrase == nil && k.o.Passphrase != nil {
		p, err := k.o.Passphrase(ctx)
		if err != nil {
			return fmt.Errorf("keyring: passphrase: %w", err)
		}
		passphrase = p
	}
	k.change.Lock()
	defer k.change.Unlock()
	k.mu.RLock()
	var closed []*ownKey
	for _, o := range k.own {
		if o.open == nil {
			closed = append(closed, o)
		}
	}
	k.mu.RUnlock()
	opened := map[*ownKey]*openpgp.Key{}
	for _, o := range closed { // slow, and nobody waits for mu meanwhile
		if key, err := o.stored.Unlock(passphrase); err == nil {
			opened[o] = key
		}
	}
	if len(closed) > 0 && len(opened) == 0 {
		return refused(openpgp.ErrPhrase)
	}
	k.mu.Lock()
	for o, key := range opened {
		o.open, o.phrase = key, append([]byte(nil), passphrase...)
	}
	k.opened()
	k.mu.Unlock()
	return k.wrapAgain()
}

// refused is an error about a locked key: ErrSealed with its cause.
func refused(cause error) error {
	return fmt.Errorf("keyring: %w", errors.Join(conversation.ErrSealed, cause))
}

// opened does what follows when keys were unlocked. The caller holds mu.
func (k *Keyring) opened() {
	k.openCache()
	k.extend()
}

// extend puts off the moment of locking. The caller holds mu.
func (k *Keyring) extend() {
	if k.o.LockAfter <= 0 || !k.anyPhrase() {
		return
	}
	k.until = k.o.Now().Round(0).Add(k.o.LockAfter)
	if k.stop == nil {
		k.arm()
	}
}

// anyPhrase tells whether a key is open that has a passphrase.
func (k *Keyring) anyPhrase() bool {
	for _, o := range k.own {
		if o.open != nil && o.stored.Locked() {
			return true
		}
	}
	return false
}

// arm starts the timer. The caller holds mu.
func (k *Keyring) arm() {
	left := k.until.Sub(k.o.Now().Round(0))
	k.stop = k.o.After(max(min(left, step), time.Millisecond), k.ring)
}

// ring is called by the timer.
func (k *Keyring) ring() {
	k.mu.Lock()
	k.stop = nil
	defer k.mu.Unlock()
	switch {
	case k.over():
		k.close()
	case !k.until.IsZero():
		k.arm()
	}
}

// over tells whether the time is up. The caller holds mu.
func (k *Keyring) over() bool {
	return !k.until.IsZero() && !k.o.Now().Round(0).Before(k.until)
}

// Touch tells that the user is there: the keys stay unlocked longer.
func (k *Keyring) Touch() {
	k.lapse()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.until.IsZero() {
		k.extend()
	}
}

// lapse locks the keys when their time is up, whether or not a timer ran.
func (k *Keyring) lapse() {
	k.mu.RLock()
	over := k.over()
	k.mu.RUnlock()
	if over {
		k.Close()
	}
}

// Close locks the own keys. Those without a passphrase stay usable.
func (k *Keyring) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.close()
}

// close forgets what was unlocked. Whoever is told of it is told later: he may
// be waiting for an answer from here. The caller holds mu.
func (k *Keyring) close() {
	if k.anyPhrase() {
		k.o.After(0, k.o.Locked)
	}
	for _, o := range k.own {
		if o.stored.Locked() {
			clear(o.phrase)
			o.open, o.phrase = nil, nil
		}
	}
	if k.stop != nil {
		k.stop()
	}
	k.stop, k.until, k.aead, k.older = nil, time.Time{}, nil, nil
	k.openCache() // a key without passphrase opens it at any time
}

// Lock tells how the own keys stand. They count as locked while none is open.
func (k *Keyring) Lock() conversation.LockState {
	k.lapse()
	k.mu.RLock()
	defer k.mu.RUnlock()
	l := conversation.LockState{Keys: len(k.own)}
	open := false
	for _, o := range k.own {
		l.Protected = l.Protected || o.stored.Locked()
		open = open || o.open != nil
	}
	l.Locked = len(k.own) > 0 && !open
	if !k.until.IsZero() {
		l.Left = k.until.Sub(k.o.Now().Round(0))
	}
	return l
}
