package resolve

import (
	"errors"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"
)

func nsec(owner, next string, types ...uint16) *dns.NSEC {
	return &dns.NSEC{Hdr: dns.RR_Header{Name: owner}, NextDomain: next, TypeBitMap: types}
}

func TestProofsSpeakOfTheirOwnZone(t *testing.T) {
	const a, ds, ns, soa = dns.TypeA, dns.TypeDS, dns.TypeNS, dns.TypeSOA
	tests := map[string]struct {
		zone   string
		ranges []*dns.NSEC
		name   string
		rrtype uint16
		want   denial
	}{
		"delegation, asked for keys":     {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", ns)}, "a.org.", ds, empty},
		"delegation, asked for more":     {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", ns)}, "a.org.", a, unproved},
		"below a delegation":             {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", ns), nsec("org.", "a.org.", ns, soa)}, "x.a.org.", a, unproved},
		"below a DNAME":                  {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", dns.TypeDNAME), nsec("org.", "a.org.", ns, soa)}, "x.a.org.", a, unproved},
		"top of the zone, its keys":      {"a.org.", []*dns.NSEC{nsec("a.org.", "c.a.org.", ns, soa)}, "a.org.", ds, unproved},
		"top of the zone":                {"a.org.", []*dns.NSEC{nsec("a.org.", "c.a.org.", ns, soa)}, "a.org.", a, empty},
		"the type is there":              {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a)}, "a.org.", a, unproved},
		"an alias is there":              {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", dns.TypeCNAME)}, "a.org.", a, unproved},
		"keys are there":                 {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", ns, ds)}, "a.org.", ds, unproved},
		"no wildcard proof":              {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a)}, "b.org.", a, unproved},
		"with wildcard proof":            {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a), nsec("org.", "a.org.", ns, soa)}, "b.org.", a, absent},
		"a wildcard has it":              {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a), nsec("*.org.", "a.org.", a)}, "b.org.", a, unproved},
		"a wildcard without it":          {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a), nsec("*.org.", "a.org.", a)}, "b.org.", ns, empty},
		"outside the range":              {"org.", []*dns.NSEC{nsec("a.org.", "c.org.", a), nsec("org.", "a.org.", ns, soa)}, "d.org.", a, unproved},
		"after the last":                 {"org.", []*dns.NSEC{nsec("c.org.", "org.", a), nsec("org.", "a.org.", ns, soa)}, "d.org.", a, absent},
		"outside the zone":               {"org.", []*dns.NSEC{nsec("c.org.", "org.", a)}, "a.net.", a, unproved},
		"only names below":               {"org.", []*dns.NSEC{nsec("a.org.", "x.b.org.", a)}, "b.org.", a, empty},
		"made on the spot (RFC 9824)":    {"org.", []*dns.NSEC{nsec("b.org.", "\\000.b.org.", dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNXNAME)}, "b.org.", a, absent},
		"made on the spot, without type": {"org.", []*dns.NSEC{nsec("b.org.", "\\000.b.org.", dns.TypeRRSIG, dns.TypeNSEC)}, "b.org.", a, empty},
	}
	for name, test := range tests {
		if got := (proofs{zone: test.zone, ranges: test.ranges}).denies(test.name, test.rrtype); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestNextCloser(t *testing.T) {
	tests := map[string]struct {
		rr   *dns.NSEC
		name string
		want denial
	}{
		"covered":             {nsec("a.org.", "c.org.", dns.TypeA), "b.org.", absent},
		"exists above":        {nsec("a.b.org.", "c.org.", dns.TypeA), "x.b.org.", unproved},
		"exists by one below": {nsec("a.org.", "x.b.org.", dns.TypeA), "b.org.", unproved},
	}
	for name, test := range tests {
		if got := (proofs{zone: "org.", ranges: []*dns.NSEC{test.rr}}).nextCloser(test.name, 1); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

// A delegation whose keys are hidden, with the true proof of which types are
// there: it names the keys.
func TestHiddenKeysAreSeenInTheProof(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		d := forest(t, hashed)
		d.tamper = onlyFor("example.org.", func(q dns.Question, m *dns.Msg) {
			if q.Qtype == dns.TypeDS {
				m.Answer, m.Ns = nil, d.zones["org."].proof(t, "example.org.")
			}
		})
		if a, err := d.resolver().Lookup(t.Context(), "www.example.org", dns.TypeA); !errors.Is(err, ErrBogus) {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

// The denial of a wildcard's record says nothing of a name under it.
func TestProofsAreNotExpanded(t *testing.T) {
	d := forest(t, false)
	d.tamper = onlyFor("known.wild.example.org.", func(_ dns.Question, m *dns.Msg) {
		z := d.zones["example.org."]
		m.Answer, m.Ns = nil, nil
		for _, rr := range z.chain() {
			if rr.Header().Name == "*.wild.example.org." {
				m.Ns = z.sign(t, []dns.RR{rr}, "known.wild.example.org.")
			}
		}
	})
	if a, err := d.resolver().Lookup(t.Context(), "known.wild.example.org", dns.TypeTXT); !errors.Is(err, ErrBogus) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestVouchesComparesTheDigest(t *testing.T) {
	d := newTree(t)
	key := d.zone("org.", true).key
	ds := key.ToDS(dns.SHA256)
	if !vouches([]*dns.DS{ds}, key) {
		t.Error("the right digest is refused")
	}
	other := "0"
	if ds.Digest[0] == '0' {
		other = "1"
	}
	ds.Digest = other + ds.Digest[1:]
	if vouches([]*dns.DS{ds}, key) {
		t.Error("another digest is taken")
	}
	revoked := *key
	revoked.Flags |= dns.REVOKE
	if signing(&revoked) || !signing(key) {
		t.Error("revoked keys sign")
	}
}

func TestNamesAreOrdered(t *testing.T) {
	// The list of RFC 4034, 6.1.
	names := []string{"example.", "a.example.", "yljkjljk.a.example.", "z.a.example.", "zabc.a.example.", "z.example.", "\\001.z.example.", "*.z.example.", "\\200.z.example."}
	for i := range names {
		for j := range names {
			if got := compare(names[i], names[j]); sign(got) != sign(i-j) {
				t.Errorf("%s and %s: %d", names[i], names[j], got)
			}
		}
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

func TestOrderIsTotal(t *testing.T) {
	name := rapid.Custom(func(t *rapid.T) string {
		out := ""
		for _, l := range rapid.SliceOfN(rapid.StringMatching(`[a-c*-]{1,3}`), 0, 4).Draw(t, "labels") {
			out += l + "."
		}
		return out + "org."
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		if sign(compare(a, b)) != -sign(compare(b, a)) || (compare(a, b) == 0) != (a == b) {
			t.Fatal(a, b)
		}
		if compare(a, b) < 0 && compare(b, c) < 0 && compare(a, c) >= 0 {
			t.Fatal(a, b, c)
		}
	})
}

// FuzzLookup answers with what a hostile server may send: nothing may panic,
// and nothing may come out secure.
func FuzzLookup(f *testing.F) {
	m := new(dns.Msg)
	m.SetQuestion("www.example.org.", dns.TypeA)
	m.Response = true
	for _, line := range []string{"www.example.org. 1 IN A 192.0.2.1", "www.example.org. 1 IN RRSIG A 15 3 1 20300101000000 20200101000000 1 org. AAAA"} {
		rr, err := dns.NewRR(line)
		if err != nil {
			f.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	wire, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wire[2:])
	f.Fuzz(func(t *testing.T, body []byte) {
		reply := new(dns.Msg)
		if reply.Unpack(append([]byte{0, 1}, body...)) != nil {
			t.Skip()
		}
		v := &validator{anchors: RootAnchors(), now: clock, zones: map[string]zone{}}
		l := &lookup{validator: v, ctx: t.Context(), checks: mostChecks}
		for _, name := range []string{".", "org.", "www.example.org."} {
			z := zone{name: name, secure: true}
			for _, rr := range reply.Answer {
				if key, ok := rr.(*dns.DNSKEY); ok {
					z.keys = append(z.keys, key)
				}
			}
			l.proofs(z, reply).denies("www.example.org.", dns.TypeA)
			if got, err := l.signed(name, RootAnchors(), reply); err == nil {
				t.Errorf("keys nobody vouches for are taken: %v", got)
			}
		}
	})
}
