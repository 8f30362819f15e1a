package resolve

import (
	"context"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// New gives the resolver that fits the configuration: the system's own when
// its word on DNSSEC can be believed, else one that checks for itself.
func New(c Config, now func() time.Time) Resolver {
	c = c.filled()
	if c.trusted() {
		return System(c)
	}
	return Validating(c, RootAnchors(), now)
}

// System gives the resolver that leaves the checks to the name server. It
// believes the server's AD bit only when the server is on this machine or the
// configuration says so; all else is insecure.
func System(c Config) Resolver {
	c = c.filled()
	return system{asker{c}, c.trusts}
}

type system struct {
	asker
	trusts func(netip.AddrPort) bool // whose AD bit counts
}

// Lookup implements Resolver.
func (s system) Lookup(ctx context.Context, name string, rrtype uint16) (Answer, error) {
	name, err := clean(name)
	if err != nil {
		return Answer{}, err
	}
	reply, server, err := s.ask(ctx, name, rrtype, false)
	if err != nil {
		return Answer{}, err
	}
	a := follow(reply, name, rrtype)
	a.Secure = reply.AuthenticatedData && s.trusts(server)
	return a, nil
}

// follow reads the answer out of the reply of a server that follows aliases
// itself.
func follow(reply *dns.Msg, name string, rrtype uint16) Answer {
	for range longest {
		if found := records(reply.Answer, name, rrtype); len(found) > 0 {
			return Answer{RR: found, Exists: true, Target: name}
		}
		alias := records(reply.Answer, name, dns.TypeCNAME)
		if len(alias) == 0 {
			break
		}
		name = dns.CanonicalName(alias[0].(*dns.CNAME).Target)
	}
	return Answer{Exists: reply.Rcode != dns.RcodeNameError, Target: name}
}
