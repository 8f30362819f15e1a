package tofu

import (
	"slices"
	"time"
)

// Policy is what was decided about a key, in the words of GnuPG's model.
type Policy string

// The policies.
const (
	Auto     Policy = "auto"    // judged by what was seen
	Verified Policy = "good"    // compared with its holder
	Accepted Policy = "unknown" // taken by the user, unchecked
	Refused  Policy = "bad"
	Waiting  Policy = "ask" // another key is established: undecided
)

// Source says where a key was seen.
type Source string

// The sources, from the best to the least.
const (
	Join       Source = "securejoin"
	Import     Source = "import" // by the user
	DANE       Source = "dane"
	WKD        Source = "wkd"
	Signature  Source = "signature" // a valid one, over a whole mail from the address
	Header     Source = "autocrypt"
	Server     Source = "vks" // one that asks the address whether the key is its own
	Gossip     Source = "gossip"
	Attachment Source = "attached"
	Keyserver  Source = "hkp"
	Keybase    Source = "keybase"
)

// rank orders the sources, 0 for one that is not known.
func (s Source) rank() int {
	order := [...]Source{Keybase, Keyserver, Attachment, Gossip, Server, Header, Signature, WKD, DANE, Import, Join}
	return slices.Index(order[:], s) + 1
}

// establishes tells whether a key from that source can stand for an address
// without a decision of the user. What others say of somebody cannot.
func (s Source) establishes() bool { return s.rank() >= Server.rank() }

// better gives the better of two sources.
func better(a, b Source) Source {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Binding is what is known of one key in the hands of one address.
type Binding struct {
	Fingerprint string
	Source      Source // the best one
	FirstSeen   time.Time
	LastSeen    time.Time
	Signatures  int // valid ones over whole mails from the address
	Days        int // on which those were made
	Policy      Policy
	Decided     time.Time // when it was verified or accepted
	How         string    // it was verified
}

// established tells whether the key may stand for the address.
func (b Binding) established() bool {
	switch b.Policy {
	case Verified, Accepted:
		return true
	case Auto:
		return b.Source.establishes()
	}
	return false
}

// Set is every binding of one address. Its methods give changed copies.
type Set []Binding

// Find gives the binding of a key.
func (s Set) Find(fingerprint string) (Binding, bool) {
	if i := s.index(fingerprint); i >= 0 {
		return s[i], true
	}
	return Binding{}, false
}

func (s Set) index(fingerprint string) int {
	return slices.IndexFunc(s, func(b Binding) bool { return b.Fingerprint == fingerprint })
}

// MaxWaiting bounds how many undecided keys are kept of an address: further
// ones would raise the same question.
const MaxWaiting = 8

// Sight is one more sighting of a key.
type Sight struct {
	Fingerprint string
	Source      Source
	Date        time.Time
	// Signatures and Days count the valid signatures by now, this one
	// included. They are never counted down.
	Signatures, Days int
	// Certified tells that an established key of the address has certified
	// this one: its holder says himself that he changes it.
	Certified bool
	// Together tells that the key came by the same mail or answer as the first
	// one of the address: one person with two programs.
	Together bool
}

// See gives the bindings after a sighting. It never changes a decision.
func (s Set) See(x Sight) Set {
	i := s.index(x.Fingerprint)
	if i < 0 && (x.Source.rank() == 0 || s.full(x)) {
		return s
	}
	s = slices.Clone(s)
	if i < 0 {
		s = append(s, Binding{Fingerprint: x.Fingerprint, Source: x.Source, FirstSeen: x.Date, LastSeen: x.Date, Policy: Auto})
		i = len(s) - 1
		if s.contested(i) && x.Source.establishes() && !x.allowed() {
			s[i].Policy = Waiting
		}
	}
	b := &s[i]
	was := b.established()
	b.Source = better(b.Source, x.Source)
	b.widen(x)
	switch {
	case b.Policy == Waiting && x.Certified:
		b.Policy = Auto
	case b.Policy == Auto && !was && b.established() && s.contested(i) && !x.allowed():
		b.Policy = Waiting // hearsay so far
	}
	if x.Source == Import && (b.Policy == Waiting || b.Policy == Auto && s.rival(i)) {
		b.Policy, b.Decided = Accepted, x.Date // the user put it there himself
	}
	return s
}

// allowed tells whether the key may stand beside another one.
func (x Sight) allowed() bool { return x.Certified || x.Together || x.Source == Import }

// full tells that a further key that stands for nothing would be one too many:
// undecided ones and those told of by others are bounded, each for themselves.
// A key that can be established is never one, and what signed is noted always,
// so that it is told apart.
func (s Set) full(x Sight) bool {
	strong := x.Source.establishes()
	if x.allowed() || x.Source == Signature || strong && !s.contested(-1) {
		return false
	}
	n := 0
	for _, b := range s {
		if strong && b.Policy == Waiting || !strong && b.Policy == Auto && !b.established() {
			n++
		}
	}
	return n >= MaxWaiting
}

// rival tells whether another key than the i-th is established.
func (s Set) rival(i int) bool {
	for j, b := range s {
		if j != i && b.established() {
			return true
		}
	}
	return false
}

// contested tells whether another key than the i-th is established, or waits
// for a decision, which must not be taken by a third one.
func (s Set) contested(i int) bool {
	for j, b := range s {
		if j != i && b.Policy == Waiting {
			return true
		}
	}
	return s.rival(i)
}

func (b *Binding) widen(x Sight) {
	if b.FirstSeen.IsZero() || !x.Date.IsZero() && x.Date.Before(b.FirstSeen) {
		b.FirstSeen = x.Date
	}
	if x.Date.After(b.LastSeen) {
		b.LastSeen = x.Date
	}
	b.Signatures, b.Days = max(b.Signatures, x.Signatures), max(b.Days, x.Days)
}
