package autocrypt

import (
	"cmp"
	"time"
)

// Peer is what is kept of an address (Autocrypt 1.1, 2.2). Keys are named by
// their fingerprints. The zero value means that nothing was seen yet.
type Peer struct {
	LastSeen  time.Time // of the newest mail
	Timestamp time.Time // of the newest mail with a valid header
	Key       string
	Mutual    bool
	Gossip    time.Time // of the newest gossip
	GossipKey string
}

// Sight is what one mail told of an address.
type Sight struct {
	Date   time.Time // the effective one
	Key    string    // fingerprint; "" for a mail without valid header
	Mutual bool
	Gossip bool // somebody else told it
}

// Effective gives the date that counts for a mail: its own, or that of its
// receipt when its own lies after that or is missing (Autocrypt 1.1, 2.3).
func Effective(date, received time.Time) time.Time {
	if date.IsZero() || !received.IsZero() && date.After(received) {
		return received
	}
	return date
}

// See gives what is known of an address after a mail. Mails may be seen in any
// order, and again: what comes of it is the same. A mail older than the newest
// header changes nothing but for telling that it is not the newest.
func (p Peer) See(s Sight) Peer {
	switch {
	case s.Gossip:
		return p.hear(s)
	case s.Date.IsZero():
		return p
	}
	if s.Date.After(p.LastSeen) {
		p.LastSeen = s.Date
	}
	if s.Key != "" && newer(s.Date, s.Key, p.Timestamp, p.Key) {
		p.Timestamp, p.Key, p.Mutual = s.Date, s.Key, s.Mutual
	} else if s.Key == p.Key && s.Date.Equal(p.Timestamp) {
		p.Mutual = p.Mutual && s.Mutual // said twice at once: the lesser wish
	}
	return p
}

func (p Peer) hear(s Sight) Peer {
	if s.Key != "" && !s.Date.IsZero() && newer(s.Date, s.Key, p.Gossip, p.GossipKey) {
		p.Gossip, p.GossipKey = s.Date, s.Key
	}
	return p
}

// newer tells whether a sight takes the place of another. Of two at the very
// same moment one has to win whatever their order, so the larger key does.
func newer(date time.Time, key string, than time.Time, other string) bool {
	if c := date.Compare(than); c != 0 {
		return c > 0
	}
	return cmp.Less(other, key)
}
