package keyring

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

// Bounds of what is kept in memory to pass over what was seen before.
const (
	maxMerged = 50_000
	maxCert   = 64 << 10 // a larger certificate is kept with what Autocrypt sends of it only
)

// Learn takes in what messages and lookups told. Most mails tell nothing new,
// which is seen from memory; all that does is written in one transaction over
// what the store holds by then, since another process may have written.
func (k *Keyring) Learn(ctx context.Context, sights []conversation.KeySight) ([]conversation.Address, error) {
	k.change.Lock()
	defer k.change.Unlock()
	news := k.news(sights)
	if len(news) == 0 || k.o.Store == nil {
		return nil, nil
	}
	return k.apply(ctx, func(ctx context.Context, l *lesson) error {
		for _, s := range news {
			if err := l.take(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// news picks the sights that tell something, the oldest first: so they are
// taken as they would have been had they come one by one.
func (k *Keyring) news(sights []conversation.KeySight) []conversation.KeySight {
	var others []conversation.KeySight
	for _, s := range sights {
		if s.Address.Protocol == conversation.Mail && !s.Address.IsZero() && !k.isOwn(s.Address) {
			s.Fingerprint, s.Date = clean(s.Fingerprint), moment(s.Date)
			others = append(others, s)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []conversation.KeySight
	for _, s := range others {
		if k.tells(s) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b conversation.KeySight) int { return a.Date.Compare(b.Date) })
	return out
}

// tells tells whether a sight changes anything. The caller holds mu.
func (k *Keyring) tells(s conversation.KeySight) bool {
	p, known := k.peers[s.Address]
	if s.Fingerprint == "" {
		if !known && s.Date.After(k.silent[s.Address]) {
			k.silent[s.Address] = s.Date
		}
		return known && !samePeer(p, see(p, s))
	}
	if s.Source == conversation.FromSignature && s.Message != "" || len(s.Cert) > 0 && !k.merged[sha256.Sum256(s.Cert)] {
		return true
	}
	set := k.sets[s.Address]
	after := set.See(sight(s))
	return !slices.Equal(set, after) || !samePeer(p, see(p, s))
}

func sight(s conversation.KeySight) tofu.Sight {
	return tofu.Sight{Fingerprint: s.Fingerprint, Source: tofu.Source(s.Source), Date: s.Date}
}

// lesson is a change over what the store holds: read first, then changed, then
// written whole.
type lesson struct {
	k     *Keyring
	old   people
	now   people
	certs map[string]*cert // changed ones
	first map[conversation.Address]conversation.KeySight
	mark  [][32]byte // certificates that told all they had
}

// apply runs a change in one transaction and, once that is durable, in memory.
// It gives the addresses of which something changed. The caller holds change.
func (k *Keyring) apply(ctx context.Context, f func(ctx context.Context, l *lesson) error) ([]conversation.Address, error) {
	var l *lesson
	err := k.o.Store.Atomically(ctx, func(ctx context.Context) error {
		p, err := readPeople(ctx, k.o.Store)
		if err != nil {
			return err
		}
		l = &lesson{
			k: k, old: p, now: people{maps.Clone(p.sets), maps.Clone(p.peers)},
			certs: map[string]*cert{}, first: map[conversation.Address]conversation.KeySight{},
		}
		if err := f(ctx, l); err != nil {
			return err
		}
		return l.save(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("keyring: keep what was learned: %w", err)
	}
	return k.publish(l), nil
}

// take works one sight in.
func (l *lesson) take(ctx context.Context, s conversation.KeySight) error {
	var key *openpgp.Key
	if s.Fingerprint != "" {
		if key = l.cert(s); key == nil {
			return nil
		}
		if err := l.bind(ctx, s, key); err != nil {
			return err
		}
	}
	p, known := l.now.peers[s.Address]
	if !known && key == nil {
		return nil
	}
	if !known {
		p = conversation.Peer{Address: s.Address, LastSeen: l.k.silentSince(s.Address)}
	}
	l.now.peers[s.Address] = see(p, s)
	return nil
}

// bind notes that a key was seen for an address.
func (l *lesson) bind(ctx context.Context, s conversation.KeySight, key *openpgp.Key) error {
	x := sight(s)
	set := l.now.sets[s.Address]
	if s.Source == conversation.FromSignature && s.Message != "" {
		var err error
		day := s.Date.Truncate(24 * time.Hour)
		x.Signatures, x.Days, err = l.k.o.Store.Witness(ctx, s.Address, s.Fingerprint, s.Message, day)
		if err != nil {
			return fmt.Errorf("note a signature: %w", err)
		}
	}
	if b, ok := set.Find(s.Fingerprint); !ok || b.Policy == tofu.Waiting || b.Policy == tofu.Auto {
		x.Certified = l.certified(set, s.Address, key)
	}
	first, begun := l.first[s.Address]
	if len(set) == 0 {
		l.first[s.Address] = s
	} else if begun {
		x.Together = first.Message == s.Message && (s.Message != "" || first.Source == s.Source && first.Date.Equal(s.Date))
	}
	l.now.sets[s.Address] = set.See(x)
	return nil
}

// certified tells whether a key that stands for the address has certified this
// one. It is looked at here, whatever the sight says of it.
func (l *lesson) certified(set tofu.Set, a conversation.Address, key *openpgp.Key) bool {
	for _, b := range set.Usable("") {
		if old := l.find(b.Fingerprint); old != nil && b.Fingerprint != key.Fingerprint() && key.CertifiedBy(old, a.ID) {
			return true
		}
	}
	return false
}

// find gives a certificate as it is by now.
func (l *lesson) find(fingerprint string) *openpgp.Key {
	if c := l.certs[fingerprint]; c != nil {
		return c.parsed()
	}
	l.k.mu.RLock()
	defer l.k.mu.RUnlock()
	return l.k.public(fingerprint)
}

// cert gives the certificate of a sight, with what it brings added to what was
// there. nil when none is known: a name without a key says nothing.
func (l *lesson) cert(s conversation.KeySight) *openpgp.Key {
	have := l.find(s.Fingerprint)
	sum := sha256.Sum256(s.Cert)
	l.k.mu.RLock()
	told := l.k.merged[sum] || l.k.ownWith(s.Fingerprint) != nil
	l.k.mu.RUnlock()
	if len(s.Cert) == 0 || told && have != nil {
		return have
	}
	keys, err := openpgp.Parse(s.Cert)
	if err != nil || len(keys) != 1 || keys[0].Fingerprint() != s.Fingerprint {
		return have
	}
	l.mark = append(l.mark, sum)
	got := bounded(keys[0].Public(), s.Address)
	if got == nil {
		return have
	}
	return l.merge(have, got)
}

func (l *lesson) merge(have, got *openpgp.Key) *openpgp.Key {
	if have != nil {
		joined, err := have.Merge(got)
		if err != nil || same(joined, have) {
			return have
		}
		if raw, err := joined.Bytes(); err != nil || len(raw) > 4*maxCert {
			return have // grown by what others add to it
		}
		got = joined
	}
	raw, err := got.Bytes()
	if err != nil {
		return have
	}
	l.certs[got.Fingerprint()] = &cert{raw: raw, key: got}
	return got
}

// bounded gives a certificate of a size to keep, nil for none: anybody can add
// signatures to one on a key server.
func bounded(key *openpgp.Key, a conversation.Address) *openpgp.Key {
	raw, err := key.Bytes()
	if err == nil && len(raw) <= maxCert {
		return key
	}
	if raw, err = key.Minimal(a.ID); err != nil || len(raw) > maxCert {
		return nil
	}
	keys, err := openpgp.Parse(raw)
	if err != nil || len(keys) != 1 {
		return nil
	}
	return keys[0]
}

// silentSince gives when mail came last from an address that sent no key.
func (k *Keyring) silentSince(a conversation.Address) time.Time {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.silent[a]
}
