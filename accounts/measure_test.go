package accounts

import (
	"testing"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/domain"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

func mailToSelf(received string) trace.Observations {
	return trace.Observe([]byte("Received: " + received + "\r\nFrom: me@example.org\r\n"))
}

// TestMeasure holds the rows of the table of accounts as they come out of what
// is found out about real ones.
func TestMeasure(t *testing.T) {
	hiding := mailToSelf("from webmail.example.org (localhost [127.0.0.1]) by mx.example.org with ESMTP id 1; x")
	showing := mailToSelf("from [192.168.0.7] (dsl.example.net [198.51.100.7]) by mx.example.org with ESMTPSA id 1; x")
	trust := trace.Trust{Hosts: []string{"mx.example.org"}}
	mail := func(secret string) Account { return Account{Kind: "mail", Address: "me@example.org", Secret: secret} }
	for _, c := range []struct {
		name           string
		in             Measures
		want           privacy.AccountInput
		score, decided int
	}{
		{"everything right", Measures{
			Account: mail(InKeyring), Security: Security{TLS: "1.3", Verified: true, Auth: "XOAUTH2", Host: "x"},
			Domain: domain.Own{DMARC: "reject", Inbound: "enforce", DNSSEC: "signed"}, Key: "published", Selves: []trace.Observations{hiding}, Trust: trust,
		}, privacy.AccountInput{TLS: "1.3", Auth: "oauth", Secret: "kept", Key: "published", DMARC: "reject", Inbound: "enforce", DNSSEC: "signed", ClientIP: "hidden"}, 100, 100},
		{"STARTTLS, password in a file", Measures{
			Account: mail(InClear), Security: Security{TLS: "1.2", Verified: true, StartTLS: true, Auth: "PLAIN"},
			Domain: domain.Own{DMARC: "quarantine", Inbound: "none", DNSSEC: "unsigned"}, Key: "none", Selves: []trace.Observations{hiding, showing}, Trust: trust,
		}, privacy.AccountInput{TLS: "1.2", StartTLS: true, Auth: "password", Secret: "file", Key: "none", DMARC: "quarantine", Inbound: "none", DNSSEC: "unsigned", ClientIP: "shown"}, 35, 100},
		{
			"certificate not verified",
			Measures{Account: mail(InKeyring), Security: Security{TLS: "1.3", Auth: "SCRAM-SHA-256"}},
			privacy.AccountInput{TLS: "1.3", BadCertificate: true, Auth: "scram", Secret: "kept"},
			20, 50,
		},
		{"Mastodon", Measures{
			Account: Account{Kind: "mastodon", Secret: InEncrypted}, Security: Security{TLS: "1.3", Verified: true, Auth: "OAUTH2"},
			Domain: domain.Own{DMARC: "reject"}, Key: "published", Selves: []trace.Observations{showing},
		}, privacy.AccountInput{TLS: "1.3", Auth: "oauth", Secret: "kept", NoSeal: true}, 60, 50},
		{
			"old TLS, client certificate",
			Measures{Account: mail(InKeyring), Security: Security{TLS: "1.1", Verified: true, Auth: "EXTERNAL"}},
			privacy.AccountInput{TLS: "old", Auth: "certificate", Secret: "kept"},
			40, 50,
		},
		{
			"in clear",
			Measures{Account: mail(InKeyring), Security: Security{Auth: "PLAIN", Host: "x"}},
			privacy.AccountInput{TLS: "none", Auth: "password", Secret: "kept"},
			10, 50,
		},
		{"never connected, password by command", Measures{Account: Account{Kind: "mail", PasswordCommand: "pass show mail", Secret: InClear}}, privacy.AccountInput{}, 0, 0},
	} {
		got := Measure(c.in)
		x, decided := privacy.Account(got)
		if got != c.want || x.Score != c.score || decided != c.decided {
			t.Errorf("%s: %+v: %d of %d%%, want %+v: %d of %d%%", c.name, got, x.Score, decided, c.want, c.score, c.decided)
		}
	}
}
