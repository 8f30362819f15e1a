package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestReadConfig(t *testing.T) {
	at := func(s ...string) (out []netip.AddrPort) {
		for _, a := range s {
			out = append(out, netip.MustParseAddrPort(a))
		}
		return out
	}
	tests := map[string]struct {
		text    string
		want    Config
		trusted bool
	}{
		"nothing":    {"", Config{}, true},
		"local":      {"# made by hand\nnameserver 127.0.0.53\noptions edns0 timeout:3 attempts:9\nsearch .\n", Config{Servers: at("127.0.0.53:53"), Timeout: 3 * time.Second, Attempts: 5}, true},
		"six":        {"nameserver ::1", Config{Servers: at("[::1]:53")}, true},
		"mapped":     {"nameserver ::ffff:127.0.0.1", Config{Servers: at("[::ffff:127.0.0.1]:53")}, true},
		"elsewhere":  {"nameserver 192.0.2.53", Config{Servers: at("192.0.2.53:53")}, false},
		"mixed":      {"nameserver 127.0.0.1\nnameserver 192.0.2.53", Config{Servers: at("127.0.0.1:53", "192.0.2.53:53")}, false},
		"trusted":    {"nameserver 192.0.2.53\noptions rotate trust-ad", Config{Servers: at("192.0.2.53:53"), TrustAD: true}, true},
		"too many":   {"nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4", Config{Servers: at("192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53")}, false},
		"nonsense":   {"nameserver localhost\nnameserver\noptions timeout:x\n\x00\xff", Config{}, true},
		"commented":  {"; nameserver 192.0.2.1\n#options trust-ad\nnameserver 192.0.2.53", Config{Servers: at("192.0.2.53:53")}, false},
		"link local": {"nameserver fe80::1%eth0", Config{Servers: at("[fe80::1%eth0]:53")}, false},
	}
	for name, test := range tests {
		got := ReadConfig(strings.NewReader(test.text))
		if !reflect.DeepEqual(got, test.want) || got.filled().trusted() != test.trusted {
			t.Errorf("%s: %+v, trusted %v", name, got, got.filled().trusted())
		}
	}
}

func TestNewChecksForItselfUnlessTrusted(t *testing.T) {
	far := Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")}}
	if _, ok := New(far, clock).(*validator); !ok {
		t.Error("a far server's word is believed")
	}
	far.TrustAD = true
	if _, ok := New(far, clock).(system); !ok {
		t.Error("a trusted server's answers are checked again")
	}
}

func TestSystemFollowsAliasesAndBelievesTheServer(t *testing.T) {
	d := forest(t, false)
	d.tamper = func(_ dns.Question, m *dns.Msg) { m.AuthenticatedData = true }
	tests := []struct {
		name   string
		rrtype uint16
		count  int
		exists bool
		target string
	}{
		{"www.example.org", dns.TypeA, 1, true, "www.example.org."},
		{"alias.example.org", dns.TypeA, 1, true, "www.example.org."},
		{"alias.example.org", dns.TypeTXT, 0, true, "www.example.org."},
		{"gone.example.org", dns.TypeA, 0, false, "gone.example.org."},
		{"loop.example.org", dns.TypeA, 0, true, "loop.example.org."},
	}
	r := System(Config{Servers: []netip.AddrPort{d.address()}})
	for _, test := range tests {
		a, err := r.Lookup(t.Context(), test.name, test.rrtype)
		if err != nil || len(a.RR) != test.count || a.Exists != test.exists || a.Target != test.target || !a.Secure {
			t.Errorf("%s: %+v, %v", test.name, a, err)
		}
	}
}

func TestSystemBelievesTheBitOnlyOfTrustedServers(t *testing.T) {
	near, far := netip.MustParseAddrPort("127.0.0.1:53"), netip.MustParseAddrPort("192.0.2.53:53")
	if !(Config{}).trusts(near) || (Config{}).trusts(far) || !(Config{TrustAD: true}).trusts(far) {
		t.Error("trust goes to the wrong server")
	}
	for _, test := range []struct{ bit, trusted bool }{{true, true}, {true, false}, {false, true}} {
		d := forest(t, false)
		d.tamper = func(_ dns.Question, m *dns.Msg) { m.AuthenticatedData = test.bit }
		r := system{asker{Config{Servers: []netip.AddrPort{d.address()}}.filled()}, func(netip.AddrPort) bool { return test.trusted }}
		a, err := r.Lookup(t.Context(), "www.example.org", dns.TypeA)
		if err != nil || a.Secure != (test.bit && test.trusted) {
			t.Errorf("bit %v, trusted %v: %+v, %v", test.bit, test.trusted, a, err)
		}
	}
}

func TestLongAnswersComeOverTCP(t *testing.T) {
	d := forest(t, false)
	for range 3 {
		d.zones["example.org."].add(t, `big.example.org. 300 IN TXT "`+strings.Repeat("x", 250)+`" "`+strings.Repeat("y", 250)+`"`)
	}
	d.zones["example.org."].records = slices.Clip(d.zones["example.org."].records)
	for i, rr := range d.zones["example.org."].set("big.example.org.", dns.TypeTXT) {
		rr.(*dns.TXT).Txt[0] = strings.Repeat("z", 200+i)
		d.zones["example.org."].records = append(d.zones["example.org."].records, rr)
	}
	a, err := d.resolver().Lookup(t.Context(), "big.example.org", dns.TypeTXT)
	if err != nil || !a.Secure || len(a.RR) < 4 {
		t.Errorf("%d records, %v", len(a.RR), err)
	}
	if !slices.Contains(d.questions(), "tcp TXT big.example.org.") {
		t.Errorf("asked: %q", d.questions())
	}
}

func TestRefusalsAreErrors(t *testing.T) {
	d := forest(t, false)
	d.tamper = func(_ dns.Question, m *dns.Msg) { m.Rcode, m.Answer = dns.RcodeServerFailure, nil }
	_, err := System(Config{Servers: []netip.AddrPort{d.address()}}).Lookup(t.Context(), "www.example.org", dns.TypeA)
	if !errors.Is(err, ErrServer) {
		t.Error(err)
	}
}

func TestServersWithoutEDNS(t *testing.T) {
	d := forest(t, false)
	first := true
	d.tamper = func(_ dns.Question, m *dns.Msg) {
		if first {
			first = false
			m.Rcode, m.Answer, m.Ns = dns.RcodeFormatError, nil, nil
		}
	}
	a, err := System(Config{Servers: []netip.AddrPort{d.address()}, Attempts: 1}).Lookup(t.Context(), "www.example.org", dns.TypeA)
	if err != nil || len(a.RR) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// guesser answers each question with wrong ones first.
func guesser(t *testing.T, replies func(q *dns.Msg) []*dns.Msg) netip.AddrPort {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(buffer[:n]) != nil {
				continue
			}
			for _, m := range replies(q) {
				wire, _ := m.Pack()
				conn.WriteTo(wire, from)
			}
		}
	}()
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

func TestGuessedRepliesArePassedOver(t *testing.T) {
	reply := func(q *dns.Msg, address string) *dns.Msg {
		m := new(dns.Msg)
		m.SetReply(q)
		rr, _ := dns.NewRR(q.Question[0].Name + " 60 IN A " + address)
		m.Answer = []dns.RR{rr}
		return m
	}
	server := guesser(t, func(q *dns.Msg) []*dns.Msg {
		id, name, question := reply(q, "192.0.2.66"), reply(q, "192.0.2.66"), reply(q, "192.0.2.66")
		id.Id++
		name.Question = []dns.Question{{Name: "other.example.org.", Qtype: dns.TypeA, Qclass: dns.ClassINET}}
		question.Response = false
		return []*dns.Msg{id, name, question, reply(q, "192.0.2.1")}
	})
	a, err := System(Config{Servers: []netip.AddrPort{server}}).Lookup(t.Context(), "www.example.org", dns.TypeA)
	if err != nil || len(a.RR) != 1 || a.RR[0].(*dns.A).A.String() != "192.0.2.1" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestSilentServersAreLeft(t *testing.T) {
	silent := guesser(t, func(*dns.Msg) []*dns.Msg { return nil })
	d := forest(t, false)
	c := Config{Servers: []netip.AddrPort{silent, d.address()}, Timeout: 300 * time.Millisecond, Attempts: 5}
	if a, err := System(c).Lookup(t.Context(), "www.example.org", dns.TypeA); err != nil || len(a.RR) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Servers = c.Servers[:1]
	if _, err := System(c).Lookup(ctx, "www.example.org", dns.TypeA); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
