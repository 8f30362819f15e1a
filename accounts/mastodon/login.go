package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Scopes are the rights asked for, as few as the program can do with.
const Scopes = "read:accounts read:statuses read:notifications read:search write:statuses write:media write:conversations"

// outOfBand has the server show the code instead of sending it somewhere.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// Login obtains, checks and gives back access tokens (OAuth 2.0, RFC 6749 and
// RFC 7009).
type Login struct {
	CAFile string
	HTTP   *http.Client
	Clock  conversation.Clock
}

// Pending is a login between the page in the browser and the code pasted from
// it. ClientID and ClientSecret are needed again to give the token back.
type Pending struct {
	Server       string `json:"server"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	URL          string `json:"-"` // the page to open
}

// Begin registers the program with a server and gives the page to open.
func (l Login) Begin(ctx context.Context, server string) (Pending, error) {
	c, err := l.client(server)
	if err != nil {
		return Pending{}, err
	}
	app, err := masto.RegisterApp(ctx, &masto.AppConfig{
		Client: *c.http, Server: c.base.String(), ClientName: "Caliopen", RedirectURIs: outOfBand, Scopes: Scopes,
	})
	if err != nil {
		return Pending{}, fmt.Errorf("mastodon: register with %s: %w", c.base.Host, libraryFault(err))
	}
	if app.ClientID == "" || !strings.HasPrefix(app.AuthURI, c.base.String()) {
		return Pending{}, fmt.Errorf("mastodon: %s does not register programs: %w", c.base.Host, accounts.ErrUnsupported)
	}
	return Pending{Server: c.base.String(), ClientID: app.ClientID, ClientSecret: app.ClientSecret, URL: app.AuthURI}, nil
}

// Finish turns the code into a token and tells whose it is, by full name
// ("zoe@social.example").
func (l Login) Finish(ctx context.Context, p Pending, code string) (token, acct string, err error) {
	m, err := l.library(p, "")
	if err != nil {
		return "", "", err
	}
	if err := m.GetUserAccessToken(ctx, strings.TrimSpace(code), outOfBand); err != nil {
		return "", "", fmt.Errorf("mastodon: code: %w", denied(err))
	}
	acct, err = l.Verify(ctx, p.Server, m.Config.AccessToken)
	return m.Config.AccessToken, acct, err
}

// Verify tells whose a token is.
func (l Login) Verify(ctx context.Context, server, token string) (acct string, err error) {
	t := New(Config{
		Server: server, CAFile: l.CAFile, HTTP: l.HTTP, Clock: l.Clock,
		Token: func(context.Context) (string, error) { return token, nil },
	})
	defer t.Close() //nolint:errcheck // it has no errors
	me, err := t.login(ctx)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(me.address.ID, "@"), nil
}

// Revoke gives a token back, when an account is removed.
func (l Login) Revoke(ctx context.Context, p Pending, token string) error {
	m, err := l.library(p, token)
	if err != nil {
		return err
	}
	if err := m.RevokeToken(ctx); err != nil {
		return fmt.Errorf("mastodon: revoke: %w", libraryFault(err))
	}
	return nil
}

func (l Login) client(server string) (*client, error) {
	return newClient(Config{Server: server, CAFile: l.CAFile, HTTP: l.HTTP, Clock: l.Clock}.filled())
}

// library gives a client of the library that goes through our round tripper.
func (l Login) library(p Pending, token string) (*masto.Client, error) {
	c, err := l.client(p.Server)
	if err != nil {
		return nil, err
	}
	m := masto.NewClient(&masto.Config{
		Server: c.base.String(), ClientID: p.ClientID, ClientSecret: p.ClientSecret, AccessToken: token,
	})
	m.Client, m.UserAgent = *c.http, c.agent
	return m, nil
}

// libraryFault names the library's errors like our own.
func libraryFault(err error) error {
	var api *masto.APIError
	if errors.As(err, &api) {
		return refusal(answer{code: api.StatusCode, body: []byte(`{"error":` + quoted(api.Message) + `}`)})
	}
	return fault(err)
}

// denied is libraryFault for a code: whatever the server says against it, it
// is the code that was wrong.
func denied(err error) error {
	err = libraryFault(err)
	if errors.Is(err, accounts.ErrRefused) {
		return fmt.Errorf("%w: %w", accounts.ErrAuth, err)
	}
	return err
}
