package trace

import (
	"reflect"
	"testing"
	"unicode/utf8"
)

func checkText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if len(s) > maxName || !utf8.ValidString(s) {
			t.Fatalf("%d bytes: %q", len(s), s)
		}
		for _, r := range s {
			if r < ' ' || r > '~' {
				t.Fatalf("%q holds %q", s, r)
			}
		}
	}
}

func checkHop(t *testing.T, h Hop) {
	t.Helper()
	checkText(t, h.By, h.From, h.With, h.TLS, h.IP, h.Name)
	switch h.TLS {
	case "", "yes", "ssl", "1.0", "1.1", "1.2", "1.3":
	default:
		t.Fatalf("TLS %q", h.TLS)
	}
}

func checkClaim(t *testing.T, c Claim) {
	t.Helper()
	if len(c.Results) > maxResults {
		t.Fatalf("%d results", len(c.Results))
	}
	checkText(t, c.ID)
	for _, r := range c.Results {
		checkText(t, r.Method, r.Value, r.Domain)
	}
}

func FuzzReceived(f *testing.F) {
	for _, s := range []string{fromOutside, inClear, byLMTP, byFilter, older, "from (", "by \x80(", "from [IPv6:::1] (x [fe80::1%eth0]) by y with TLS"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) { checkHop(t, readReceived(value)) })
}

func FuzzAuthenticationResults(f *testing.F) {
	for _, s := range []string{good, "a; dkim=pass header.d=\"x", "spf=pass", ";;=(\\", "a 1; dmarc/1=fail(p=none) header.from=b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) { checkClaim(t, readResults(value)) })
}

// FuzzObserve also holds that nothing in a header, wherever it stands, makes it
// look good when the provider is not known.
func FuzzObserve(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(good + fromOutside + older + from))
	f.Add([]byte("\r\n\r\n"))
	f.Add([]byte(" folded\nFrom\n:\n"))
	f.Fuzz(func(t *testing.T, header []byte) {
		o := Observe(header)
		if len(o.Hops) > maxHops || len(o.Claims) > maxClaims {
			t.Fatalf("%d hops, %d claims", len(o.Hops), len(o.Claims))
		}
		checkText(t, o.List)
		for _, h := range o.Hops {
			checkHop(t, h)
		}
		for _, c := range o.Claims {
			checkClaim(t, c)
		}
		if back, err := Decode(o.Encode()); err != nil || !reflect.DeepEqual(back, o) {
			t.Fatalf("%v: %+v, want %+v", err, back, o)
		}
		// Whatever stands below the own server's line changes nothing above it.
		tr, au, forged, same := Judge(Observe(append([]byte(inClear), header...)), provider(), "example.org")
		if tr.Ingress != "plain" || au.Source != "none" || forged || same {
			t.Fatalf("%+v %+v %v %v", tr, au, forged, same)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(Observe([]byte(sample)).Encode())
	f.Add([]byte{encoding, 0, 1, 0, 32})
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := Decode(data)
		if err == nil {
			Judge(o, provider(), "example.org")
		}
	})
}
