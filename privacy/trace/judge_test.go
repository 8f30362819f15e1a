package trace

import (
	"strings"
	"testing"
)

// The provider of these tests: mx.example.net takes mail from outside.
func provider() Trust {
	return Trust{
		Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"},
		TLSWriters: []string{"mx.example.net"}, Domains: []string{"example.net"},
	}
}

const (
	fromOutside = "Received: from out.example.org (out.example.org [192.0.2.1]) (using TLSv1.3 with cipher X) by mx.example.net (Postfix) with ESMTPS id 1; Mon\n"
	inClear     = "Received: from out.example.org (out.example.org [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1; Mon\n"
	byLMTP      = "Received: from mx.example.net ([10.0.0.1]) by store.example.net with LMTP id 2; Mon\n"
	byFilter    = "Received: from localhost (localhost [127.0.0.1]) by mx.example.net (Postfix) with ESMTP id 3; Mon\n"
	older       = "Received: from laptop ([198.51.100.7]) by out.example.org with ESMTPSA (TLS1.3) id 0; Mon\n"
	good        = "Authentication-Results: mx.example.net; dkim=pass header.d=example.org; dmarc=pass header.from=example.org\n"
	from        = "From: Paul <paul@example.org>\n"
)

func TestTransport(t *testing.T) {
	for _, c := range []struct {
		name, header, ingress, tls string
	}{
		{"over TLS", fromOutside + older, "tls", "1.3"},
		{"in clear, the server tells of TLS otherwise", inClear + older, "plain", ""},
		{"behind LMTP", byLMTP + fromOutside, "tls", "1.3"},
		{"behind a content filter", byLMTP + byFilter + fromOutside, "tls", "1.3"},
		{"behind a content filter, in clear", byFilter + inClear, "plain", ""},
		{"only the filter's line", byFilter, "unknown", ""},
		{"clear ingress, a forged line of ours below", inClear + fromOutside, "plain", ""},
		{"clear ingress that calls itself us, forged line below", strings.Replace(inClear, "from out.example.org", "from mx.example.net", 1) + fromOutside, "plain", ""},
		{"a name looked up but not confirmed is ours", strings.Replace(inClear, "(out.example.org [192.0.2.1]) by mx.example.net (Postfix)", "(mx.example.net [192.0.2.1]) by mx.example.net", 1) + fromOutside, "unknown", ""},
		{"a confirmed name of ours", strings.Replace(inClear, "(out.example.org [", "(mx.example.net [", 1) + fromOutside, "tls", "1.3"},
		{"from a private address", strings.Replace(fromOutside, "192.0.2.1", "10.1.2.3", 1) + inClear, "unknown", ""},
		{"no address told", "Received: from out.example.org by mx.example.net with ESMTPS id 1; Mon\n", "unknown", ""},
		{"a stranger's server on top", strings.Replace(fromOutside, "by mx.example.net", "by mx.example.net.evil.example", 1) + fromOutside, "unknown", ""},
		{"another prefix", strings.Replace(fromOutside, "by mx.example.net", "by evil-mx.example.net", 1), "unknown", ""},
		{"our server hides who came", "Received: by mx.example.net with SMTP id 5; Mon\n" + fromOutside, "unknown", ""},
		{"some server hides who came", "Received: by gate.example.net with SMTP id 5; Mon\n" + fromOutside, "unknown", ""},
		{"some server tells little", "Received: from evil.example by gate.example.net; Mon\n" + fromOutside, "unknown", ""},
		{"our server tells little", "Received: from evil.example by mx.example.net; Mon\n" + fromOutside, "unknown", ""},
		{"an unknown protocol", "Received: from evil.example by gate.example.net with XFER; Mon\n" + fromOutside, "unknown", ""},
		{"a big provider's inner line", "Received: by 2001:db8:a05::1 with SMTP id 5; Mon\n" + fromOutside, "tls", "1.3"},
		{"a local filter", "Received: from scan by mx.example.net with local-smtp id 5; Mon\nReceived: (qmail 1 invoked by uid 2); Mon\n" + fromOutside, "tls", "1.3"},
		{"old TLS", strings.Replace(fromOutside, "TLSv1.3", "TLSv1.1", 1), "unknown", "1.1"},
		{"keyword alone", strings.Replace(fromOutside, "(using TLSv1.3 with cipher X) ", "", 1), "tls", ""},
		{"no Received", from, "unknown", ""},
	} {
		tr, _, _, _ := Judge(Observe([]byte(c.header+from)), provider(), "example.org")
		if tr.Ingress != c.ingress || tr.TLS != c.tls {
			t.Errorf("%s: %s %q, want %s %q", c.name, tr.Ingress, tr.TLS, c.ingress, c.tls)
		}
	}
}

func TestPlainNeedsAServerThatTellsOfTLS(t *testing.T) {
	trust := provider()
	trust.TLSWriters = nil
	if tr, _, _, _ := Judge(Observe([]byte(inClear+from)), trust, "example.org"); tr.Ingress != "unknown" {
		t.Errorf("ingress %s", tr.Ingress)
	}
}

func TestNothingIsBelievedWithoutTrust(t *testing.T) {
	tr, au, forged, same := Judge(Observe([]byte(good+fromOutside+from)), Trust{}, "example.org")
	if tr.Ingress != "unknown" || au.Aligned || au.Source != "none" || forged || same {
		t.Errorf("%+v %+v %v %v", tr, au, forged, same)
	}
	if len(tr.Hops) != 1 {
		t.Errorf("the claims are not shown: %+v", tr.Hops)
	}
}

// TestAuthentication holds honest results and every way to forge them.
func TestAuthentication(t *testing.T) {
	ar := func(s string) string { return "Authentication-Results: " + s + "\n" }
	for _, c := range []struct {
		name, header string
		aligned      bool
		dkim, dmarc  string
	}{
		{"honest", good + fromOutside, true, "pass", "pass"},
		{"honest, case", strings.ToUpper(good) + fromOutside, true, "pass", "pass"},
		{"below the ingress hop", fromOutside + good, false, "none", "none"},
		{"forged below, honest above", ar("mx.example.net; dkim=none; dmarc=none header.from=example.org") + fromOutside + good, false, "none", "none"},
		{"between forged lines of ours", inClear + good + fromOutside, false, "none", "none"},
		{"below a hop from a private address", strings.Replace(fromOutside, "192.0.2.1", "10.1.2.3", 1) + good + fromOutside, false, "none", "none"},
		{"a prefix to our name", strings.ReplaceAll(good, " mx.example.net", " evil-mx.example.net") + fromOutside, false, "none", "none"},
		{"a suffix to our name", strings.ReplaceAll(good, " mx.example.net", " mx.example.net.evil") + fromOutside, false, "none", "none"},
		{"a parent of our name", strings.ReplaceAll(good, " mx.example.net", " example.net") + fromOutside, false, "none", "none"},
		{"our name in a comment", ar("(mx.example.net) evil.example; dkim=pass header.d=example.org") + fromOutside, false, "none", "none"},
		{"no name", ar("dkim=pass header.d=example.org") + fromOutside, false, "none", "none"},
		{"another version", ar("mx.example.net 2; dkim=pass header.d=example.org") + fromOutside, false, "none", "none"},
		{"version 1", ar("mx.example.net 1; dkim=pass header.d=example.org") + fromOutside, true, "pass", "none"},
		{"signed by somebody else", ar("mx.example.net; dkim=pass header.d=other.example") + fromOutside, false, "pass", "none"},
		{"signed by a public suffix's other customer", ar("mx.example.net; dkim=pass header.d=paul.co.uk") + fromOutside, false, "pass", "none"},
		{"DMARC for another From", ar("mx.example.net; dmarc=pass header.from=other.example") + fromOutside, false, "none", "none"},
		{"DMARC for nobody", ar("mx.example.net; dmarc=pass") + fromOutside, false, "none", "none"},
		{"signed by a subdomain", ar("mx.example.net; dkim=pass header.d=mail.example.org") + fromOutside, true, "pass", "none"},
		{"SPF for the domain", ar("mx.example.net; spf=pass smtp.mailfrom=bounce@mail.example.org") + fromOutside, true, "none", "none"},
		{"SPF for another", ar("mx.example.net; spf=pass smtp.mailfrom=x@other.example") + fromOutside, false, "none", "none"},
		{"pass inside a comment", ar("mx.example.net; dkim=fail (dkim=pass header.d=example.org) header.d=example.org") + fromOutside, false, "fail", "none"},
		{"pass inside a quoted reason", ar("mx.example.net; dkim=fail reason=\"; dkim=pass header.d=example.org\"") + fromOutside, false, "fail", "none"},
		{"several fields", ar("mx.example.net; dmarc=none header.from=example.org") + ar("mx.example.net; dkim=pass header.d=example.org") + fromOutside, true, "pass", "none"},
		{"two signatures, one good", ar("mx.example.net; dkim=fail header.d=example.org; dkim=pass header.d=example.org") + fromOutside, true, "pass", "none"},
		{"behind a content filter", byLMTP + byFilter + good + fromOutside, true, "pass", "pass"},
	} {
		_, au, _, _ := Judge(Observe([]byte(c.header+from)), provider(), "Example.ORG")
		if au.Aligned != c.aligned || au.DKIM != c.dkim || au.DMARC != c.dmarc {
			t.Errorf("%s: aligned %v dkim %s dmarc %s, want %v %s %s", c.name, au.Aligned, au.DKIM, au.DMARC, c.aligned, c.dkim, c.dmarc)
		}
	}
}

func TestStripsBelievesOneFieldBelow(t *testing.T) {
	trust := provider()
	trust.Strips = true
	if _, au, _, _ := Judge(Observe([]byte(fromOutside+good+from)), trust, "example.org"); !au.Aligned {
		t.Error("not believed, though the configuration says so")
	}
	if _, au, _, _ := Judge(Observe([]byte(fromOutside+older+good+from)), trust, "example.org"); au.Aligned {
		t.Error("believed below an older line")
	}
}

func TestForged(t *testing.T) {
	fail := "Authentication-Results: mx.example.net; dmarc=fail (p=none) header.from=example.org; spf=pass smtp.mailfrom=example.org\n"
	_, au, forged, _ := Judge(Observe([]byte(fail+fromOutside+from)), provider(), "example.org")
	if !forged || au.Aligned || au.DMARC != "fail" {
		t.Errorf("forged %v, %+v", forged, au)
	}
	trust := provider()
	trust.Lists = []string{"garden.example.com"}
	for list, want := range map[string]bool{"<garden.example.com>": false, "<other.example.com>": true, "": true} {
		_, au, forged, _ := Judge(Observe([]byte(fail+fromOutside+from+"List-Id: "+list+"\n")), trust, "example.org")
		if forged != want || au.Aligned {
			t.Errorf("list %q: forged %v, %+v", list, forged, au)
		}
	}
	if _, _, forged, _ := Judge(Observe([]byte(fromOutside+fail+from)), provider(), "example.org"); forged {
		t.Error("a sender's own words made his mail look forged")
	}
}

func TestSameProvider(t *testing.T) {
	submitted := "Received: from laptop (pc7.isp.example [198.51.100.7]) (using TLSv1.3 with cipher X) by mx.example.net (Postfix) with ESMTPSA id 1; Mon\n"
	own := "From: Zoé <zoe@example.net>\n"
	for _, c := range []struct {
		name, header, domain string
		want                 bool
	}{
		{"submitted here", submitted + own, "example.net", true},
		{"submitted here, delivered by LMTP", byLMTP + byFilter + submitted + own, "example.net", true},
		{"another From", submitted + from, "example.org", false},
		{"not logged in", fromOutside + own, "example.net", false},
		{"without TLS", strings.Replace(strings.Replace(submitted, "ESMTPSA", "ESMTPA", 1), "(using TLSv1.3 with cipher X) ", "", 1) + own, "example.net", false},
		{"relayed from elsewhere", submitted + older + own, "example.net", false},
		{"forged below a stranger's line", fromOutside + submitted + own, "example.net", false},
		{"two From", submitted + own + own, "example.net", false},
		{"from a private address", strings.Replace(submitted, "198.51.100.7", "10.1.2.3", 1) + own, "example.net", false},
	} {
		tr, _, _, same := Judge(Observe([]byte(c.header)), provider(), c.domain)
		if same != c.want || (tr.Ingress == "auth") != c.want {
			t.Errorf("%s: %v, ingress %s", c.name, same, tr.Ingress)
		}
	}
}

func TestTrustedHopsAreCounted(t *testing.T) {
	for header, want := range map[string]int{
		byLMTP + byFilter + fromOutside + older: 3,
		fromOutside + fromOutside:               1,
		older + fromOutside:                     0,
	} {
		if tr, _, _, _ := Judge(Observe([]byte(header+from)), provider(), "example.org"); tr.Trusted != want {
			t.Errorf("%d hops believed of\n%s", tr.Trusted, header)
		}
	}
}
