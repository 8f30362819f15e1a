package conversation

import (
	"fmt"
	"strings"
)

// Protocol names a way of exchanging messages.
type Protocol string

// The protocols this build can speak.
const (
	Mail     Protocol = "mail"
	Mastodon Protocol = "mastodon"
)

// Address is one way to reach a person: a protocol and an identifier in its
// canonical form (mail: lower case "zoe@example.org"; Mastodon:
// "@zoe@social.example", always with the server).
type Address struct {
	Protocol Protocol
	ID       string
}

// MailAddress makes the canonical address of an addr-spec (RFC 5322, 3.4.1).
// The whole address is lower-cased: no provider in use tells local parts apart
// by case, and a person must not fall into two contacts because of it.
func MailAddress(spec string) Address {
	return Address{Mail, strings.ToLower(strings.TrimSpace(spec))}
}

// MastodonAddress makes the canonical address of a Mastodon account name
// ("zoe@social.example", with or without the leading "@"). A local name
// without server gets home appended.
func MastodonAddress(acct, home string) Address {
	acct = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(acct), "@"))
	if !strings.Contains(acct, "@") && home != "" {
		acct += "@" + strings.ToLower(home)
	}
	return Address{Mastodon, "@" + acct}
}

// String gives "protocol:identifier", the form stored and printed.
func (a Address) String() string { return string(a.Protocol) + ":" + a.ID }

// IsZero tells whether the address names nobody.
func (a Address) IsZero() bool { return a.ID == "" }

// Domain gives the part behind the last "@", lower case, or "".
func (a Address) Domain() string {
	if i := strings.LastIndexByte(a.ID, '@'); i >= 0 {
		return a.ID[i+1:]
	}
	return ""
}

// ParseAddress reads what String wrote, and the forms people type:
// "zoe@example.org" (mail) and "@zoe@social.example" (Mastodon).
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	if p, id, ok := strings.Cut(s, ":"); ok {
		switch Protocol(p) {
		case Mail:
			return MailAddress(id), nil
		case Mastodon:
			return MastodonAddress(id, ""), nil
		}
	}
	if strings.HasPrefix(s, "@") && strings.Count(s, "@") == 2 {
		return MastodonAddress(s, ""), nil
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 && i < len(s)-1 && !strings.ContainsAny(s, " \t\r\n<>,;") {
		return MailAddress(s), nil
	}
	return Address{}, fmt.Errorf("%q is not an address", s)
}
