package resolve

import (
	"context"
	"errors"

	"github.com/miekg/dns"
)

// Errors that callers branch on.
var (
	ErrBogus  = errors.New("the answer fails the checks of DNSSEC") // forged, or the zone is broken
	ErrServer = errors.New("the name server gave no usable answer")
	ErrName   = errors.New("not a domain name")
)

// Answer is what the DNS says of a name and a type.
type Answer struct {
	RR     []dns.RR // the records of the asked type, at the end of aliases
	Exists bool     // the name exists, if only with records of other types
	Secure bool     // DNSSEC proves all of this, also that nothing is there
	Target string   // where aliases led, the name itself without any
}

// Resolver looks names up. It is asked from several goroutines. Lookup gives
// no error for a name that does not exist.
type Resolver interface {
	Lookup(ctx context.Context, name string, rrtype uint16) (Answer, error)
}

// longest is how many aliases are followed.
const longest = 8

// clean gives the canonical form of a name.
func clean(name string) (string, error) {
	if _, ok := dns.IsDomainName(name); !ok || name == "" {
		return "", ErrName
	}
	return dns.CanonicalName(name), nil
}

// records gives the records of a section with that owner and type.
func records(section []dns.RR, owner string, rrtype uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range section {
		h := rr.Header()
		if h.Rrtype == rrtype && h.Class == dns.ClassINET && dns.CanonicalName(h.Name) == owner {
			out = append(out, rr)
		}
	}
	return out
}
