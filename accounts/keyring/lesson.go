package keyring

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

// see gives what is known of an address after a sight.
func see(p conversation.Peer, s conversation.KeySight) conversation.Peer {
	p.Address = s.Address
	x := autocrypt.Sight{Date: s.Date, Key: s.Fingerprint, Mutual: s.Mutual}
	switch s.Source {
	case conversation.FromAutocrypt:
	case conversation.FromGossip:
		x.Gossip = true
	case conversation.FromMail, conversation.FromSignature:
		x.Key = ""
	default:
		return p // not by mail
	}
	a := autocryptPeer(p).See(x)
	p.LastSeen, p.Autocrypt, p.Key, p.Mutual, p.Gossip, p.GossipKey = a.LastSeen, a.Timestamp, a.Key, a.Mutual, a.Gossip, a.GossipKey
	if x.Gossip {
		return p
	}
	if s.Protects && s.Date.After(p.Protects) {
		p.Protects = s.Date
	}
	if len(s.Caliopen) > 0 && s.Date.After(p.CaliopenAt) {
		p.Caliopen, p.CaliopenAt = slices.Clone(s.Caliopen), s.Date
	}
	return p
}

func samePeer(a, b conversation.Peer) bool {
	return a.LastSeen.Equal(b.LastSeen) && a.Autocrypt.Equal(b.Autocrypt) && a.Key == b.Key && a.Mutual == b.Mutual &&
		a.Gossip.Equal(b.Gossip) && a.GossipKey == b.GossipKey && a.Protects.Equal(b.Protects) &&
		a.CaliopenAt.Equal(b.CaliopenAt) && slices.Equal(a.Caliopen, b.Caliopen)
}

// save writes what changed: certificates first, which the rest names.
func (l *lesson) save(ctx context.Context) error {
	store := l.k.o.Store
	if err := l.catchUp(ctx); err != nil {
		return err
	}
	for _, f := range slices.Sorted(maps.Keys(l.certs)) {
		if err := store.SaveCert(ctx, f, l.certs[f].raw); err != nil {
			return err
		}
	}
	for _, a := range l.touched() {
		for _, b := range l.now.sets[a] {
			if old, ok := l.old.sets[a].Find(b.Fingerprint); ok && old == b {
				continue
			}
			if err := store.SaveBinding(ctx, toStore(a, b)); err != nil {
				return err
			}
		}
		p, known := l.now.peers[a]
		if old, was := l.old.peers[a]; known && (!was || !samePeer(old, p)) {
			if err := store.SavePeer(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// catchUp joins what another process wrote about the same certificates since
// they were read: a revocation must not get lost.
func (l *lesson) catchUp(ctx context.Context) error {
	if len(l.certs) == 0 {
		return nil
	}
	stored, err := l.k.o.Store.Certs(ctx)
	if err != nil {
		return err
	}
	for f, c := range l.certs {
		raw, known := stored[f]
		if !known || bytes.Equal(raw, c.raw) {
			continue
		}
		theirs := (&cert{raw: raw}).parsed()
		if theirs == nil {
			continue
		}
		joined, err := theirs.Merge(c.parsed())
		if err != nil {
			return err
		}
		if raw, err = joined.Bytes(); err != nil {
			return err
		}
		l.certs[f] = &cert{raw: raw, key: joined}
	}
	return nil
}

// touched gives the addresses whose bindings or peers may have changed.
func (l *lesson) touched() []conversation.Address {
	found := map[conversation.Address]bool{}
	for a, set := range l.now.sets {
		if !slices.Equal(set, l.old.sets[a]) {
			found[a] = true
		}
	}
	for a, p := range l.now.peers {
		if old, was := l.old.peers[a]; !was || !samePeer(old, p) {
			found[a] = true
		}
	}
	return sorted(found)
}

func sorted(set map[conversation.Address]bool) []conversation.Address {
	return slices.SortedFunc(maps.Keys(set), func(a, b conversation.Address) int { return strings.Compare(a.String(), b.String()) })
}

// publish puts a lesson that is kept into memory, and tells which addresses it
// bears on.
func (k *Keyring) publish(l *lesson) []conversation.Address {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := map[conversation.Address]bool{}
	now := k.o.Now()
	for a, set := range l.now.sets {
		before := k.sets[a]
		if !slices.Equal(before, set) && bears(before, set) {
			found[a] = true
		}
		for _, b := range set { // a key that became weak, or was revoked
			c := l.certs[b.Fingerprint]
			if old := k.certs[b.Fingerprint]; c != nil && old != nil && old.parsed() != nil &&
				old.parsed().Status(now) != c.parsed().Status(now) {
				found[a] = true
			}
		}
	}
	k.sets, k.peers = l.now.sets, l.now.peers
	for f, c := range l.certs {
		k.certs[f] = c
		if k.ids != nil {
			k.note(f, c.raw)
		}
	}
	if len(k.merged) > maxMerged {
		clear(k.merged)
	}
	for _, sum := range l.mark {
		k.merged[sum] = true
	}
	return sorted(found)
}

// bears tells whether a change of the bindings of an address bears on what its
// messages are worth, or raises or settles a question.
func bears(before, after tofu.Set) bool {
	if before.Pending() != after.Pending() {
		return true
	}
	for _, b := range after {
		old, now := before.State(b.Fingerprint), after.State(b.Fingerprint)
		if old.Person == "" && now.Person == "new" {
			old.Person = "new" // what is not known counts as new
		}
		if old != now {
			return true
		}
	}
	return false
}
