package resolve

import (
	"strings"

	"github.com/miekg/dns"
)

// signatures gives the signatures over the records of that owner and type.
func signatures(section []dns.RR, owner string, rrtype uint16) []*dns.RRSIG {
	var out []*dns.RRSIG
	for _, rr := range records(section, owner, dns.TypeRRSIG) {
		if sig, ok := rr.(*dns.RRSIG); ok && sig.TypeCovered == rrtype {
			out = append(out, sig)
		}
	}
	return out
}

// denials gives the signatures over proofs that something is absent.
func denials(section []dns.RR) []*dns.RRSIG {
	var out []*dns.RRSIG
	for _, rr := range section {
		sig, ok := rr.(*dns.RRSIG)
		if ok && (sig.TypeCovered == dns.TypeNSEC || sig.TypeCovered == dns.TypeNSEC3) {
			out = append(out, sig)
		}
	}
	return out
}

// signers gives the zones that claim to have signed and can have: those above
// the name, for delegations really above.
func signers(sigs []*dns.RRSIG, name string, rrtype uint16) []string {
	var out []string
	seen := map[string]bool{}
	for _, sig := range sigs {
		signer := dns.CanonicalName(sig.SignerName)
		if !seen[signer] && dns.IsSubDomain(signer, home(name, rrtype)) {
			seen[signer] = true
			out = append(out, signer)
		}
	}
	return out
}

// verified gives the signature of a secure zone over a set of records that
// holds now, nil for none.
func (l *lookup) verified(z zone, set []dns.RR, sigs []*dns.RRSIG) *dns.RRSIG {
	if !z.secure || len(set) == 0 || !dns.IsSubDomain(z.name, dns.CanonicalName(set[0].Header().Name)) {
		return nil
	}
	for _, sig := range sigs {
		if dns.CanonicalName(sig.SignerName) != z.name || !sig.ValidityPeriod(l.now()) || !known(sig.Algorithm) {
			continue
		}
		for _, key := range z.keys {
			if key.Algorithm == sig.Algorithm && key.KeyTag() == sig.KeyTag && l.verify(sig, key, set) {
				return sig
			}
		}
	}
	return nil
}

func (l *lookup) verify(sig *dns.RRSIG, key *dns.DNSKEY, set []dns.RR) bool {
	l.checks--
	return l.checks >= 0 && sig.Verify(key, set) == nil
}

// exact tells whether a signature is over that very name, not over a wildcard
// that stands for it (RFC 4035, 5.3.2).
func exact(sig *dns.RRSIG, owner string) bool {
	return int(sig.Labels) == dns.CountLabel(strings.TrimPrefix(owner, "*."))
}
