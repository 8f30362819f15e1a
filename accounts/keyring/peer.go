package keyring

import (
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

// forgotten is after how long without news a program is not believed to
// understand what it once announced.
const forgotten = 180 * 24 * time.Hour

// clean writes a fingerprint as it is kept.
func clean(fingerprint string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == ':' {
			return -1
		}
		return r
	}, fingerprint))
}

// Peer says how an address can be written to sealed from an own one.
func (k *Keyring) Peer(own, peer conversation.Address) conversation.PeerKey {
	mine := k.isOwn(peer)
	k.mu.RLock()
	defer k.mu.RUnlock()
	if mine {
		return k.myself(peer)
	}
	now := k.o.Now()
	set, known := k.sets[peer], k.peers[peer]
	out := conversation.PeerKey{
		Address: peer, Conflict: set.Pending(), Protects: !known.Protects.IsZero(),
		Caliopen: len(known.Caliopen) > 0 && now.Sub(known.CaliopenAt) < forgotten,
	}
	c := k.choose(set, known, now)
	out.Problem = c.problem
	if c.key != nil {
		fill(&out, c.binding, c.status)
		out.Person = set.State(c.binding.Fingerprint).Person
	}
	wish := k.o.Mutual(own)
	verified := out.Person == "verified"
	out.Mutual = wish && (known.Mutual || verified)
	out.Advice = advise(c, known, wish, verified)
	return out
}

func fill(out *conversation.PeerKey, b tofu.Binding, s openpgp.Status) {
	out.Fingerprint, out.Source = b.Fingerprint, conversation.KeySource(b.Source)
	out.Since, out.LastSeen, out.Expires = b.FirstSeen, b.LastSeen, s.Expires
	out.Weak, out.Quantum = s.Weak, s.Quantum
	if b.Policy == tofu.Verified {
		out.VerifiedHow, out.VerifiedAt = b.How, b.Decided
	}
}

// choice is the key that would be sealed to.
type choice struct {
	key     *openpgp.Key // nil for none
	binding tofu.Binding
	status  openpgp.Status
	hearsay bool
	problem string
}

// choose takes the best key that is usable, those that only others told of
// last. The caller holds mu.
func (k *Keyring) choose(set tofu.Set, p conversation.Peer, now time.Time) choice {
	var out choice
	bindings := set.Usable(p.Key)
	direct := len(bindings)
	for i, b := range append(bindings, set.Hearsay()...) {
		key := k.public(b.Fingerprint)
		if key == nil {
			continue
		}
		s := key.Status(now)
		if usable(s) {
			return choice{key: key, binding: b, status: s, hearsay: i >= direct}
		}
		if out.problem == "" {
			out.problem = problemOf(s)
		}
	}
	if out.problem == "" && len(bindings) == 0 && len(set) > 0 && set.Pending() == "" {
		for _, b := range set {
			if b.Policy == tofu.Refused {
				out.problem = "bad"
			}
		}
	}
	return out
}

func problemOf(s openpgp.Status) string {
	switch {
	case s.Revoked:
		return "revoked"
	case s.Expired:
		return "expired"
	}
	return ""
}

// advise gives what Autocrypt advises. Its rules are about keys that came in
// headers; one from elsewhere counts as fresh. A verified key is not given up
// because of what unsigned mail says or leaves out.
func advise(c choice, p conversation.Peer, mutual, verified bool) conversation.Recommendation {
	state := autocryptPeer(p)
	if c.key != nil && (verified || c.binding.Fingerprint != p.Key) {
		state.Timestamp = state.LastSeen
	}
	state.Mutual = state.Mutual || verified
	return conversation.Recommendation(autocrypt.Advise(autocrypt.Candidate{
		Peer: state, Key: c.key != nil && !c.hearsay, Gossip: c.key != nil && c.hearsay,
	}, mutual, false))
}

func autocryptPeer(p conversation.Peer) autocrypt.Peer {
	return autocrypt.Peer{
		LastSeen: p.LastSeen, Timestamp: p.Autocrypt, Key: p.Key, Mutual: p.Mutual, Gossip: p.Gossip, GossipKey: p.GossipKey,
	}
}

// myself is how the user writes to an address of his own. The caller holds mu.
func (k *Keyring) myself(a conversation.Address) conversation.PeerKey {
	out := conversation.PeerKey{Address: a, Advice: conversation.SealDisable}
	now := k.o.Now()
	o := k.ownOf(a, now)
	if o == nil {
		return out
	}
	s := o.public.Status(now)
	out.Fingerprint, out.Person, out.Since, out.Expires = o.fingerprint(), "verified", s.Created, s.Expires
	out.Weak, out.Quantum, out.Mutual, out.Protects, out.Caliopen = s.Weak, s.Quantum, true, true, true
	out.Advice = conversation.SealEncrypt
	return out
}

// Own tells whether there is a key to sign with and be answered by.
func (k *Keyring) Own(own conversation.Address) (conversation.Key, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	o := k.ownOf(own, k.o.Now())
	if o == nil {
		return conversation.Key{}, false
	}
	return k.describeOwn(o), true
}

// State gives what is known of a key in the hands of an address.
func (k *Keyring) State(a conversation.Address, fingerprint string) privacy.KeyState {
	fingerprint = clean(fingerprint)
	if fingerprint == "" {
		return privacy.KeyState{}
	}
	mine := k.isOwn(a)
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out privacy.KeyState
	if key := k.public(fingerprint); key != nil {
		out.Weak = key.Status(k.o.Now()).Weak
	}
	// The user's own key is his in each address it names, also in one whose
	// account was removed while its messages were kept.
	if o := k.ownWith(fingerprint); o != nil && o.has(a) {
		out.Person = "verified"
		return out
	}
	if mine {
		out.Conflict = len(k.own) > 0 // in the user's own name, and not his
		return out
	}
	s := k.sets[a].State(fingerprint)
	out.Person, out.Conflict, out.Bad = s.Person, s.Conflict, s.Refused
	return out
}
