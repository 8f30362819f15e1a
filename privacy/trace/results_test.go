package trace

import (
	"fmt"
	"strings"
	"testing"
)

func short(c Claim) string {
	var b strings.Builder
	b.WriteString(c.ID)
	for _, r := range c.Results {
		fmt.Fprintf(&b, " %s=%s/%s", r.Method, r.Value, r.Domain)
	}
	return b.String()
}

func TestResultsSyntax(t *testing.T) {
	for _, c := range []struct{ name, field, want string }{
		{"as specified", "mx.example.net 1; spf=pass smtp.mailfrom=paul@example.org; dkim=pass (good signature) header.d=example.org", "mx.example.net spf=pass/example.org dkim=pass/example.org"},
		{"none", "mx.example.net; none", "mx.example.net"},
		{"semicolon in a comment", "mx.example.net;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=example.org header.i=@example.org header.b=abc=;\r\n\tdkim-atps=neutral", "mx.example.net dkim=pass/example.org"},
		{"no authserv-id", "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.org; dkim=pass header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100", " spf=pass/example.org dkim=pass/example.org dmarc=pass/example.org"},
		{"no blank before a comment", "a.example.net; dkim=pass header.i=@example.org; dmarc=pass(p=REJECT;sp=NULL) header.from=example.org;", "a.example.net dkim=pass/example.org dmarc=pass/example.org"},
		{"blanks and case", " MX.Example.NET ; DKIM = Pass HEADER.D = Example.ORG ", "mx.example.net dkim=pass/example.org"},
		{"method version", "mx.example.net; dkim/1=pass header.d=example.org", "mx.example.net dkim=pass/example.org"},
		{"quoted", "\"mx.example.net\"; dkim=pass header.d=\"example.org\"", "mx.example.net dkim=pass/example.org"},
		{"unknown version", "mx.example.net 2; dkim=pass header.d=example.org", "mx.example.net"},
		{"reason", "mx.example.net; dmarc=fail reason=\"dkim=pass; not aligned\" header.from=example.org", "mx.example.net dmarc=fail/example.org"},
		{"d beats i", "mx.example.net; dkim=pass header.i=@a.example.com header.d=example.org", "mx.example.net dkim=pass/example.org"},
		{"unknown methods", "mx.example.net; iprev=pass; x-tls=pass smtp.version=TLSv1.3; bimi=none; arc=none", "mx.example.net arc=none/"},
		{"quoted sender", "mx.example.net; spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=bank.example\"@example.org", "mx.example.net spf=fail/x; dmarc=pass header.from=bank.example"},
		{"escape in a comment", "mx.example.net; spf=none (x \\); dkim=pass header.d=example.org)", "mx.example.net spf=none/"},
		{"nested comment", "mx.example.net; spf=none (x (y); dkim=pass header.d=example.org)", "mx.example.net spf=none/"},
		{"comment not closed", "mx.example.net; spf=fail (domain of x( ; dmarc=pass header.from=bank.example", "mx.example.net spf=fail/"},
		{"nothing", "", ""},
		{"only equals", "=;=;==", ""},
	} {
		if got := short(readResults([]byte(c.field))); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}
