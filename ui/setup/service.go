// Package setup is the first run: connecting a mail or Mastodon account. Every
// look-up and login runs in the background, can be stopped, and nothing is
// kept before it succeeded.
package setup

import (
	"context"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Service is what the first run and the accounts screen need; cmd implements it,
// since it touches configuration and network.
type Service interface {
	// Probe looks up the settings of a mail address, or of a Mastodon server.
	Probe(ctx context.Context, address string) (Found, error)
	// Add tests the login and saves the account; the engine starts it.
	Add(ctx context.Context, n NewAccount) error
	Remove(ctx context.Context, name string, keepMessages bool) error
	// AuthorizeURL begins the login of a Mastodon account: the page to open,
	// where a code is shown to be pasted into NewAccount.Code.
	AuthorizeURL(ctx context.Context, server string) (url string, err error)
	// StartDemo replaces the profile by the demo; only offered when there is
	// no account yet.
	StartDemo(ctx context.Context) error
	// Places gives the folders where data and configuration live.
	Places() (data, config string)
}

// Found is what a look-up of settings gave.
type Found struct {
	Kind     conversation.Protocol
	IMAP     string // "imaps://host:port" or "imap+starttls://host:port"
	SMTP     string
	User     string
	Server   string // Mastodon
	Source   string // "autoconfig", "srv", "guess"
	Security string // "tls", "starttls"
	// Foreign tells that only unsigned DNS says that these servers are the
	// address's: the user confirms before a password goes there (RFC 6186, 6).
	Foreign bool
}

// NewAccount is what the user filled in.
type NewAccount struct {
	Kind            conversation.Protocol
	Address         string
	Name            string
	IMAP, SMTP      string
	User            string
	Password        string
	PasswordCommand string
	Server          string
	Code            string
	Token           string
	CA              string
}
