package conversation

import (
	"cmp"
	"context"
	"slices"
)

// noKeyring is what every verb about keys gives where there are none.
func noKeyring() error { return &Problem{Code: "problem.no_keyring", Err: ErrNotFound} }

// LockState says whether sealed messages can be read.
func (s *Service) LockState() LockState {
	if s.opt.Keys == nil {
		return LockState{}
	}
	l := s.opt.Keys.Lock()
	if l.Locked && s.opt.Waiting != nil {
		l.Waiting = s.opt.Waiting()
	}
	return l
}

// Unlock opens the own keys; ErrSealed for a wrong passphrase. What came while
// they were locked is opened in the background.
func (s *Service) Unlock(ctx context.Context, passphrase []byte) error {
	if s.opt.Keys == nil {
		return noKeyring()
	}
	if err := s.opt.Keys.Unlock(ctx, passphrase); err != nil {
		return err
	}
	s.Publish(Event{All: true})
	if s.opt.Opened != nil {
		go s.open(context.WithoutCancel(ctx))
	}
	return nil
}

// open runs once at a time: keys that are locked and unlocked again meanwhile
// must not have everything opened twice side by side.
func (s *Service) open(ctx context.Context) {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.opt.Opened(ctx)
	s.Publish(Event{All: true})
}

// Lock closes the own keys.
func (s *Service) Lock() {
	if s.opt.Keys == nil {
		return
	}
	s.opt.Keys.Close()
	s.Publish(Event{All: true})
}

// Keys lists the keys, the own ones first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	if s.opt.Keys == nil {
		return nil, nil
	}
	ks, err := s.opt.Keys.List(ctx)
	slices.SortStableFunc(ks, func(a, b Key) int {
		return cmp.Or(ownFirst(a, b), cmp.Compare(firstAddress(a), firstAddress(b)), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return ks, err
}

func ownFirst(a, b Key) int {
	switch {
	case a.Own == b.Own:
		return 0
	case a.Own:
		return -1
	}
	return 1
}

func firstAddress(k Key) string {
	if len(k.Addresses) == 0 {
		return ""
	}
	return k.Addresses[0].ID
}

// KeysOf gives the keys seen for the addresses of a contact: those that would
// be sealed to first, then the one seen last. Each has only its bindings to
// that contact, and what is known of the first of them.
func (s *Service) KeysOf(ctx context.Context, c ContactID) ([]Key, error) {
	if s.opt.Keys == nil {
		return nil, nil
	}
	contact, err := s.opt.Store.Contact(ctx, c)
	if err != nil {
		return nil, err
	}
	all, err := s.opt.Keys.List(ctx)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, a := range contact.Addresses {
		used[s.peerKey(s.ownFor(), a.Address).Fingerprint] = true
	}
	var out []Key
	for _, k := range all {
		if s.keepBindings(&k, contact.Addresses) {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(a, b Key) int {
		if used[a.Fingerprint] != used[b.Fingerprint] {
			return map[bool]int{true: -1, false: 1}[used[a.Fingerprint]]
		}
		return b.Bindings[0].LastSeen.Compare(a.Bindings[0].LastSeen)
	})
	return out, nil
}

// keepBindings leaves a key its bindings to some addresses, and tells whether
// there is one.
func (s *Service) keepBindings(k *Key, as []ContactAddress) bool {
	k.Bindings = slices.DeleteFunc(slices.Clone(k.Bindings), func(b Binding) bool {
		return !slices.ContainsFunc(as, func(a ContactAddress) bool { return a.Address == b.Address })
	})
	if len(k.Bindings) == 0 {
		return false
	}
	slices.SortStableFunc(k.Bindings, func(a, b Binding) int { return b.LastSeen.Compare(a.LastSeen) })
	k.Person = s.opt.Keys.State(k.Bindings[0].Address, k.Fingerprint).Person
	return true
}

// MakeKey makes the own key of an account's address; nil means without
// passphrase.
func (s *Service) MakeKey(ctx context.Context, a AccountID, passphrase []byte) (Key, error) {
	own, ok := s.account(a)
	switch {
	case !ok || own.Protocol != Mail:
		return Key{}, &Problem{Code: "problem.account", Args: map[string]any{"Account": string(a)}, Err: ErrNotFound}
	case s.opt.Keys == nil:
		return Key{}, noKeyring()
	}
	k, err := s.opt.Keys.Generate(ctx, own.Address, oneLine(own.Name), passphrase)
	if err == nil {
		s.Publish(Event{All: true})
	}
	return k, err
}

// ownFor gives the own address that keys are compared and looked at from: the
// first one that has a key, or else the first.
func (s *Service) ownFor() Address {
	var first Address
	for _, a := range s.opt.Accounts() {
		if a.Protocol != Mail {
			continue
		}
		if _, ok := s.opt.Keys.Own(a.Address); ok {
			return a.Address
		}
		if first.IsZero() {
			first = a.Address
		}
	}
	return first
}

// ownTowards gives the own address that somebody knows the user by: that of the
// last exchange with a key, or else ownFor. The other side compares with the key
// of that address.
func (s *Service) ownTowards(ctx context.Context, peer Address) Address {
	id, err := s.opt.Store.ContactOf(ctx, peer)
	if err != nil {
		return s.ownFor()
	}
	past, err := s.opt.Store.History(ctx, id, historyLength)
	if err != nil {
		return s.ownFor()
	}
	for _, m := range past {
		own, ok := s.account(m.Account)
		if !ok || m.Address != peer || own.Protocol != Mail {
			continue
		}
		if _, ok := s.opt.Keys.Own(own.Address); ok {
			return own.Address
		}
	}
	return s.ownFor()
}

// PeerKey says how an address can be written to sealed.
func (s *Service) PeerKey(_ context.Context, a Address) (PeerKey, error) {
	if s.opt.Keys == nil {
		return PeerKey{Address: a}, nil
	}
	return s.peerKey(s.ownFor(), a), nil
}

// CompareKeys gives what two people hold side by side.
func (s *Service) CompareKeys(ctx context.Context, peer Address) (Comparison, error) {
	if s.opt.Keys == nil {
		return Comparison{}, noKeyring()
	}
	own := s.ownTowards(ctx, peer)
	if _, ok := s.opt.Keys.Own(own); !ok {
		return Comparison{}, &Problem{Code: "route.no_own_key", Args: map[string]any{"Address": own.ID}, Err: ErrNotFound}
	}
	return s.opt.Keys.Compare(ctx, own, peer)
}

// VerifyKey notes that two people found their keys the same, and judges again
// what that key signed.
func (s *Service) VerifyKey(ctx context.Context, a Address, fingerprint, how string) error {
	if s.opt.Keys == nil {
		return noKeyring()
	}
	if err := s.opt.Keys.Verify(ctx, a, fingerprint, how); err != nil {
		return err
	}
	return s.keysChanged(ctx, []Address{a})
}

// DecideKey notes what the user says about a key, and judges again what it
// signed.
func (s *Service) DecideKey(ctx context.Context, a Address, fingerprint string, c KeyChoice) error {
	switch {
	case s.opt.Keys == nil:
		return noKeyring()
	case !slices.Contains([]KeyChoice{KeyAccept, KeyKeep, KeyRefuse, KeyAuto}, c):
		return &Problem{Code: "problem.key_choice", Args: map[string]any{"Choice": string(c)}, Err: ErrUsage}
	}
	if err := s.opt.Keys.Decide(ctx, a, fingerprint, c); err != nil {
		return err
	}
	return s.keysChanged(ctx, []Address{a})
}

// keysChanged has the messages of some addresses judged again, and tells
// everybody.
func (s *Service) keysChanged(ctx context.Context, as []Address) error {
	var err error
	if s.opt.Rejudge != nil && len(as) > 0 {
		err = s.opt.Rejudge(ctx, as)
	}
	s.Publish(Event{All: true})
	return err
}
