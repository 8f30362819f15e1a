package uitest

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// LockState is part of the backend.
func (f *Fake) LockState() conversation.LockState { return conversation.LockState{} }

// Unlock is part of the backend.
func (f *Fake) Unlock(context.Context, []byte) error { return nil }

// Lock is part of the backend.
func (f *Fake) Lock() {}

// Keys is part of the backend.
func (f *Fake) Keys(context.Context) ([]conversation.Key, error) { return nil, nil }

// KeysOf is part of the backend.
func (f *Fake) KeysOf(context.Context, conversation.ContactID) ([]conversation.Key, error) {
	return nil, nil
}

// MakeKey is part of the backend.
func (f *Fake) MakeKey(context.Context, conversation.AccountID, []byte) (conversation.Key, error) {
	return conversation.Key{}, nil
}

// PeerKey is part of the backend.
func (f *Fake) PeerKey(_ context.Context, a conversation.Address) (conversation.PeerKey, error) {
	return conversation.PeerKey{Address: a}, nil
}

// CompareKeys is part of the backend.
func (f *Fake) CompareKeys(context.Context, conversation.Address) (conversation.Comparison, error) {
	return conversation.Comparison{}, nil
}

// VerifyKey is part of the backend.
func (f *Fake) VerifyKey(context.Context, conversation.Address, string, string) error { return nil }

// DecideKey is part of the backend.
func (f *Fake) DecideKey(context.Context, conversation.Address, string, conversation.KeyChoice) error {
	return nil
}

// FindKey is part of the backend.
func (f *Fake) FindKey(context.Context, conversation.Address) error { return nil }

// Privacy is part of the backend.
func (f *Fake) Privacy(context.Context) (conversation.Overview, error) {
	return conversation.Overview{}, nil
}

// Snooze is part of the backend.
func (f *Fake) Snooze(context.Context, string, time.Time) error { return nil }
