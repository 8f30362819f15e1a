package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Login is what is needed to log in.
type Login struct {
	User   string
	Secret string // a password, or an access token
	OAuth  bool   // the secret is an access token
	Host   string
	Port   int
}

// Exchange is one login by one mechanism.
type Exchange interface {
	sasl.Client
	// Proved tells whether the server did its part of the exchange. It is
	// asked after the server said that the login succeeded.
	Proved() bool
}

// Choose gives the exchange of the strongest mechanism offered. It is only
// called on connections that Secure returned. There is no way back to a weaker
// mechanism when the server refuses the one chosen.
func Choose(offered []string, l Login) (name string, x Exchange, err error) {
	if strings.ContainsAny(l.User+l.Secret, "\x00\r\n") || l.User == "" {
		return "", nil, fmt.Errorf("link: user name or secret cannot be sent: %w", accounts.ErrAuth)
	}
	for _, name := range ranking(l.OAuth) {
		if slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, name) }) {
			return name, exchange(name, l), nil
		}
	}
	return "", nil, fmt.Errorf("link: no way to log in among %q: %w", offered, accounts.ErrUnsupported)
}

// ranking lists mechanisms, the strongest first. A token is never sent by a
// mechanism for passwords.
func ranking(oauth bool) []string {
	if oauth {
		return []string{"OAUTHBEARER", "XOAUTH2"}
	}
	return []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"}
}

func exchange(name string, l Login) Exchange {
	switch name {
	case "SCRAM-SHA-256", "SCRAM-SHA-1":
		return newScram(name, l)
	case "OAUTHBEARER":
		return oneSided{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: strings.NewReplacer("=", "=3D", ",", "=2C").Replace(l.User),
			Token:    l.Secret, Host: l.Host, Port: l.Port,
		})}
	case "XOAUTH2":
		return oneSided{&bearer{l}}
	case "LOGIN":
		return oneSided{&login{Login: l}}
	}
	return oneSided{sasl.NewPlainClient("", l.User, l.Secret)}
}

// oneSided is an exchange in which the server proves nothing but by its
// certificate.
type oneSided struct{ sasl.Client }

func (oneSided) Proved() bool { return true }

// bearer speaks XOAUTH2, the form of bearer tokens that came before RFC 7628
// and that some providers still offer alone.
type bearer struct{ l Login }

func (b *bearer) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + b.l.User + "\x01auth=Bearer " + b.l.Secret + "\x01\x01"), nil
}

// Next answers the challenge that carries the reason of a refusal, so that the
// server goes on to say no.
func (b *bearer) Next([]byte) ([]byte, error) { return []byte{}, nil }

// login speaks LOGIN, in which the server asks twice. The wording of the
// questions differs from server to server; their order does not.
type login struct {
	Login
	asked int
}

func (g *login) Start() (string, []byte, error) { return "LOGIN", nil, nil }

func (g *login) Next([]byte) ([]byte, error) {
	g.asked++
	switch g.asked {
	case 1:
		return []byte(g.User), nil
	case 2:
		return []byte(g.Secret), nil
	}
	return nil, errors.New("link: LOGIN: asked a third time")
}
