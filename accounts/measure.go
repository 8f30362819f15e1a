package accounts

import (
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/domain"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Measures is what was found out about an account, each part from where it is
// known. The zero value of a part means that nobody looked.
type Measures struct {
	Account  Account
	Security Security              // of the last connection
	Domain   domain.Own            // of the domain of the account's address
	Key      string                // "published" (own key found where others look, or sent along), "none"
	Selves   []trace.Observations  // of mails that the user surely sent to himself, newest first
	Trust    trace.Trust           // of the account's provider
	Protocol conversation.Protocol // "" for that of Account
}

// Measure turns what was found out into what the index of an account is made
// of. What was not looked at stays open; it never guesses.
func Measure(m Measures) privacy.AccountInput {
	protocol := m.Protocol
	if protocol == "" {
		protocol = m.Account.Protocol()
	}
	in := privacy.AccountInput{Secret: keptIn(m.Account), NoSeal: protocol == conversation.Mastodon}
	measureConnection(&in, m)
	if protocol != conversation.Mail {
		return in // the rest is about mail
	}
	in.Key = m.Key
	in.DMARC, in.Inbound, in.DNSSEC = m.Domain.DMARC, m.Domain.Inbound, m.Domain.DNSSEC
	for _, o := range m.Selves {
		// One mail that shows it is enough; one that does not proves little
		// beside it.
		switch trace.ClientAddress(o, m.Trust) {
		case "shown":
			in.ClientIP = "shown"
			return in
		case "hidden":
			in.ClientIP = "hidden"
		}
	}
	return in
}

func measureConnection(in *privacy.AccountInput, m Measures) {
	s := m.Security
	if s == (Security{}) {
		return // never connected
	}
	in.StartTLS = s.StartTLS
	in.Auth = authOf(s.Auth)
	switch s.TLS {
	case "":
		in.TLS, in.StartTLS = "none", false
	case "1.3", "1.2":
		in.TLS, in.BadCertificate = s.TLS, !s.Verified
	default:
		in.TLS, in.BadCertificate = "old", !s.Verified
	}
}

// authOf says how the user logs in, by the name of the SASL mechanism.
func authOf(mechanism string) string {
	name := strings.ToUpper(mechanism)
	switch {
	case name == "":
		return ""
	case strings.Contains(name, "OAUTH"):
		return "oauth"
	case name == "EXTERNAL":
		return "certificate"
	case strings.HasPrefix(name, "SCRAM-"):
		return "scram"
	}
	return "password"
}

// keptIn says where the secret of an account lies. What a command does to get
// it nobody can see.
func keptIn(a Account) string {
	if a.PasswordCommand != "" {
		return ""
	}
	switch a.Secret {
	case InKeyring, InEncrypted:
		return "kept"
	case InClear:
		return "file"
	}
	return ""
}
