package trace

import (
	"maps"
	"slices"
	"strings"
)

// The rules of learning.
const (
	minMails   = 5   // fewer teach nothing
	minTLS     = 3   // mails of a host that told of TLS, before its silence means anything
	recent     = 500 // beyond that many mails all counts are halved, so that old ones fade
	maxEntries = 128 // names counted of each sort
)

// Learned is what the mails of one account teach about its provider. It is
// stored as JSON. The zero value has learned nothing.
//
// Only what the provider's servers must have written themselves is counted: the
// topmost network hop, what stands above it, and what is below it only as far
// as the same machine handed the mail to itself. Whoever fills a fresh mailbox
// with mails full of forged lines therefore teaches nothing, however many come
// first; a rule by numbers alone would make his names the trusted ones. It
// remains possible when a server writes no Received line at all, which RFC 5321
// section 4.4 forbids; there, nothing should be trusted and the configuration
// can say so.
type Learned struct {
	Mails int            `json:"mails"`
	Hosts map[string]int `json:"hosts,omitempty"` // "by" names, and ".domain" of their organisations
	IDs   map[string]int `json:"ids,omitempty"`
	TLS   map[string]int `json:"tls,omitempty"` // "by" names that told of TLS
}

// Add counts one received mail. Copies of sent mails and mails that came over
// no network carry no line to learn from and are not counted; neither are mails
// that were submitted to the provider itself, which it may well not check.
func (l *Learned) Add(o Observations) {
	hops := written(o.Hops)
	if len(hops) == 0 || submission(o.Hops[hops[len(hops)-1]]) {
		return
	}
	var hosts, tls []string
	for _, i := range hops {
		h := o.Hops[i]
		hosts = append(hosts, h.By, "."+Organisation(h.By))
		if h.TLS != "" {
			tls = append(tls, h.By)
		}
	}
	l.Mails++
	count1(&l.Hosts, hosts)
	count1(&l.TLS, tls)
	count1(&l.IDs, idsAbove(o.Claims, hops[len(hops)-1]))
	if l.Mails >= recent {
		l.fade()
	}
}

// written gives the network hops which the provider must have written itself:
// the topmost, and further ones only behind a hop of a machine to itself.
func written(hops []Hop) []int {
	var own []int
	for i, h := range hops {
		switch {
		case h.Network:
			own = append(own, i)
			if sideOf(h, Trust{}) != inside {
				return own
			}
		case !handedInside(h):
			return own
		}
	}
	return own
}

func idsAbove(claims []Claim, hop int) []string {
	var ids []string
	for _, c := range claims {
		if c.Above <= hop && c.ID != "" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// count1 adds one to each different name, within bounds.
func count1(m *map[string]int, names []string) {
	if *m == nil {
		*m = map[string]int{}
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if n == "" || n == "." {
			continue
		}
		if _, ok := (*m)[n]; !ok && len(*m) >= maxEntries {
			maps.DeleteFunc(*m, func(_ string, c int) bool { return c <= 1 })
		}
		if len(*m) < maxEntries || (*m)[n] > 0 {
			(*m)[n]++
		}
	}
}

func (l *Learned) fade() {
	l.Mails /= 2
	for _, m := range []map[string]int{l.Hosts, l.IDs, l.TLS} {
		for n := range m {
			m[n] /= 2
		}
		maps.DeleteFunc(m, func(_ string, c int) bool { return c == 0 })
	}
}

// Trust gives what has been learned: the hosts of more than four mails in five
// (or their organisation, when a provider spreads mail over many hosts), the
// authserv-ids of nine in ten, and the hosts that write down TLS.
func (l *Learned) Trust() Trust {
	var t Trust
	if l.Mails < minMails {
		return t
	}
	for n, c := range l.Hosts {
		if c*5 > l.Mails*4 && !covered(l, n) {
			t.Hosts = append(t.Hosts, n)
		}
	}
	for n, c := range l.IDs {
		if c*10 >= l.Mails*9 {
			t.IDs = append(t.IDs, n)
		}
	}
	for n, c := range l.TLS {
		if c >= minTLS && t.owns(n) {
			t.TLSWriters = append(t.TLSWriters, n)
		}
	}
	return t.Merge(Trust{})
}

// covered tells that an organisation need not be trusted, since one host of it
// stands for nearly all mails.
func covered(l *Learned, name string) bool {
	if !strings.HasPrefix(name, ".") {
		return false
	}
	for n, c := range l.Hosts {
		if strings.HasSuffix(n, name) && n != name && c*5 > l.Mails*4 {
			return true
		}
	}
	return false
}
