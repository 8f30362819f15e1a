package resolve

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// forest is the DNS most tests ask.
func forest(t *testing.T, hashed bool) *tree {
	d := newTree(t)
	d.zone(".", true)
	org := d.zone("org.", true, "_wait.org. 300 IN TXT x")
	example := d.zone("example.org.", true,
		"www.example.org. 300 IN A 192.0.2.1",
		"deep.down.example.org. 300 IN A 192.0.2.2",
		"alias.example.org. 300 IN CNAME www.example.org.",
		"out.example.org. 300 IN CNAME host.plain.org.",
		"*.wild.example.org. 300 IN A 192.0.2.3",
		"known.wild.example.org. 300 IN TXT x",
		"loop.example.org. 300 IN CNAME loop.example.org.",
	)
	d.zone("plain.org.", false, "host.plain.org. 300 IN A 192.0.2.4")
	d.delegate("org.")
	d.delegate("example.org.")
	d.delegate("plain.org.")
	org.hashed, example.hashed = hashed, hashed
	return d
}

func (d *tree) resolver() Resolver {
	return Validating(Config{Servers: []netip.AddrPort{d.address()}, Timeout: 5 * time.Second, Attempts: 1}, d.anchors(), clock)
}

func TestValidatingTellsWhatIsProved(t *testing.T) {
	const secure, insecure = true, false
	tests := []struct {
		name   string
		rrtype uint16
		count  int
		exists bool
		secure bool
	}{
		{"www.example.org", dns.TypeA, 1, true, secure},
		{"WWW.Example.ORG.", dns.TypeA, 1, true, secure},
		{"www.example.org", dns.TypeTXT, 0, true, secure},
		{"gone.example.org", dns.TypeA, 0, false, secure},
		{"a.b.gone.example.org", dns.TypeA, 0, false, secure},
		{"down.example.org", dns.TypeA, 0, true, secure},
		{"deep.down.example.org", dns.TypeA, 1, true, secure},
		{"alias.example.org", dns.TypeA, 1, true, secure},
		{"alias.example.org", dns.TypeCNAME, 1, true, secure},
		{"out.example.org", dns.TypeA, 1, true, insecure},
		{"x.wild.example.org", dns.TypeA, 1, true, secure},
		{"x.y.wild.example.org", dns.TypeA, 1, true, secure},
		{"x.wild.example.org", dns.TypeTXT, 0, true, secure},
		{"known.wild.example.org", dns.TypeA, 0, true, secure},
		{"x.known.wild.example.org", dns.TypeA, 0, false, secure},
		{"host.plain.org", dns.TypeA, 1, true, insecure},
		{"gone.plain.org", dns.TypeA, 0, false, insecure},
		{"plain.org", dns.TypeDS, 0, true, secure},
		{"example.org", dns.TypeDS, 1, true, secure},
		{"example.org", dns.TypeSOA, 1, true, secure},
		{"other.org", dns.TypeA, 0, false, secure},
		{".", dns.TypeDNSKEY, 1, true, secure},
	}
	for _, hashed := range []bool{false, true} {
		r := forest(t, hashed).resolver()
		for _, test := range tests {
			a, err := r.Lookup(t.Context(), test.name, test.rrtype)
			if err != nil || len(a.RR) != test.count || a.Exists != test.exists || a.Secure != test.secure {
				t.Errorf("%s %s (NSEC3 %v): %d records, exists %v, secure %v, %v", test.name, dns.TypeToString[test.rrtype], hashed, len(a.RR), a.Exists, a.Secure, err)
			}
		}
	}
}

func TestValidatingOptOutIsInsecure(t *testing.T) {
	d := forest(t, true)
	d.zones["org."].optout = true
	for name, secure := range map[string]bool{"host.plain.org": false, "www.example.org": true, "unheard.org": false} {
		a, err := d.resolver().Lookup(t.Context(), name, dns.TypeA)
		if err != nil || a.Secure != secure {
			t.Errorf("%s: secure %v, %v", name, a.Secure, err)
		}
	}
}

func TestValidatingDoesNotHashForEver(t *testing.T) {
	d := forest(t, true)
	d.zones["example.org."].rounds = costly + 1
	a, err := d.resolver().Lookup(t.Context(), "gone.example.org", dns.TypeA)
	if err != nil || a.Secure {
		t.Errorf("secure %v, %v", a.Secure, err)
	}
}

func TestValidatingRefusesWhatIsBroken(t *testing.T) {
	strip := func(covered ...uint16) func(dns.Question, *dns.Msg) {
		return func(_ dns.Question, m *dns.Msg) { m.Answer, m.Ns = without(m.Answer, covered), without(m.Ns, covered) }
	}
	tests := map[string]struct {
		name   string
		spoil  func(d *tree)
		insist uint16
	}{
		"changed record": {"www.example.org", func(d *tree) {
			d.tamper = func(q dns.Question, m *dns.Msg) {
				for _, rr := range m.Answer {
					if a, ok := rr.(*dns.A); ok {
						a.A[3] ^= 1
					}
				}
			}
		}, dns.TypeA},
		"expired": {"www.example.org", func(d *tree) {
			d.zones["example.org."].to = noon.Add(-time.Minute)
		}, dns.TypeA},
		"not yet valid": {"www.example.org", func(d *tree) {
			d.zones["example.org."].from = noon.Add(time.Minute)
		}, dns.TypeA},
		"expired denial":       {"gone.example.org", func(d *tree) { d.zones["example.org."].to = noon.Add(-time.Minute) }, dns.TypeA},
		"stripped signatures":  {"www.example.org", func(d *tree) { d.tamper = strip(dns.TypeA) }, dns.TypeA},
		"stripped denial":      {"gone.example.org", func(d *tree) { d.tamper = strip(dns.TypeNSEC, dns.TypeNSEC3) }, dns.TypeA},
		"stripped delegation":  {"www.example.org", func(d *tree) { d.tamper = strip(dns.TypeDS) }, dns.TypeA},
		"stripped zone keys":   {"www.example.org", func(d *tree) { d.tamper = onlyFor("example.org.", strip(dns.TypeDNSKEY)) }, dns.TypeA},
		"missing DS":           {"www.example.org", func(d *tree) { d.tamper = onlyFor("example.org.", hide(dns.TypeDS)) }, dns.TypeA},
		"missing DS, claimed":  {"www.example.org", func(d *tree) { d.tamper = onlyFor("example.org.", foreignProof(d)) }, dns.TypeA},
		"another zone's key":   {"www.example.org", func(d *tree) { swapKey(d, "example.org.") }, dns.TypeA},
		"another root":         {"www.example.org", func(d *tree) { swapKey(d, "org.") }, dns.TypeA},
		"denied by the parent": {"www.example.org", func(d *tree) { d.tamper = onlyFor("www.example.org.", parentProof(d)) }, dns.TypeA},
		"denial of another":    {"www.example.org", func(d *tree) { d.tamper = onlyFor("www.example.org.", otherProof(d)) }, dns.TypeA},
		"wildcard over a name": {"known.wild.example.org", func(d *tree) { d.tamper = onlyFor("known.wild.example.org.", wildcardReplay(d)) }, dns.TypeA},
		"wildcard unproved": {"x.wild.example.org", func(d *tree) {
			d.tamper = onlyFor("x.wild.example.org.", func(_ dns.Question, m *dns.Msg) { m.Ns = nil })
		}, dns.TypeA},
		"alias unsigned": {"alias.example.org", func(d *tree) { d.tamper = strip(dns.TypeCNAME) }, dns.TypeA},
		"alias changed": {"alias.example.org", func(d *tree) {
			d.tamper = func(_ dns.Question, m *dns.Msg) {
				for _, rr := range m.Answer {
					if c, ok := rr.(*dns.CNAME); ok {
						c.Target = "host.plain.org."
					}
				}
			}
		}, dns.TypeA},
	}
	for name, test := range tests {
		for _, hashed := range []bool{false, true} {
			d := forest(t, hashed)
			test.spoil(d)
			a, err := d.resolver().Lookup(t.Context(), test.name, test.insist)
			if !errors.Is(err, ErrBogus) {
				t.Errorf("%s (NSEC3 %v): %+v, %v", name, hashed, a, err)
			}
			if len(a.RR) > 0 && err != nil {
				t.Errorf("%s: gives records with the error", name)
			}
		}
	}
}

func TestValidatingWithAnotherAnchor(t *testing.T) {
	d := forest(t, false)
	r := Validating(Config{Servers: []netip.AddrPort{d.address()}}, RootAnchors(), clock)
	if _, err := r.Lookup(t.Context(), "www.example.org", dns.TypeA); !errors.Is(err, ErrBogus) {
		t.Error(err)
	}
}

func TestValidatingOverAServerWithoutDNSSEC(t *testing.T) {
	d := forest(t, false)
	d.tamper = func(_ dns.Question, m *dns.Msg) { m.Answer, m.Ns = without(m.Answer, nil), without(m.Ns, nil) }
	a, err := d.resolver().Lookup(t.Context(), "www.example.org", dns.TypeA)
	if err != nil || a.Secure || len(a.RR) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestValidatingUnknownAlgorithmsAreInsecure(t *testing.T) {
	d := forest(t, false)
	for _, rr := range d.zones["org."].records {
		if ds, ok := rr.(*dns.DS); ok {
			ds.Algorithm = dns.RSASHA1
		}
	}
	a, err := d.resolver().Lookup(t.Context(), "www.example.org", dns.TypeA)
	if err != nil || a.Secure || len(a.RR) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestValidatingDoesNotBelieveTheADBit(t *testing.T) {
	d := forest(t, false)
	d.tamper = func(_ dns.Question, m *dns.Msg) { m.AuthenticatedData = true }
	a, err := d.resolver().Lookup(t.Context(), "host.plain.org", dns.TypeA)
	if err != nil || a.Secure {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestValidatingDerivedAlias(t *testing.T) {
	derived := func(target string) (Answer, error) {
		d := forest(t, false)
		d.zones["example.org."].add(t, "old.example.org. 300 IN DNAME example.org.")
		d.tamper = onlyFor("www.old.example.org.", func(q dns.Question, m *dns.Msg) {
			z := d.zones["example.org."]
			m.Rcode, m.Ns = dns.RcodeSuccess, nil
			m.Answer = z.sign(t, z.set("old.example.org.", dns.TypeDNAME), "old.example.org.")
			if q.Qtype == dns.TypeA {
				c, _ := dns.NewRR("www.old.example.org. 300 IN CNAME " + target)
				m.Answer = append(m.Answer, c)
			}
		})
		return d.resolver().Lookup(t.Context(), "www.old.example.org", dns.TypeA)
	}
	if a, err := derived("www.example.org."); err != nil || !a.Secure || len(a.RR) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := derived("host.plain.org."); !errors.Is(err, ErrBogus) {
		t.Errorf("an alias that does not follow: %+v, %v", a, err)
	}
}

func TestValidatingAsksOnce(t *testing.T) {
	d := forest(t, false)
	r := d.resolver()
	for range 3 {
		if _, err := r.Lookup(t.Context(), "www.example.org", dns.TypeA); err != nil {
			t.Fatal(err)
		}
	}
	keys := slices.DeleteFunc(d.questions(), func(q string) bool { return !strings.Contains(q, "DNSKEY") })
	if len(keys) != 3 {
		t.Errorf("keys asked for: %q", keys)
	}
}

func TestValidatingGivesUp(t *testing.T) {
	d := forest(t, false)
	if _, err := d.resolver().Lookup(t.Context(), "loop.example.org", dns.TypeA); err == nil {
		t.Error("an alias of itself has an answer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.resolver().Lookup(ctx, "www.example.org", dns.TypeA); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := d.resolver().Lookup(t.Context(), strings.Repeat("a", 64)+".org", dns.TypeA); !errors.Is(err, ErrName) {
		t.Error(err)
	}
}

func TestRootAnchorsAreThoseOfTheSystem(t *testing.T) {
	for _, ds := range RootAnchors() {
		if len(ds.Digest) != 64 || ds.Algorithm != dns.RSASHA256 || ds.DigestType != dns.SHA256 {
			t.Errorf("%v", ds)
		}
	}
}
