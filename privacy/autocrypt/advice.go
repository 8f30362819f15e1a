package autocrypt

import (
	"slices"
	"time"
)

// Advice says whether a mail should be sealed (Autocrypt 1.1, 2.4).
type Advice string

// The advices, from the least to the most.
const (
	Disable    Advice = "disable"    // it cannot be sealed
	Discourage Advice = "discourage" // it can, but it may not be readable there
	Available  Advice = "available"
	Encrypt    Advice = "encrypt" // seal without asking
)

// stale is after how long without header mails tell that the address is not
// read by an Autocrypt program any more.
const stale = 35 * 24 * time.Hour

// Candidate is one recipient of a mail.
type Candidate struct {
	Peer   Peer
	Key    bool // Peer.Key can be sealed to
	Gossip bool // Peer.GossipKey can be sealed to
}

// Advise gives the advice for one recipient. Mutual is the own wish, and reply
// tells that the mail answers a sealed one, which must not be betrayed.
func Advise(c Candidate, mutual, reply bool) Advice {
	preliminary := c.preliminary()
	switch {
	case preliminary == Disable:
		return Disable
	case reply, preliminary == Available && mutual && c.Peer.Mutual:
		return Encrypt
	}
	return preliminary
}

func (c Candidate) preliminary() Advice {
	switch {
	case c.Key && c.Peer.LastSeen.Sub(c.Peer.Timestamp) > stale:
		return Discourage
	case c.Key:
		return Available
	case c.Gossip:
		return Discourage
	}
	return Disable
}

// Recommend gives the advice for a mail to several recipients. Without
// recipients it cannot be sealed.
func Recommend(to []Candidate, mutual, reply bool) Advice {
	var all []Advice
	for _, c := range to {
		all = append(all, Advise(c, mutual, reply))
	}
	return Join(all...)
}

// Join gives the advice for a mail from those for each of its recipients: one
// who cannot read it sealed forbids it, and sealing without asking takes all.
func Join(all ...Advice) Advice {
	if len(all) == 0 || slices.Contains(all, Disable) {
		return Disable
	}
	if slices.Contains(all, Discourage) {
		return Discourage
	}
	if slices.Contains(all, Available) {
		return Available
	}
	return Encrypt
}
