package imap

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/link"
)

// login logs in on a connection whose server has been verified, and gives the
// mechanism used.
func (c *Client) login(ctx context.Context, p *preamble) (mechanism string, t traits, err error) {
	secret, err := c.config.Secret(ctx)
	if err != nil {
		return "", t, fmt.Errorf("imap: secret of %s: %w", c.config.User, errors.Join(accounts.ErrAuth, err))
	}
	caps, err := p.capabilities()
	if err != nil {
		return "", t, err
	}
	t = traitsOf(hello{c.endpoint.Host, p.said, caps}, c.config.Quirks)
	caps = t.use(caps)
	l := link.Login{User: c.config.User, Secret: secret, OAuth: c.config.OAuth, Host: c.endpoint.Host, Port: c.endpoint.Port}
	mechanism, x, err := link.Choose(offered(caps), l)
	if errors.Is(err, accounts.ErrUnsupported) && !l.OAuth && !slices.Contains(caps, "LOGINDISABLED") {
		return "LOGIN", t, p.plainLogin(l)
	}
	if err != nil {
		return "", t, err
	}
	return mechanism, t, p.authenticate(x, slices.Contains(caps, "SASL-IR"))
}

func offered(caps []string) []string {
	var names []string
	for _, c := range caps {
		if name, ok := strings.CutPrefix(c, "AUTH="); ok {
			names = append(names, name)
		}
	}
	return names
}

// authenticate runs a SASL exchange (RFC 9051, section 6.2.2).
func (p *preamble) authenticate(x link.Exchange, initial bool) error {
	name, first, err := x.Start()
	if err != nil {
		return err
	}
	line := "AUTHENTICATE " + name
	if first != nil && initial {
		line, first = line+" "+or(encode(first), "="), nil
	}
	a, err := p.command(line, nil, func(challenge string) (string, error) {
		if first != nil {
			defer func() { first = nil }()
			return encode(first), nil
		}
		raw, err := base64.StdEncoding.DecodeString(challenge)
		if err != nil {
			return "", err
		}
		reply, err := x.Next(raw)
		return encode(reply), err
	})
	if err != nil {
		return authError(err)
	}
	if err := a.login(); err != nil {
		return err
	}
	if !x.Proved() {
		return fmt.Errorf("server did not prove that it knows the password: %w", accounts.ErrAuth)
	}
	return nil
}

// authError keeps apart a cut connection and a failed exchange.
func authError(err error) error {
	if link.IsCut(err) {
		return err
	}
	return errors.Join(accounts.ErrAuth, err)
}

// plainLogin is for servers that offer no SASL mechanism at all. Name and
// password go as literals, so that no character needs quoting.
func (p *preamble) plainLogin(l link.Login) error {
	if strings.ContainsAny(l.User+l.Secret, "\x00\r\n") {
		return fmt.Errorf("user name or password cannot be sent: %w", accounts.ErrAuth)
	}
	parts := []string{fmt.Sprintf("%s {%d}", l.User, len(l.Secret)), l.Secret}
	a, err := p.command(fmt.Sprintf("LOGIN {%d}", len(l.User)), nil, func(string) (string, error) {
		if len(parts) == 0 {
			return "", errPreamble
		}
		part := parts[0]
		parts = parts[1:]
		return part, nil
	})
	if err != nil {
		return err
	}
	return a.login()
}

// login tells why a login did not work: most codes of RFC 5530 blame the name
// or the password, some the server.
func (a answer) login() error {
	if a.status == "OK" {
		return nil
	}
	switch a.code {
	case "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN":
		return fmt.Errorf("login: %s %s: %w", a.status, a.code, accounts.ErrTemporary)
	}
	if crowdedText(a.text) {
		return fmt.Errorf("login: %s: too many connections: %w", a.status, accounts.ErrTemporary)
	}
	return fmt.Errorf("login: %s %s: %w", a.status, a.code, accounts.ErrAuth)
}

// crowdedText tells whether a refusal speaks of too many connections. Some
// servers say so without a code ("Too many simultaneous connections" of Gmail),
// and the user would be told that the password is wrong.
func crowdedText(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "too many") || strings.Contains(text, "connections") && strings.Contains(text, "exceeded")
}
