package resolve

import (
	"bytes"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// denial is what is proved of a name and a type.
type denial int

const (
	unproved denial = iota
	absent          // the name does not exist
	empty           // it exists, or a wildcard for it, without that type
	open            // it may exist unsigned: NSEC3 opt-out, or too costly to know
)

// costly is how many rounds of hashing are computed (RFC 9276, 3.2 asks for
// none and lets validators call more than they like insecure).
const costly = 100

// proofs are the records of a zone that prove absence, their signatures
// checked.
type proofs struct {
	zone   string
	ranges []*dns.NSEC
	hashed []*dns.NSEC3
}

func (l *lookup) proofs(z zone, reply *dns.Msg) proofs {
	p := proofs{zone: z.name}
	for _, rr := range reply.Ns {
		h := rr.Header()
		owner := dns.CanonicalName(h.Name)
		if h.Rrtype != dns.TypeNSEC && h.Rrtype != dns.TypeNSEC3 || len(p.ranges)+len(p.hashed) > 8 {
			continue
		}
		sig := l.verified(z, records(reply.Ns, owner, h.Rrtype), signatures(reply.Ns, owner, h.Rrtype))
		if sig == nil || !exact(sig, owner) {
			continue
		}
		switch rr := rr.(type) {
		case *dns.NSEC:
			p.ranges = append(p.ranges, rr)
		case *dns.NSEC3:
			if rr.Hash == dns.SHA1 && parent(owner) == z.name {
				p.hashed = append(p.hashed, rr)
			}
		}
	}
	return p
}

// denies tells what is proved of a name and a type (RFC 4035, 5.4; RFC 5155,
// 8; RFC 6840, 4).
func (p proofs) denies(name string, rrtype uint16) denial {
	if p.expensive() {
		return open
	}
	if bits, ok := p.bits(name); ok {
		return lacks(bits, rrtype)
	}
	if len(p.hashed) > 0 {
		return p.deniesHashed(name, rrtype)
	}
	return p.deniesRange(name, rrtype)
}

func (p proofs) expensive() bool {
	return slices.ContainsFunc(p.hashed, func(rr *dns.NSEC3) bool { return rr.Iterations > costly })
}

// bits gives the types that exist at a name, when a proof speaks of that name.
func (p proofs) bits(name string) ([]uint16, bool) {
	for _, rr := range p.ranges {
		if dns.CanonicalName(rr.Hdr.Name) == name {
			return rr.TypeBitMap, true
		}
	}
	for _, rr := range p.hashed {
		if rr.Match(name) {
			return rr.TypeBitMap, true
		}
	}
	return nil, false
}

// delegates tells whether the proofs say that a name is the top of another
// zone.
func (p proofs) delegates(name string) bool {
	bits, ok := p.bits(name)
	return ok && slices.Contains(bits, dns.TypeNS)
}

// lacks reads the types at a name itself. The zone above a delegation can
// speak of the delegation only, the zone below of anything else.
func lacks(bits []uint16, rrtype uint16) denial {
	has := func(t uint16) bool { return slices.Contains(bits, t) }
	switch {
	case has(dns.TypeNXNAME): // RFC 9824: a proof made on the spot
		return absent
	case has(rrtype), has(dns.TypeCNAME):
		return unproved
	case rrtype == dns.TypeDS && has(dns.TypeSOA):
		return unproved
	case rrtype != dns.TypeDS && cut(bits):
		return unproved
	}
	return empty
}

// cut tells whether what is below a name belongs to another zone.
func cut(bits []uint16) bool {
	return slices.Contains(bits, dns.TypeNS) && !slices.Contains(bits, dns.TypeSOA)
}

// leads tells whether what is below a name is to be looked for elsewhere, so
// that this zone cannot deny it.
func leads(bits []uint16) bool { return cut(bits) || slices.Contains(bits, dns.TypeDNAME) }

func (p proofs) deniesRange(name string, rrtype uint16) denial {
	rr := p.cover(name)
	if rr == nil {
		return unproved
	}
	if next := dns.CanonicalName(rr.NextDomain); next != name && dns.IsSubDomain(name, next) {
		return empty // only names below it exist
	}
	above := encloser(name, rr)
	if above == "" {
		return unproved
	}
	return p.deniesWildcard(above, rrtype)
}

func (p proofs) deniesWildcard(above string, rrtype uint16) denial {
	wildcard := "*." + strings.TrimPrefix(above, ".")
	if bits, ok := p.bits(wildcard); ok {
		if lacks(bits, rrtype) == empty {
			return empty
		}
		return unproved
	}
	if len(p.hashed) > 0 {
		return p.coverHashed(wildcard)
	}
	if p.cover(wildcard) != nil {
		return absent
	}
	return unproved
}

// cover gives the range in which a name would be if it existed.
func (p proofs) cover(name string) *dns.NSEC {
	for _, rr := range p.ranges {
		owner, next := dns.CanonicalName(rr.Hdr.Name), dns.CanonicalName(rr.NextDomain)
		if !dns.IsSubDomain(p.zone, name) || compare(owner, name) >= 0 {
			continue
		}
		if next != p.zone && compare(name, next) >= 0 {
			continue
		}
		if !dns.IsSubDomain(owner, name) || !leads(rr.TypeBitMap) {
			return rr
		}
	}
	return nil
}

// encloser gives the closest name above that exists, as the ends of the range
// tell.
func encloser(name string, rr *dns.NSEC) string {
	n := max(dns.CompareDomainName(name, rr.Hdr.Name), dns.CompareDomainName(name, rr.NextDomain))
	return last(name, n)
}

// last gives the name of the last n labels of a name, "" when it has not more.
func last(name string, n int) string {
	at := dns.Split(name)
	switch {
	case n >= len(at):
		return ""
	case n == 0:
		return "."
	}
	return name[at[len(at)-n]:]
}

func (p proofs) deniesHashed(name string, rrtype uint16) denial {
	for n := dns.CountLabel(name) - 1; n >= dns.CountLabel(p.zone); n-- {
		above := last(name, n)
		bits, ok := p.bits(above)
		if !ok {
			continue
		}
		if leads(bits) {
			return unproved
		}
		if d := p.nextCloser(name, n); d != absent {
			return d
		}
		return p.deniesWildcard(above, rrtype)
	}
	return unproved
}

// nextCloser tells whether the name one label below the closest that exists,
// which has n labels, is proved not to exist.
func (p proofs) nextCloser(name string, n int) denial {
	if p.expensive() {
		return open
	}
	if len(p.hashed) == 0 {
		rr := p.cover(name)
		if rr == nil {
			return unproved
		}
		if above := encloser(name, rr); above != "" && dns.CountLabel(above) <= n {
			return absent
		}
		return unproved
	}
	closer := last(name, n+1)
	if closer == "" {
		closer = name
	}
	return p.coverHashed(closer)
}

func (p proofs) coverHashed(name string) denial {
	for _, rr := range p.hashed {
		if !rr.Cover(name) || rr.Match(name) { // Cover counts the lower end in
			continue
		}
		if rr.Flags&1 != 0 {
			return open
		}
		return absent
	}
	return unproved
}

// compare orders names as DNSSEC does (RFC 4034, 6.1).
func compare(a, b string) int {
	x, y := labels(a), labels(b)
	for i := range min(len(x), len(y)) {
		if c := bytes.Compare(x[i], y[i]); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// labels gives the labels of a canonical name as bytes, the top one first.
func labels(name string) [][]byte {
	wire := make([]byte, 256)
	end, err := dns.PackDomainName(name, wire, 0, nil, false)
	if err != nil {
		return nil
	}
	var out [][]byte
	for i := 0; i < end && wire[i] != 0; i += int(wire[i]) + 1 {
		out = append(out, wire[i+1:i+1+int(wire[i])])
	}
	slices.Reverse(out)
	return out
}
