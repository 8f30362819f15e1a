package keyring

import (
	"context"
	"crypto/cipher"
	"fmt"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

// Options is what a Keyring is made of. Dir, Own, Now and Random are needed.
type Options struct {
	Dir   string                // of the own secret keys; made when the first one is
	Store conversation.KeyStore // nil until Attach
	Own   func() []conversation.OwnAccount
	Now   conversation.Clock
	// Random fills with random bytes, for the key of what is kept sealed and
	// for codes. OpenPGP keys are made with the system's randomness.
	Random func([]byte)
	// Passphrase gives the passphrase where it need not be typed; nil where it
	// is always asked for.
	Passphrase func(ctx context.Context) ([]byte, error)
	// LockAfter is after how long without use the keys lock, 0 for never.
	LockAfter time.Duration
	// After runs a function later, unless stopped; nil for the system's timer.
	After func(d time.Duration, f func()) (stop func() bool)
	// Locked is told after the keys were locked, by themselves or by the user,
	// from a goroutine of its own; nil for nobody.
	Locked func()
	// Mutual tells whether mail from an own address wishes to be answered
	// sealed (Autocrypt 1.1, 2.1); nil for always.
	Mutual func(own conversation.Address) bool
	// Link gives what a QR code of the own key holds; nil for nothing.
	Link func(own conversation.Address, fingerprint string) string
}

// Keyring keeps keys. Its methods may be called from any goroutine.
type Keyring struct {
	o Options

	change sync.Mutex // one change at a time; taken before mu

	mu     sync.RWMutex
	own    []*ownKey // the newest first
	certs  map[string]*cert
	ids    map[uint64][]string // fingerprints by key ID, nil until asked for
	sets   map[conversation.Address]tofu.Set
	peers  map[conversation.Address]conversation.Peer
	silent map[conversation.Address]time.Time // last mail of those who never sent a key
	merged map[[32]byte]bool                  // certificates as they were sent that told all they had
	aead   cipher.AEAD                        // of what is kept sealed, nil while locked
	older  map[string]cipher.AEAD             // of cache keys that were set aside, by file
	until  time.Time                          // when the keys lock, zero for not at all
	stop   func() bool                        // the timer for that
}

// cert is a certificate that is parsed when it is first asked for: most are
// not in a session.
type cert struct {
	raw  []byte
	once sync.Once
	key  *openpgp.Key // nil when it cannot be read
}

func (c *cert) parsed() *openpgp.Key {
	c.once.Do(func() {
		if c.key != nil {
			return
		}
		if keys, err := openpgp.Parse(c.raw); err == nil && len(keys) == 1 {
			c.key = keys[0]
		}
	})
	return c.key
}

// New reads the own keys and what the store knows. Without a store it knows
// the own keys only and can be a store's vault, until Attach.
func New(ctx context.Context, o Options) (*Keyring, error) {
	if o.After == nil {
		o.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if o.Locked == nil {
		o.Locked = func() {}
	}
	if o.Mutual == nil {
		o.Mutual = func(conversation.Address) bool { return true }
	}
	if o.Own == nil {
		o.Own = func() []conversation.OwnAccount { return nil }
	}
	k := &Keyring{o: o, silent: map[conversation.Address]time.Time{}, merged: map[[32]byte]bool{}}
	if err := k.Reload(ctx); err != nil {
		return nil, err
	}
	if o.Store != nil {
		k.speak()
	}
	return k, nil
}

// Attach gives the keyring its store, which may itself need the keyring to be
// opened, and reads it. It is called once, before anything is learned.
func (k *Keyring) Attach(ctx context.Context, store conversation.KeyStore) error {
	k.change.Lock()
	defer k.change.Unlock()
	k.o.Store = store
	if err := k.reload(ctx); err != nil {
		return err
	}
	k.speak()
	return nil
}

// Reload reads everything again, after another process changed something. Keys
// that are unlocked remain so.
func (k *Keyring) Reload(ctx context.Context) error {
	k.change.Lock()
	defer k.change.Unlock()
	return k.reload(ctx)
}

func (k *Keyring) reload(ctx context.Context) error {
	files, err := readOwn(k.o.Dir)
	if err != nil {
		return err
	}
	var certs map[string][]byte
	var p people
	if k.o.Store != nil {
		if certs, err = k.o.Store.Certs(ctx); err != nil {
			return fmt.Errorf("keyring: read certificates: %w", err)
		}
		if p, err = readPeople(ctx, k.o.Store); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	fresh := make(map[string]*cert, len(certs))
	for f, raw := range certs {
		if old := k.certs[f]; old != nil && string(old.raw) == string(raw) {
			fresh[f] = old
			continue
		}
		fresh[f] = &cert{raw: raw}
	}
	k.certs, k.ids, k.sets, k.peers = fresh, nil, p.sets, p.peers
	k.adopt(files)
	return nil
}

// people is what the store knows of addresses.
type people struct {
	sets  map[conversation.Address]tofu.Set
	peers map[conversation.Address]conversation.Peer
}

func readPeople(ctx context.Context, store conversation.KeyStore) (people, error) {
	bindings, err := store.Bindings(ctx)
	if err != nil {
		return people{}, fmt.Errorf("keyring: read bindings: %w", err)
	}
	peers, err := store.Peers(ctx)
	if err != nil {
		return people{}, fmt.Errorf("keyring: read peers: %w", err)
	}
	p := people{make(map[conversation.Address]tofu.Set, len(bindings)), make(map[conversation.Address]conversation.Peer, len(peers))}
	for _, b := range bindings {
		p.sets[b.Address] = append(p.sets[b.Address], fromStore(b))
	}
	for _, x := range peers {
		p.peers[x.Address] = x
	}
	return p, nil
}

func fromStore(b conversation.Binding) tofu.Binding {
	return tofu.Binding{
		Fingerprint: b.Fingerprint, Source: tofu.Source(b.Source), FirstSeen: moment(b.FirstSeen), LastSeen: moment(b.LastSeen),
		Signatures: b.Signatures, Days: b.Days, Policy: tofu.Policy(b.Policy), Decided: moment(b.VerifiedAt), How: b.VerifiedHow,
	}
}

func toStore(a conversation.Address, b tofu.Binding) conversation.Binding {
	return conversation.Binding{
		Address: a, Fingerprint: b.Fingerprint, Source: conversation.KeySource(b.Source), FirstSeen: b.FirstSeen, LastSeen: b.LastSeen,
		Signatures: b.Signatures, Days: b.Days, Policy: conversation.Policy(b.Policy), VerifiedAt: b.Decided, VerifiedHow: b.How,
	}
}

// moment writes a time as the store keeps it, so that what is read again is
// the same as what was written.
func moment(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Millisecond) }

// isOwn tells whether an address is one of the user's own.
func (k *Keyring) isOwn(a conversation.Address) bool {
	for _, acc := range k.o.Own() {
		if acc.Address == a {
			return true
		}
		for _, alias := range acc.Aliases {
			if alias == a {
				return true
			}
		}
	}
	return false
}
