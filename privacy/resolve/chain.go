package resolve

import (
	"strings"
	"time"

	"github.com/miekg/dns"
)

// How long what is known of a zone is kept, at most.
const (
	keepSecure   = time.Hour
	keepInsecure = 5 * time.Minute
)

// zoneOf finds the zone that a name lies in, from the root down.
func (l *lookup) zoneOf(name string) (zone, error) {
	z, err := l.known(".", l.root)
	if name == "." {
		return z, err
	}
	at := dns.Split(name)
	for i := len(at) - 1; i >= 0 && err == nil && z.secure; i-- {
		above, child := z, name[at[i]:]
		z, err = l.known(child, func() (zone, error) { return l.descend(above, child) })
	}
	return z, err
}

// known gives what is kept of a name, else finds it and keeps it.
func (l *lookup) known(name string, find func() (zone, error)) (zone, error) {
	l.mu.Lock()
	z, ok := l.zones[name]
	l.mu.Unlock()
	now := l.now()
	if ok && now.Before(z.until) {
		return z, nil
	}
	z, err := find()
	if err != nil {
		return zone{}, err
	}
	if !z.secure {
		z.until = now.Add(keepInsecure)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.zones) >= mostZones {
		clear(l.zones)
	}
	l.zones[name] = z
	return z, nil
}

// root gives the keys of the root zone. A name server that gives them without
// signatures hides DNSSEC from us: nothing is secure then.
func (l *lookup) root() (zone, error) {
	reply, err := l.query(".", dns.TypeDNSKEY)
	if err != nil {
		return zone{}, err
	}
	if len(signatures(reply.Answer, ".", dns.TypeDNSKEY)) == 0 {
		return zone{name: "."}, nil
	}
	return l.signed(".", l.anchors, reply)
}

// descend goes one label down from a secure zone: to a zone of its own keys,
// to one without any, or to a name in the same zone.
func (l *lookup) descend(above zone, child string) (zone, error) {
	reply, err := l.query(child, dns.TypeDS)
	if err != nil {
		return zone{}, err
	}
	if set := records(reply.Answer, child, dns.TypeDS); len(set) > 0 {
		return l.delegated(above, child, reply, set)
	}
	if alias := records(reply.Answer, child, dns.TypeCNAME); len(alias) > 0 {
		if l.verified(above, alias, signatures(reply.Answer, child, dns.TypeCNAME)) != nil {
			return above, nil // an alias is no border of zones
		}
		return zone{}, bogus(child, "an alias without valid signature")
	}
	p := l.proofs(above, reply)
	switch p.denies(child, dns.TypeDS) {
	case absent:
		return above, nil
	case empty:
		if p.delegates(child) {
			return zone{name: child}, nil
		}
		return above, nil
	case open:
		return zone{name: child}, nil
	}
	return zone{}, bogus(child, "no proof that the delegation is unsigned")
}

// delegated reads the keys of a zone that the one above vouches for.
func (l *lookup) delegated(above zone, child string, reply *dns.Msg, set []dns.RR) (zone, error) {
	sig := l.verified(above, set, signatures(reply.Answer, child, dns.TypeDS))
	if sig == nil || !exact(sig, child) {
		return zone{}, bogus(child, "a delegation without valid signature")
	}
	ds := usable(set)
	if len(ds) == 0 {
		return zone{name: child}, nil // RFC 4035, 5.2: algorithms that nobody here knows
	}
	keys, err := l.query(child, dns.TypeDNSKEY)
	if err != nil {
		return zone{}, err
	}
	return l.signed(child, ds, keys)
}

// signed takes the keys of a zone when one that is vouched for signed them.
func (l *lookup) signed(name string, vouched []*dns.DS, reply *dns.Msg) (zone, error) {
	set := records(reply.Answer, name, dns.TypeDNSKEY)
	z := zone{name: name, secure: true, until: l.now().Add(keepSecure)}
	for _, rr := range set {
		if key, ok := rr.(*dns.DNSKEY); ok && signing(key) {
			z.keys = append(z.keys, key)
		}
		z.until = earlier(z.until, l.now().Add(time.Duration(rr.Header().Ttl)*time.Second))
	}
	entry := zone{name: name, secure: true}
	for _, key := range z.keys {
		if vouches(vouched, key) {
			entry.keys = append(entry.keys, key)
		}
	}
	sigs := signatures(reply.Answer, name, dns.TypeDNSKEY)
	if sig := l.verified(entry, set, sigs); sig == nil || !exact(sig, name) {
		return zone{}, bogus(name, "keys that nobody vouches for")
	}
	return z, nil
}

// signing tells whether a key may sign records (RFC 4034, 2.1; RFC 5011, 2.1).
func signing(key *dns.DNSKEY) bool {
	return key.Flags&dns.ZONE != 0 && key.Flags&dns.REVOKE == 0 && key.Protocol == 3 && known(key.Algorithm)
}

func vouches(vouched []*dns.DS, key *dns.DNSKEY) bool {
	for _, ds := range vouched {
		if ds.KeyTag != key.KeyTag() || ds.Algorithm != key.Algorithm {
			continue
		}
		made := key.ToDS(ds.DigestType)
		if made != nil && strings.EqualFold(made.Digest, ds.Digest) {
			return true
		}
	}
	return false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
