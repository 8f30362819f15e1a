package tofu

import (
	"cmp"
	"slices"
)

// How often and on how many days a key has to have signed before it counts as
// known.
const (
	knownSignatures = 3
	knownDays       = 2
)

// State is what is to be thought of a key in the hands of an address.
type State struct {
	Person   string // "verified", "tofu", "dane", "wkd", "new", "gossip", "" for nothing
	Conflict bool   // undecided beside another key, or refused
	Refused  bool
}

// State judges a key. A refused one is in conflict too: the user has said that
// it is not the address's own.
func (s Set) State(fingerprint string) State {
	b, ok := s.Find(fingerprint)
	switch {
	case !ok:
		// A key that signed and was never noted is as strange as one that is
		// undecided, when another one stands for the address.
		return State{Conflict: len(s.Usable("")) > 0}
	case b.Policy == Refused:
		return State{Refused: true, Conflict: true}
	case b.Policy == Waiting:
		return State{Conflict: true}
	case b.Policy == Auto && !b.established() && len(s.Usable("")) > 0:
		return State{Person: s.person(b), Conflict: true}
	}
	return State{Person: s.person(b)}
}

// person says what stands behind a key that is neither refused nor undecided.
func (s Set) person(b Binding) string {
	switch {
	case b.Policy == Verified:
		return "verified"
	case b.Signatures >= knownSignatures && b.Days >= knownDays && !s.rival(s.index(b.Fingerprint)):
		return "tofu"
	case b.Source == DANE || b.Source == WKD:
		return string(b.Source)
	case b.Source.rank() >= Header.rank(), b.Signatures > 0:
		return "new"
	case b.Source == Gossip || b.Source == Server:
		return "gossip"
	}
	return ""
}

// Pending gives the key that waits for the user's decision, the one seen last
// of several, "" for none.
func (s Set) Pending() string {
	var last Binding
	for _, b := range s {
		if b.Policy == Waiting && (last.Fingerprint == "" || later(b, last)) {
			last = b
		}
	}
	return last.Fingerprint
}

func later(a, b Binding) bool {
	return cmp.Or(a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.Fingerprint, b.Fingerprint)) > 0
}

// Usable gives the keys that may be sealed to without asking, the best first:
// the user's last word, then the one that the sender's program announced last
// (current, "" for none), then those from the better source, then the newer.
func (s Set) Usable(current string) []Binding {
	var out []Binding
	for _, b := range s {
		if b.established() {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b Binding) int {
		return cmp.Or(
			b.Decided.Compare(a.Decided),
			truth(b.Fingerprint == current)-truth(a.Fingerprint == current),
			b.Source.rank()-a.Source.rank(),
			b.LastSeen.Compare(a.LastSeen),
			cmp.Compare(a.Fingerprint, b.Fingerprint),
		)
	})
	return out
}

// Hearsay gives the keys that others told of, to be used as long as nothing
// better is known.
func (s Set) Hearsay() []Binding {
	var out []Binding
	for _, b := range s {
		if b.Policy == Auto && b.Source == Gossip {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b Binding) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return out
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
