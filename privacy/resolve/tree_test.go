package resolve

import (
	"crypto"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// noon is the moment of all tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// testZone is a zone as it is written, before it is signed.
type testZone struct {
	name     string
	records  []dns.RR
	key      *dns.DNSKEY
	private  crypto.Signer
	hashed   bool // NSEC3 rather than NSEC
	optout   bool
	rounds   uint16
	from, to time.Time
}

// tree is a whole DNS on one loopback port, as a name server that looks
// everything up for others would show it.
type tree struct {
	t      *testing.T
	zones  map[string]*testZone
	tamper func(q dns.Question, m *dns.Msg)

	mu     sync.Mutex
	asked  []string
	server netip.AddrPort
}

// address starts the server, when the zones are written.
func (d *tree) address() netip.AddrPort {
	if d.server.IsValid() {
		return d.server
	}
	t := d.t
	conn, listener := twoSockets(t)
	d.server = netip.MustParseAddrPort(conn.LocalAddr().String())
	for _, s := range []*dns.Server{{PacketConn: conn, Handler: d}, {Listener: listener, Handler: d}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go s.ActivateAndServe()
		<-up
		t.Cleanup(func() { s.Shutdown() })
	}
	return d.server
}

// twoSockets gives a port that is free for both transports.
func twoSockets(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	var err error
	for range 50 {
		var conn net.PacketConn
		if conn, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			continue
		}
		var listener net.Listener
		if listener, err = net.Listen("tcp", conn.LocalAddr().String()); err == nil {
			return conn, listener
		}
		conn.Close()
	}
	t.Fatal(err)
	return nil, nil
}

// questions gives what was asked so far.
func (d *tree) questions() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asked)
}

func newTree(t *testing.T) *tree { return &tree{t: t, zones: map[string]*testZone{}} }

// zone adds a zone; with a key of its own when it is signed.
func (d *tree) zone(name string, signed bool, lines ...string) *testZone {
	d.t.Helper()
	z := &testZone{name: name, from: noon.Add(-time.Hour), to: noon.Add(time.Hour)}
	lines = append(lines, name+" 300 IN SOA ns. host. 1 1 1 1 300", name+" 300 IN NS ns.")
	for _, line := range lines {
		z.add(d.t, line)
	}
	if signed {
		z.key = &dns.DNSKEY{
			Hdr:   dns.RR_Header{Name: name, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 300},
			Flags: dns.ZONE | dns.SEP, Protocol: 3, Algorithm: dns.ED25519,
		}
		private, err := z.key.Generate(256)
		if err != nil {
			d.t.Fatal(err)
		}
		z.private = private.(crypto.Signer)
		z.records = append(z.records, z.key)
	}
	d.zones[name] = z
	return z
}

func (z *testZone) add(t *testing.T, line string) {
	t.Helper()
	rr, err := dns.NewRR(line)
	if err != nil {
		t.Fatal(err)
	}
	z.records = append(z.records, rr)
}

// delegate names a zone in the one above it, with its key when it has one.
func (d *tree) delegate(child string) {
	above, below := d.over(child, dns.TypeDS), d.zones[child]
	above.add(d.t, child+" 300 IN NS ns.")
	if below.key != nil {
		ds := below.key.ToDS(dns.SHA256)
		ds.Hdr.Ttl = 300
		above.records = append(above.records, ds)
	}
}

// over gives the zone whose servers answer for a name and a type.
func (d *tree) over(name string, rrtype uint16) *testZone {
	for name = home(name, rrtype); ; name = parent(name) {
		if z := d.zones[name]; z != nil {
			return z
		}
	}
}

func (d *tree) anchors() []*dns.DS { return []*dns.DS{d.zones["."].key.ToDS(dns.SHA256)} }

// ServeDNS implements dns.Handler.
func (d *tree) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, w.LocalAddr().Network()+" "+dns.TypeToString[q.Question[0].Qtype]+" "+q.Question[0].Name)
	d.answer(m, dns.CanonicalName(q.Question[0].Name), q.Question[0].Qtype, 0)
	if d.tamper != nil {
		d.tamper(q.Question[0], m)
	}
	if w.LocalAddr().Network() == "udp" {
		m.Truncate(payload)
	}
	w.WriteMsg(m)
}

func (d *tree) answer(m *dns.Msg, name string, rrtype uint16, depth int) {
	z := d.over(name, rrtype)
	if set := z.set(name, rrtype); len(set) > 0 {
		m.Answer = append(m.Answer, z.sign(d.t, set, name)...)
		return
	}
	if set := z.set(name, dns.TypeCNAME); len(set) > 0 && depth < 20 {
		m.Answer = append(m.Answer, z.sign(d.t, set, name)...)
		d.answer(m, dns.CanonicalName(set[0].(*dns.CNAME).Target), rrtype, depth+1)
		return
	}
	if !z.exists(name) {
		wildcard := "*." + z.encloser(name)
		if set := z.set(wildcard, rrtype); len(set) > 0 {
			m.Answer = append(m.Answer, z.sign(d.t, set, name)...)
			m.Ns = append(m.Ns, z.proof(d.t, name)...)
			return
		}
		if !z.exists(wildcard) {
			m.Rcode = dns.RcodeNameError
		}
	}
	m.Ns = append(m.Ns, z.sign(d.t, z.set(z.name, dns.TypeSOA), z.name)...)
	m.Ns = append(m.Ns, z.proof(d.t, name)...)
}

func (z *testZone) set(name string, rrtype uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range z.records {
		if rr.Header().Name == name && rr.Header().Rrtype == rrtype {
			out = append(out, dns.Copy(rr))
		}
	}
	return out
}

// names gives all names of the zone in order, also those without records.
func (z *testZone) names() []string {
	var out []string
	for _, rr := range z.records {
		for name := rr.Header().Name; name != parent(z.name) || name == "."; name = parent(name) {
			out = append(out, name)
			if name == z.name {
				break
			}
		}
	}
	slices.SortFunc(out, compare)
	return slices.Compact(out)
}

func (z *testZone) exists(name string) bool { return slices.Contains(z.names(), name) }

func (z *testZone) encloser(name string) string {
	for !z.exists(name) {
		name = parent(name)
	}
	return name
}

// sign gives a set under a name, which a wildcard may have made, with its
// signature.
func (z *testZone) sign(t *testing.T, set []dns.RR, name string) []dns.RR {
	sig := z.signature(t, set)
	if sig != nil {
		set = append(set, sig)
	}
	for _, rr := range set {
		rr.Header().Name = name
	}
	return set
}

func (z *testZone) signature(t *testing.T, set []dns.RR) dns.RR {
	h := set[0].Header()
	if z.key == nil || h.Rrtype == dns.TypeNS && h.Name != z.name {
		return nil
	}
	sig := &dns.RRSIG{
		Algorithm: z.key.Algorithm, KeyTag: z.key.KeyTag(), SignerName: z.name,
		Inception: uint32(z.from.Unix()), Expiration: uint32(z.to.Unix()),
	}
	if err := sig.Sign(z.private, set); err != nil {
		t.Error(err)
	}
	sig.Hdr = dns.RR_Header{Name: h.Name, Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: h.Ttl}
	return sig
}

// proof gives the signed records that deny a name or a type at it.
func (z *testZone) proof(t *testing.T, name string) []dns.RR {
	if z.key == nil {
		return nil
	}
	wanted := []string{name}
	if z.optout {
		wanted = append(wanted, parent(name))
	}
	if !z.exists(name) {
		above := z.encloser(name)
		wanted = append(wanted, "*."+strings.TrimPrefix(above, "."), above, last(name, dns.CountLabel(above)+1))
	}
	var out []dns.RR
	for _, rr := range z.chain() {
		if slices.ContainsFunc(wanted, func(w string) bool { return w != "" && z.speaks(rr, w) }) {
			out = append(out, z.sign(t, []dns.RR{rr}, rr.Header().Name)...)
		}
	}
	return out
}

func (z *testZone) speaks(rr dns.RR, name string) bool {
	switch rr := rr.(type) {
	case *dns.NSEC3:
		return rr.Match(name) || rr.Cover(name)
	case *dns.NSEC:
		after := compare(rr.Hdr.Name, name) <= 0
		return after && (rr.NextDomain == z.name || compare(name, rr.NextDomain) < 0)
	}
	return false
}

// chain gives all records that deny, unsigned.
func (z *testZone) chain() []dns.RR {
	if z.hashed {
		return z.hashedChain()
	}
	var names []string
	for _, name := range z.names() {
		if len(z.types(name)) > 0 {
			names = append(names, name)
		}
	}
	var out []dns.RR
	for i, name := range names {
		out = append(out, &dns.NSEC{
			Hdr:        dns.RR_Header{Name: name, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: 300},
			NextDomain: names[(i+1)%len(names)],
			TypeBitMap: withTypes(z.types(name), dns.TypeNSEC, dns.TypeRRSIG),
		})
	}
	return out
}

func (z *testZone) hashedChain() []dns.RR {
	type link struct {
		hash  string
		types []uint16
	}
	var links []link
	for _, name := range z.names() {
		types := z.types(name)
		if z.optout && slices.Contains(types, dns.TypeNS) && !slices.Contains(types, dns.TypeDS) && name != z.name {
			continue
		}
		links = append(links, link{dns.HashName(name, dns.SHA1, z.rounds, "AB"), types})
	}
	slices.SortFunc(links, func(a, b link) int { return strings.Compare(a.hash, b.hash) })
	var out []dns.RR
	for i, l := range links {
		rr := &dns.NSEC3{
			Hdr:  dns.RR_Header{Name: strings.ToLower(l.hash) + "." + strings.TrimPrefix(z.name, "."), Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: 300},
			Hash: dns.SHA1, Iterations: z.rounds, SaltLength: 1, Salt: "AB", HashLength: 20,
			NextDomain: links[(i+1)%len(links)].hash, TypeBitMap: withTypes(l.types, dns.TypeRRSIG),
		}
		if z.optout {
			rr.Flags = 1
		}
		out = append(out, rr)
	}
	return out
}

func (z *testZone) types(name string) []uint16 {
	var out []uint16
	for _, rr := range z.records {
		if rr.Header().Name == name {
			out = append(out, rr.Header().Rrtype)
		}
	}
	return out
}

func withTypes(types []uint16, more ...uint16) []uint16 {
	types = append(types, more...)
	slices.Sort(types)
	return slices.Compact(types)
}
