package conversation

import (
	"context"
	"time"
)

// LockState says whether sealed messages can be read.
func (s *Service) LockState() LockState {
	if s.opt.Keys == nil {
		return LockState{}
	}
	return s.opt.Keys.Lock()
}

// Unlock opens the own keys; ErrSealed for a wrong passphrase.
func (s *Service) Unlock(ctx context.Context, passphrase []byte) error { return ErrSealed }

// Lock closes the own keys.
func (s *Service) Lock() {}

// Keys lists the keys, the own ones first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) { return nil, nil }

// KeysOf gives the keys seen for the addresses of a contact.
func (s *Service) KeysOf(ctx context.Context, c ContactID) ([]Key, error) { return nil, nil }

// MakeKey makes the own key of an account's address.
func (s *Service) MakeKey(ctx context.Context, a AccountID, passphrase []byte) (Key, error) {
	return Key{}, ErrNotFound
}

// PeerKey says how an address can be written to sealed.
func (s *Service) PeerKey(ctx context.Context, a Address) (PeerKey, error) {
	return PeerKey{Address: a}, nil
}

// CompareKeys gives what two people hold side by side.
func (s *Service) CompareKeys(ctx context.Context, peer Address) (Comparison, error) {
	return Comparison{}, ErrNotFound
}

// VerifyKey notes that two people found their keys the same.
func (s *Service) VerifyKey(ctx context.Context, a Address, fingerprint, how string) error {
	return ErrNotFound
}

// DecideKey notes what the user says about a key.
func (s *Service) DecideKey(ctx context.Context, a Address, fingerprint string, c KeyChoice) error {
	return ErrNotFound
}

// FindKey asks the network for the key of an address in the background.
func (s *Service) FindKey(ctx context.Context, a Address) error { return ErrNotFound }

// Privacy gives everything of the user's own privacy at once.
func (s *Service) Privacy(ctx context.Context) (Overview, error) { return Overview{}, nil }

// Snooze puts an advice off until a moment; the zero time means for ever.
func (s *Service) Snooze(ctx context.Context, advice string, until time.Time) error { return nil }
