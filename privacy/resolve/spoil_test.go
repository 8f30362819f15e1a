package resolve

import (
	"slices"

	"github.com/miekg/dns"
)

// without takes signatures away: those over the given types, all of them for
// none given, and then what they prove too.
func without(section []dns.RR, covered []uint16) []dns.RR {
	return slices.DeleteFunc(slices.Clone(section), func(rr dns.RR) bool {
		sig, ok := rr.(*dns.RRSIG)
		if covered == nil {
			t := rr.Header().Rrtype
			return ok || t == dns.TypeNSEC || t == dns.TypeNSEC3 || t == dns.TypeDS
		}
		return ok && slices.Contains(covered, sig.TypeCovered)
	})
}

// onlyFor tampers with the replies about one name alone.
func onlyFor(name string, f func(dns.Question, *dns.Msg)) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		if dns.CanonicalName(q.Name) == name {
			f(q, m)
		}
	}
}

// hide answers as if there were no records of a type, without proof.
func hide(rrtype uint16) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		if q.Qtype == rrtype {
			m.Answer = nil
		}
	}
}

// foreignProof denies a delegation's keys with the proof made for another.
func foreignProof(d *tree) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		if q.Qtype == dns.TypeDS {
			m.Answer, m.Ns = nil, d.zones["org."].proof(d.t, "plain.org.")
		}
	}
}

// parentProof denies a name with what the zone above the right one signed.
func parentProof(d *tree) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		if q.Qtype == dns.TypeA {
			m.Rcode, m.Answer, m.Ns = dns.RcodeNameError, nil, d.zones["org."].everything(d)
		}
	}
}

// everything gives all denials of a zone.
func (z *testZone) everything(d *tree) []dns.RR {
	var out []dns.RR
	for _, rr := range z.chain() {
		out = append(out, z.sign(d.t, []dns.RR{rr}, rr.Header().Name)...)
	}
	return out
}

// otherProof denies a name with the proof for a neighbour.
func otherProof(d *tree) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		m.Rcode, m.Answer, m.Ns = dns.RcodeNameError, nil, d.zones["example.org."].proof(d.t, "gone.example.org.")
	}
}

// wildcardReplay answers for an existing name with what a wildcard gives.
func wildcardReplay(d *tree) func(dns.Question, *dns.Msg) {
	return func(q dns.Question, m *dns.Msg) {
		z := d.zones["example.org."]
		if q.Qtype == dns.TypeA {
			m.Answer = z.sign(d.t, z.set("*.wild.example.org.", dns.TypeA), q.Name)
			m.Ns = z.everything(d)
		}
	}
}

// swapKey signs a zone with a key that the zone above does not vouch for.
func swapKey(d *tree, name string) {
	old := d.zones[name]
	fresh := d.zone(name, true)
	fresh.records = slices.DeleteFunc(old.records, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeDNSKEY })
	fresh.records = append(fresh.records, fresh.key)
	fresh.hashed = old.hashed
}
