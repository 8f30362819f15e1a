package conversation

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// The names of sealed channels.
const (
	nameSealed = "sealed mail"
	nameIntra  = "intra" // towards people whose program understands as much as this one
)

// sealing is how a message to some people could be sealed.
type sealing struct {
	peers  map[Address]PeerKey
	policy HeaderPolicy
	reason Reason // why it cannot be sealed, zero when it can
}

// sealing finds the keys that a draft would be sealed to from the own address
// of a prediction, and makes that prediction one of a sealed channel. A locked
// own key is no hindrance: whoever sends is asked to unlock it.
func (s *Service) sealing(sit *situation, p *Prediction) *sealing {
	k := &sealing{peers: map[Address]PeerKey{}}
	gaps := map[string][]string{}
	for _, who := range sit.people {
		a, ok := who.addressFor(p.Channel.Protocol)
		if !ok {
			continue
		}
		peer := s.peerKey(p.Channel.Own, a.Address)
		k.peers[a.Address] = peer
		if code := gap(peer); code != "" {
			gaps[code] = append(gaps[code], cmp.Or(who.Name, a.ID))
		}
	}
	k.policy, k.reason = s.headerPolicy(k.peers), s.whyOpen(p.Channel.Own, gaps)
	p.Channel.ID += "/sealed"
	p.Channel.Sealed, p.Channel.Name = true, nameSealed
	if k.policy == HideAll {
		p.Channel.Name = nameIntra
	}
	return k
}

// peerKey asks the keyring for the key of an address. The user's own addresses
// have the user's own keys.
func (s *Service) peerKey(own, a Address) PeerKey {
	if s.opt.Keys == nil {
		return PeerKey{Address: a}
	}
	if !s.isOwn(a) {
		return s.opt.Keys.Peer(own, a)
	}
	key, ok := s.opt.Keys.Own(a)
	if !ok {
		return PeerKey{Address: a}
	}
	return PeerKey{
		Address: a, Fingerprint: key.Fingerprint, Person: "verified", Since: key.Created, LastSeen: s.opt.Clock(),
		Expires: key.Expires, Problem: ownProblem(key), Weak: key.Weak, Mutual: true, Advice: SealEncrypt, Protects: true, Caliopen: true,
	}
}

func ownProblem(k Key) string {
	switch {
	case k.Revoked:
		return "revoked"
	case k.Expired:
		return "expired"
	}
	return ""
}

// gap says why nothing can be sealed to an address, "" when it can.
func gap(k PeerKey) string {
	switch {
	case k.Problem == "expired":
		return "route.key_expired"
	case k.Problem == "revoked":
		return "route.key_revoked"
	case k.Problem == "bad":
		return "route.key_bad"
	case k.Fingerprint == "" || k.Problem != "":
		return "route.no_key"
	case k.Advice == SealDisable:
		return "route.key_disabled"
	}
	return ""
}

// whyOpen says why a message cannot be sealed: the own side first, then what is
// hardest to get.
func (s *Service) whyOpen(own Address, gaps map[string][]string) Reason {
	key, ok := s.opt.Keys.Own(own)
	switch {
	case !ok:
		return Reason{"route.no_own_key", map[string]any{"Address": own.ID}}
	case ownProblem(key) != "":
		return Reason{"route.own_key_" + ownProblem(key), map[string]any{"Address": own.ID}}
	}
	for _, code := range []string{"route.no_key", "route.key_bad", "route.key_revoked", "route.key_expired", "route.key_disabled"} {
		if names := gaps[code]; len(names) > 0 {
			return Reason{code, map[string]any{"Names": strings.Join(names, ", "), "Count": len(names)}}
		}
	}
	return Reason{}
}

// headerPolicy says what of the header stays readable. Everything is hidden only
// where every program is known to find it again, and every key is the person's
// own word: somebody else's program would show a wrong date and no recipients.
func (s *Service) headerPolicy(peers map[Address]PeerKey) HeaderPolicy {
	caliopen, known := len(peers) > 0, true
	for _, k := range peers {
		caliopen = caliopen && k.Caliopen
		known = known && k.Person != "" && k.Person != "gossip" && k.Conflict == ""
	}
	switch {
	case caliopen && known:
		return HideAll
	case caliopen || s.opt.Discreet:
		return Discreet
	}
	return HideSubject
}

// plan adds to the plan of one recipient that it is sealed.
func (k *sealing) plan(p *privacy.Plan, peer PeerKey) {
	if k.reason.Code != "" {
		return
	}
	p.Sealed, p.HideSubject = true, true
	p.Key, p.Conflict, p.Weak, p.Quantum = peer.Person, peer.Conflict != "", peer.Weak, peer.Quantum
	p.Discreet = k.policy != HideSubject
	if k.policy == HideAll {
		p.Padding, p.Protocol = true, "intra"
	}
}

// finish notes the keys, or why there is nothing to predict. Who cannot be
// reached at all is the better reason.
func (k *sealing) finish(p *Prediction) {
	if k.reason.Code != "" {
		if p.Rejected.Code == "" && len(p.Missing) == 0 {
			p.Rejected = k.reason
		}
		p.Index, p.Facts, p.Note = privacy.Index{Level: privacy.LevelUnknown}, privacy.Facts{}, Reason{}
		p.Proven = false
		return
	}
	p.Policy, p.Keys = k.policy, map[Address]string{}
	for _, a := range p.Addresses {
		p.Keys[a] = k.peers[a].Fingerprint
	}
}

// advisedReach takes Autocrypt's advice against sealing as a sign that the
// other side may not read it: the key has not been seen for long.
func advisedReach(k PeerKey) Reach {
	if k.Advice == SealDiscourage {
		return Cold
	}
	return Live
}

// sentSealed tells whether a sealed message has gone to an address.
func (who person) sentSealed(to Address) bool {
	return slices.ContainsFunc(who.past, func(m Past) bool {
		return m.Direction == Out && m.Address == to && sealed(m.Facts)
	})
}

// keyNote says since when a key is known or checked, for the line before
// sending.
func (s *Service) keyNote(k PeerKey) Reason {
	code, at := "route.key_since", k.Since
	if k.Person == "verified" && !k.VerifiedAt.IsZero() {
		code, at = "route.key_checked", k.VerifiedAt
	}
	if k.Fingerprint == "" || at.IsZero() {
		return Reason{}
	}
	here := s.opt.Clock().Location()
	if at = at.In(here); at.Year() != s.opt.Clock().In(here).Year() {
		return Reason{code + "_year", map[string]any{"Month": at.Month(), "Year": at.Year()}}
	}
	return Reason{code, map[string]any{"Month": at.Month()}}
}

// keyFreshFor is how long ago a key may have been seen to count as seen lately.
const keyFreshFor = 90 * 24 * time.Hour
