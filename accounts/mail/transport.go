package mail

import (
	"context"
	"log/slog"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/imap"
	"github.com/caliopen/caliopen-tui/accounts/link"
	"github.com/caliopen/caliopen-tui/accounts/smtp"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Config says how to reach a mail account. Secret is asked whenever a
// connection is made.
type Config struct {
	Own    conversation.Address // the envelope sender of drafts that name none
	IMAP   string               // "imaps://host:port" or "imap+starttls://host:port"
	SMTP   string               // "smtps://host:port" or "smtp+starttls://host:port"
	User   string
	Secret func(ctx context.Context) (string, error)
	OAuth  bool   // Secret gives an access token
	CAFile string // certificates trusted besides the system's, "" for none

	Dial  link.DialFunc      // nil for the network
	Log   *slog.Logger       // nil for none
	Clock conversation.Clock // nil for the system's
	Poll  time.Duration      // between looks at the folders that are not watched, 0 for the usual
	Quiet time.Duration      // silence of a server before it counts as gone, 0 for the usual

	// Quirks are ways around a server that says it can do what it cannot.
	Quirks accounts.Quirks
	// Extent tells how much of a folder is brought here, nil for all of each.
	Extent func(name string, use accounts.Use) accounts.Extent
}

// Transport is a mail account's connection to its servers.
type Transport struct {
	imap *imap.Client
	smtp *smtp.Sender
}

var (
	_ accounts.Transport = (*Transport)(nil)
	_ accounts.Completer = (*Transport)(nil)
)

// New checks the configuration; it does not connect.
func New(c Config) (*Transport, error) {
	client, err := imap.New(imap.Config{
		Address: c.IMAP, User: c.User, Secret: c.Secret, OAuth: c.OAuth, CAFile: c.CAFile,
		Dial: c.Dial, Log: c.Log, Clock: c.Clock, Poll: c.Poll, Quiet: c.Quiet,
		Quirks: c.Quirks, Extent: c.Extent,
	})
	if err != nil {
		return nil, err
	}
	sender, err := smtp.New(smtp.Config{
		Address: c.SMTP, User: c.User, Secret: c.Secret, OAuth: c.OAuth, From: c.Own.ID, CAFile: c.CAFile,
		Dial: c.Dial, Log: c.Log, Clock: c.Clock, Quiet: c.Quiet,
	})
	if err != nil {
		return nil, err
	}
	return &Transport{imap: client, smtp: sender}, nil
}

// Sync brings the mirror up to date, newest messages first.
func (t *Transport) Sync(ctx context.Context, m accounts.Mirror) error { return t.imap.Sync(ctx, m) }

// Watch blocks until the context ends or the connection breaks.
func (t *Transport) Watch(ctx context.Context, news func()) error { return t.imap.Watch(ctx, news) }

// Apply replays the user's acts.
func (t *Transport) Apply(ctx context.Context, tasks []accounts.Task) ([]int64, error) {
	return t.imap.Apply(ctx, tasks)
}

// Send hands an entry over to the submission server.
func (t *Transport) Send(ctx context.Context, e conversation.Entry, handover accounts.Handover) (accounts.Receipt, error) {
	return t.smtp.Send(ctx, e, handover)
}

// Keep stores the copy of a sent mail, unless it is there already.
func (t *Transport) Keep(ctx context.Context, e conversation.Entry) error { return t.imap.Keep(ctx, e) }

// Find looks for a mail whose outcome is unclear among those on the server.
func (t *Transport) Find(ctx context.Context, e conversation.Entry) (bool, accounts.Receipt, error) {
	return t.imap.Find(ctx, e)
}

// Complete fetches the whole of a message of which only the header is here.
func (t *Transport) Complete(ctx context.Context, c accounts.Copy) (accounts.Copy, error) {
	return t.imap.Complete(ctx, c)
}

// Quota tells how full the mailbox is, in per cent, 0 when the server does not
// say (RFC 9208).
func (t *Transport) Quota(ctx context.Context) (percent int, err error) { return t.imap.Quota(ctx) }

// Test logs in to both servers.
func (t *Transport) Test(ctx context.Context) (accounts.Security, error) {
	if _, err := t.imap.Test(ctx); err != nil {
		return accounts.Security{}, err
	}
	if _, err := t.smtp.Test(ctx); err != nil {
		return accounts.Security{}, err
	}
	return t.Security(), nil
}

// Security gives the security of the last connections, the weaker of both
// where they differ.
func (t *Transport) Security() accounts.Security {
	in, out := t.imap.Security(), t.smtp.Security()
	if out == (accounts.Security{}) {
		return in
	}
	if in == (accounts.Security{}) {
		return out
	}
	if out.TLS < in.TLS {
		in.TLS = out.TLS
	}
	in.Verified = in.Verified && out.Verified
	in.StartTLS = in.StartTLS || out.StartTLS
	return in
}

// Limits gives those of the last connection.
func (t *Transport) Limits() accounts.Limits {
	return accounts.Limits{MaxSize: t.smtp.Offers().MaxSize, Files: -1}
}

// RequireTLS tells whether the submission server takes REQUIRETLS (RFC 8689),
// and whether it was asked yet.
func (t *Transport) RequireTLS() (able, known bool) {
	return t.smtp.Offers().RequireTLS, t.smtp.Security() != (accounts.Security{})
}

// Probe asks the submission server what it can do. Unlike the other methods it
// may be called at any time.
func (t *Transport) Probe(ctx context.Context) error {
	_, err := t.smtp.Test(ctx)
	return err
}

// Close gives the connections back.
func (t *Transport) Close() error { return t.imap.Close() }
