package keyring

import (
	"context"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

// Verify notes that the user compared a key with its holder.
func (k *Keyring) Verify(ctx context.Context, a conversation.Address, fingerprint, how string) error {
	return k.decide(ctx, a, fingerprint, func(s tofu.Set, f string) tofu.Set {
		return s.Verify(f, how, moment(k.o.Now()))
	})
}

// Decide notes what the user says about a key.
func (k *Keyring) Decide(ctx context.Context, a conversation.Address, fingerprint string, c conversation.KeyChoice) error {
	return k.decide(ctx, a, fingerprint, func(s tofu.Set, f string) tofu.Set {
		switch c {
		case conversation.KeyAccept:
			return s.Accept(f, moment(k.o.Now()))
		case conversation.KeyKeep:
			return s.Keep()
		case conversation.KeyRefuse:
			return s.Refuse(f)
		case conversation.KeyAuto:
			return s.Forget(f)
		}
		return s
	})
}

// decide changes the bindings of an address by the user's word. A key that was
// not seen for it becomes bound by that.
func (k *Keyring) decide(ctx context.Context, a conversation.Address, fingerprint string, f func(tofu.Set, string) tofu.Set) error {
	k.mu.RLock()
	full, err := k.complete(clean(fingerprint))
	k.mu.RUnlock()
	if err != nil {
		return err
	}
	if k.isOwn(a) {
		return fmt.Errorf("keyring: %s is an own address: %w", a.ID, conversation.ErrUsage)
	}
	k.change.Lock()
	defer k.change.Unlock()
	_, err = k.apply(ctx, func(_ context.Context, l *lesson) error {
		set := l.now.sets[a]
		if _, known := set.Find(full); !known {
			set = append(set[:len(set):len(set)], tofu.Binding{
				Fingerprint: full, Source: tofu.Import, FirstSeen: moment(k.o.Now()), LastSeen: moment(k.o.Now()), Policy: tofu.Waiting,
			})
		}
		l.now.sets[a] = f(set, full)
		return nil
	})
	return err
}
