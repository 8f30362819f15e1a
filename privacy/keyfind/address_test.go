package keyfind

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

func TestCutAddress(t *testing.T) {
	tests := []struct{ address, local, domain string }{
		{"zoe@example.org", "zoe", "example.org"},
		{"Zoe@EXAMPLE.org.", "Zoe", "example.org"},
		{"zoé@bücher.example", "zoé", "xn--bcher-kva.example"},
		{`"a@b"@example.org`, "a@b", "example.org"},
		{`"a\"b"@example.org`, `a"b`, "example.org"},
		{"@example.org", "", ""},
		{"zoe", "", ""},
		{"zoe@localhost", "", ""},
		{"zoe@[192.0.2.1]", "", ""},
		{"zoe@example.org/evil.example", "", ""},
		{"zoe@example.org:8443", "", ""},
		{"zoe@user:pass@evil", "", ""},
		{"zoe@evil.example#.example.org", "", ""},
		{"zoe\r\nHost: x@example.org", "", ""},
		{strings.Repeat("z", 320) + "@example.org", "", ""},
		{"zoe@" + strings.Repeat("a", 64) + ".org", "", ""},
	}
	for _, test := range tests {
		local, domain, err := cutAddress(test.address)
		if local != test.local || domain != test.domain || (err != nil) != (test.domain == "") {
			t.Errorf("%q: %q %q, %v", test.address, local, domain, err)
		}
		if err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", test.address, err)
		}
	}
}

func TestNames(t *testing.T) {
	tests := map[string]bool{
		"zoe@example.org":                   true,
		"Zoe <zoe@example.org>":             true,
		"Zoe <ZOE@Example.Org>":             true,
		"Zoe (home) <zoe@example.org>":      true,
		"Zoe <zoe@example.net>":             false,
		"zoe@example.org <zoe@example.net>": false,
		"boss@x.example <zoe@example.org>":  false,
		"Zoe <zoe@example.org> x":           false,
		"zoe@example.org.evil.example":      false,
		"<zoe@example.org":                  false,
		"notzoe@example.org":                false,
		"":                                  false,
		"Zoe <zoe@example.org\x00>":         false,
	}
	for id, want := range tests {
		if names(id, "zoe@example.org") != want {
			t.Errorf("%q: %v", id, !want)
		}
	}
}

func TestRevokedKeysAreFoundButNotUsable(t *testing.T) {
	w := newWeb(t, "example.org")
	at := "example.org/.well-known/openpgpkey/hu/" + directoryHash("paul")
	w.answers[at] = serve(file(t, "paul-revoked.pgp"))
	found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), "paul@example.org")
	if err != nil || len(found) != 1 || !found[0].Revoked || found[0].Usable {
		t.Fatalf("%+v, %v", found, err)
	}
	kept, err := openpgp.Parse(found[0].Cert)
	if err != nil || !kept[0].Status(noon).Revoked {
		t.Errorf("the revocation is lost: %v", err)
	}
	w.answers[at] = serve(append(file(t, "paul-revoked.pgp"), file(t, "zoe.pgp")...))
	if found, _ := finder(w, &fakeDNS{}, WKD).Find(t.Context(), "paul@example.org"); len(found) != 1 {
		t.Errorf("%d certificates of one address", len(found))
	}
}

func TestPacketsOfAllForms(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 300)
	tests := map[string]struct {
		data []byte
		tag  byte
		body int
	}{
		"old, one octet":   {append([]byte{0x98, 3}, "abc"...), 6, 3},
		"old, two octets":  {append([]byte{0x99, 1, 44}, long...), 6, 300},
		"old, four octets": {append([]byte{0x9a, 0, 0, 1, 44}, long...), 6, 300},
		"new, one octet":   {append([]byte{0xcd, 3}, "abc"...), 13, 3},
		"new, two octets":  {append([]byte{0xcd, 192, 108}, long...), 13, 300},
		"new, five octets": {append([]byte{0xcd, 255, 0, 0, 1, 44}, long...), 13, 300},
		"old, no length":   {append([]byte{0x9b}, "abc"...), 0, 0},
		"new, partial":     {append([]byte{0xcd, 224}, "abc"...), 0, 0},
		"too short":        {[]byte{0x98, 4, 1}, 0, 0},
		"far too short":    {[]byte{0xcd, 255, 0xff, 0xff, 0xff, 0xff, 1}, 0, 0},
		"no packet":        {[]byte("hello"), 0, 0},
		"header alone":     {[]byte{0x99, 1}, 0, 0},
		"header's first":   {[]byte{0xcd}, 0, 0},
	}
	for name, test := range tests {
		all, err := packets(test.data)
		switch {
		case test.tag == 0 && err == nil:
			t.Errorf("%s: read", name)
		case test.tag != 0 && (err != nil || len(all) != 1 || all[0].tag != test.tag || len(all[0].body) != test.body):
			t.Errorf("%s: %v, %v", name, all, err)
		}
	}
}

func FuzzOnlyAddress(f *testing.F) {
	f.Add([]byte{0x98, 3, 'a', 'b', 'c', 0xcd, 15, 'z', 'o', 'e', '@', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'o', 'r', 'g'})
	f.Fuzz(func(t *testing.T, cert []byte) {
		kept, err := onlyAddress(cert, "zoe@example.org")
		if err != nil {
			return
		}
		again, err := packets(kept)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range again {
			if p.tag == tagUserID && !names(string(p.body), "zoe@example.org") {
				t.Errorf("%q is kept", p.body)
			}
		}
	})
}

func TestClient(t *testing.T) {
	for proxy, good := range map[string]bool{
		"": true, "socks5h://127.0.0.1:9050": true, "socks5://127.0.0.1:9050": true, "http://proxy.example:3128": true,
		"ftp://x": false, "127.0.0.1:9050": false, "socks5h://": false, "://": false,
	} {
		c, err := Client(proxy, nil)
		if (err == nil) != good {
			t.Errorf("%q: %v", proxy, err)
			continue
		}
		if !good || proxy == "" {
			continue
		}
		r, _ := http.NewRequest("GET", "https://example.org/", nil)
		if u, err := c.Transport.(*http.Transport).Proxy(r); err != nil || u.String() != proxy {
			t.Errorf("%q: through %v, %v", proxy, u, err)
		}
	}
}

// Through a proxy without a DNS to ask, the direct method follows when the host
// of the advanced one cannot be reached.
func TestDirectoryWithoutDNS(t *testing.T) {
	w := newWeb(t, "example.org")
	w.answers[direct] = serve(file(t, "zoe.pgp"))
	transport := w.client.Transport.(*http.Transport)
	transport.DialContext = dialBut(transport.DialContext, "openpgpkey.example.org:443")
	found, err := finder(w, nil, WKD, DANE).Find(t.Context(), zoe)
	if err != nil || len(found) != 1 {
		t.Errorf("%d found, %v", len(found), err)
	}
	d := &fakeDNS{hosts: []string{"openpgpkey.example.org"}}
	if found, err := finder(w, d, WKD).Find(t.Context(), zoe); err == nil || len(found) != 0 {
		t.Errorf("the host is there but down: %d found, %v", len(found), err)
	}
}

func TestOnlyAddressOfPackets(t *testing.T) {
	p := func(tag byte, body string) string { return string([]byte{0xc0 | tag, byte(len(body))}) + body }
	cert := p(6, "key") + p(2, "direct") + p(13, "zoe@example.org") + p(2, "self") + p(17, "portrait") + p(2, "of the portrait") +
		p(13, "boss@example.net") + p(2, "of the boss") + p(21, "padding") + p(14, "subkey") + p(2, "binding")
	want := p(6, "key") + p(2, "direct") + p(13, "zoe@example.org") + p(2, "self") + p(14, "subkey") + p(2, "binding")
	if got, err := onlyAddress([]byte(cert), "zoe@example.org"); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := onlyAddress([]byte(cert), "paul@example.org"); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
}

// dialBut reaches all hosts but one.
func dialBut(dial dialer, dead string) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == dead {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("no such host")}
		}
		return dial(ctx, network, address)
	}
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)
