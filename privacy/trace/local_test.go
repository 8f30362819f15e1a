package trace

import (
	"reflect"
	"testing"
)

func TestCheckMadeHere(t *testing.T) {
	pass := Local{DKIM: "pass", Domain: "mail.example.org"}
	for _, c := range []struct {
		name                 string
		header               string
		local                Local
		source, dkim, dmarc  string
		aligned, looksForged bool
	}{
		{"nothing checked", fromOutside, Local{}, "none", "none", "none", false, false},
		{"aligned by organisation", fromOutside, pass, "local", "pass", "none", true, false},
		{"another domain's", fromOutside, Local{DKIM: "pass", Domain: "example.com"}, "local", "pass", "none", false, false},
		{"no domain", fromOutside, Local{DKIM: "pass"}, "local", "pass", "none", false, false},
		{"failed: like none, not forged", fromOutside, Local{DKIM: "fail", Domain: "example.org"}, "local", "fail", "none", false, false},
		{"no signature", fromOutside, Local{DKIM: "none"}, "local", "none", "none", false, false},
		{"the provider's word goes first", good + fromOutside, Local{DKIM: "fail", Domain: "example.org"}, "provider", "pass", "pass", true, false},
		{"a provider that says fail", "Authentication-Results: mx.example.net; dmarc=fail header.from=example.org\n" + fromOutside, pass, "provider", "none", "fail", false, true},
		{"a stranger's word is not the provider's", "Authentication-Results: evil.example; dmarc=fail header.from=example.org\n" + fromOutside, pass, "local", "pass", "none", true, false},
	} {
		o := Observe([]byte(c.header + from))
		o.Local = c.local
		_, au, forged, _ := Judge(o, provider(), "example.org")
		if au.Source != c.source || au.DKIM != c.dkim || au.DMARC != c.dmarc || au.Aligned != c.aligned || forged != c.looksForged {
			t.Errorf("%s: %+v forged %v", c.name, au, forged)
		}
	}
}

func TestCheckMadeHereIsStored(t *testing.T) {
	o := Observe([]byte(good + fromOutside + from))
	before := o.Encode()
	if before[0] != encoding {
		t.Errorf("without a check the form is %d", before[0])
	}
	for _, l := range []Local{{DKIM: "pass", Domain: "example.org", Weak: true}, {DKIM: "none"}} {
		o.Local = l
		got, err := Decode(o.Encode())
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("%+v came back as %+v: %v", l, got.Local, err)
		}
	}
	data := o.Encode()
	for n := range data {
		if _, err := Decode(data[:n]); err == nil {
			t.Errorf("cut after %d bytes, yet read", n)
		}
	}
}

// TestAHeaderCannotClaimACheck holds that what was checked here comes from here
// alone.
func TestAHeaderCannotClaimACheck(t *testing.T) {
	o := Observe([]byte("Local: pass\nX-Local-DKIM: pass\nAuthentication-Results: local; dkim=pass header.d=example.org\n" + from))
	if _, au, _, _ := Judge(o, provider(), "example.org"); o.Local != (Local{}) || au.Source != "none" || au.Aligned {
		t.Errorf("%+v %+v", o.Local, au)
	}
}
