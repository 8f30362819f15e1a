package resolve

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Validating gives a resolver that follows the chain of trust itself (RFC
// 4035, 5), from the anchors of the root down, over a name server that needs
// not be trusted. Where that server passes no DNSSEC records on at all, nothing
// is secure; where it leaves out some that must be there, the answer is
// ErrBogus.
func Validating(c Config, anchors []*dns.DS, now func() time.Time) Resolver {
	return &validator{asker: asker{c.filled()}, anchors: anchors, now: now, zones: map[string]zone{}}
}

type validator struct {
	asker
	anchors []*dns.DS
	now     func() time.Time

	mu    sync.Mutex
	zones map[string]zone // what is known of a name: the zone it lies in
}

// zone is a part of the tree of names under one set of keys.
type zone struct {
	name   string
	keys   []*dns.DNSKEY
	secure bool // false: nothing at or below that name can be proved
	until  time.Time
}

// Bounds on the work that one lookup may cause, whatever hostile zones hold
// (CVE-2023-50387: many keys of one tag under many signatures).
const (
	mostQueries = 64
	mostChecks  = 128
	mostZones   = 512
)

// lookup is one lookup with what it may still spend.
type lookup struct {
	*validator
	ctx             context.Context
	queries, checks int
}

// Lookup implements Resolver.
func (v *validator) Lookup(ctx context.Context, name string, rrtype uint16) (Answer, error) {
	name, err := clean(name)
	if err != nil {
		return Answer{}, err
	}
	l := &lookup{validator: v, ctx: ctx, queries: mostQueries, checks: mostChecks}
	secure := true
	for range longest {
		a, err := l.step(name, rrtype)
		if err != nil {
			return Answer{}, err
		}
		secure = secure && a.Secure
		a.Secure = secure
		if a.Target == name {
			return a, nil
		}
		name = a.Target
	}
	return Answer{}, fmt.Errorf("%w: too many aliases", ErrServer)
}

// step looks up one name without following its alias: then Target is another
// name.
func (l *lookup) step(name string, rrtype uint16) (Answer, error) {
	reply, err := l.query(name, rrtype)
	if err != nil {
		return Answer{}, err
	}
	if set := records(reply.Answer, name, rrtype); len(set) > 0 {
		secure, err := l.check(reply, set)
		return Answer{RR: set, Exists: true, Secure: secure, Target: name}, err
	}
	if set := records(reply.Answer, name, dns.TypeCNAME); len(set) > 0 {
		secure, err := l.alias(reply, set)
		return Answer{Exists: true, Secure: secure, Target: dns.CanonicalName(set[0].(*dns.CNAME).Target)}, err
	}
	return l.nothing(reply, name, rrtype)
}

func (l *lookup) query(name string, rrtype uint16) (*dns.Msg, error) {
	if l.queries--; l.queries < 0 {
		return nil, fmt.Errorf("%w: too many questions", ErrServer)
	}
	reply, _, err := l.ask(l.ctx, name, rrtype, true)
	return reply, err
}

// check tells whether a set of records in the answer is proved. The error says
// that it should be and is not.
func (l *lookup) check(reply *dns.Msg, set []dns.RR) (bool, error) {
	owner, rrtype := dns.CanonicalName(set[0].Header().Name), set[0].Header().Rrtype
	sigs := signatures(reply.Answer, owner, rrtype)
	for _, signer := range signers(sigs, owner, rrtype) {
		z, err := l.zoneOf(signer)
		if err != nil || !z.secure {
			return false, err
		}
		if sig := l.verified(z, set, sigs); sig != nil {
			return l.expanded(z, reply, owner, sig)
		}
	}
	return false, l.mustBeInsecure(owner, rrtype)
}

// alias checks an alias, which may follow from a DNAME record above it (RFC
// 6672): then that one is signed instead.
func (l *lookup) alias(reply *dns.Msg, set []dns.RR) (bool, error) {
	owner := dns.CanonicalName(set[0].Header().Name)
	if len(set) > 1 {
		return false, bogus(owner, "two aliases")
	}
	if len(signatures(reply.Answer, owner, dns.TypeCNAME)) > 0 {
		return l.check(reply, set)
	}
	for _, rr := range reply.Answer {
		d, ok := rr.(*dns.DNAME)
		above := dns.CanonicalName(rr.Header().Name)
		if !ok || above == owner || !dns.IsSubDomain(above, owner) {
			continue
		}
		made := dns.CanonicalName(strings.TrimSuffix(owner, above) + d.Target)
		if made == dns.CanonicalName(set[0].(*dns.CNAME).Target) {
			return l.check(reply, records(reply.Answer, above, dns.TypeDNAME))
		}
	}
	return l.check(reply, set)
}

// expanded completes the check of a set that a wildcard made: its name must be
// proved not to exist by itself (RFC 4035, 5.3.4).
func (l *lookup) expanded(z zone, reply *dns.Msg, owner string, sig *dns.RRSIG) (bool, error) {
	if exact(sig, owner) {
		return true, nil
	}
	switch l.proofs(z, reply).nextCloser(owner, int(sig.Labels)) {
	case absent:
		return true, nil
	case open:
		return false, nil
	}
	return false, bogus(owner, "a wildcard where the name may exist")
}

// nothing reads a reply without the records asked for. What DNSSEC proves
// counts, not the reply's code.
func (l *lookup) nothing(reply *dns.Msg, name string, rrtype uint16) (Answer, error) {
	a := Answer{Exists: reply.Rcode != dns.RcodeNameError, Target: name}
	for _, signer := range signers(denials(reply.Ns), name, rrtype) {
		z, err := l.zoneOf(signer)
		if err != nil || !z.secure {
			return a, err
		}
		switch l.proofs(z, reply).denies(name, rrtype) {
		case absent:
			return Answer{Secure: true, Target: name}, nil
		case empty:
			return Answer{Exists: true, Secure: true, Target: name}, nil
		case open:
			return a, nil
		}
	}
	return a, l.mustBeInsecure(name, rrtype)
}

// mustBeInsecure gives an error unless the name lies in a part of the tree
// that is proved to be unsigned.
func (l *lookup) mustBeInsecure(name string, rrtype uint16) error {
	z, err := l.zoneOf(home(name, rrtype))
	if err == nil && z.secure {
		return bogus(name, "no valid signature")
	}
	return err
}

func bogus(name, why string) error { return fmt.Errorf("%w: %s: %s", ErrBogus, name, why) }

// home gives the name to look for a record's zone at: delegations belong to
// the zone above.
func home(name string, rrtype uint16) string {
	if rrtype == dns.TypeDS {
		return parent(name)
	}
	return name
}

func parent(name string) string {
	i, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[i:]
}
