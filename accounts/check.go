package accounts

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxName bounds the name of an account.
const maxName = 64

// Check tells whether an account can be used as it stands.
func (a Account) Check() error {
	if err := a.checkName(); err != nil {
		return err
	}
	if !slices.Contains([]string{"", "keyring", "encrypted", "clear"}, a.Secret) {
		return a.fault("config.secret", "secret", a.Secret)
	}
	switch a.Protocol() {
	case conversation.Mail:
		return a.checkMail()
	case conversation.Mastodon:
		return a.checkMastodon()
	}
	return a.fault("config.kind", "kind", a.Kind)
}

// checkName keeps names usable as words of the command line and in "--via
// ACCOUNT/sealed".
func (a Account) checkName() error {
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '/' || r == ',' || r == '"'
	}
	if a.Name == "" || len(a.Name) > maxName || a.Name == "auto" || strings.EqualFold(a.Name, Archive) || a.Name[0] == '-' || strings.ContainsFunc(a.Name, odd) {
		return a.fault("config.name", "name", a.Name)
	}
	return nil
}

func (a Account) checkMail() error {
	if address, err := conversation.ParseAddress(a.Address); err != nil || address.Protocol != conversation.Mail {
		return a.fault("config.address", "address", a.Address)
	}
	for _, server := range []struct{ protocol, text string }{{"imap", a.IMAP}, {"smtp", a.SMTP}} {
		if e, err := ParseEndpoint(server.text); err != nil || e.Protocol != server.protocol {
			return a.fault("config.endpoint", server.protocol, server.text)
		}
	}
	return a.checkQuirks()
}

func (a Account) checkMastodon() error {
	u, err := url.Parse(a.Server)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return a.fault("config.server", "server", a.Server)
	}
	return nil
}

func (a Account) fault(code, key, value string) error {
	return problem(code, ErrConfig, map[string]any{"Account": a.Name, "Key": key, "Value": value})
}
