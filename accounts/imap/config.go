package imap

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/link"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Config says how to reach an account. Only Address, User and Secret have to
// be set.
type Config struct {
	Address string // "imaps://host:port" or "imap+starttls://host:port"
	User    string
	Secret  func(ctx context.Context) (string, error) // the password, or an access token
	OAuth   bool                                      // Secret gives an access token
	CAFile  string                                    // certificates trusted besides the system's
	Dial    link.DialFunc                             // nil for the network
	Log     *slog.Logger                              // nil for none; never told secrets or message text
	Clock   conversation.Clock                        // nil for the system's

	Quiet time.Duration // silence of the server before it counts as gone, 0 for 45 s
	Poll  time.Duration // between looks at what the server does not tell by itself, 0 for 4 min
	Batch int           // messages asked for in one command at most, 0 for 2000

	Linger time.Duration // how long the second connection for work stays open unused, 0 for 30 s

	// Quirks are ways around a server that says it can do what it cannot.
	Quirks accounts.Quirks
	// Extent tells how much of a folder is brought here, nil for all of each.
	Extent func(name string, use accounts.Use) accounts.Extent
}

func (c Config) quiet() time.Duration { return or(c.Quiet, 45*time.Second) }
func (c Config) poll() time.Duration  { return or(c.Poll, 4*time.Minute) }
func (c Config) linger() time.Duration {
	return or(c.Linger, 30*time.Second)
}

// or gives v, or what to use when it is not set.
func or[T comparable](v, unset T) T {
	var zero T
	if v == zero {
		return unset
	}
	return v
}

// Client is one account on an IMAP server. It keeps one connection for what it
// is asked to do, which is opened when needed, another one for Watch, and for a
// while a third one when something is asked during a long Sync.
type Client struct {
	config   Config
	endpoint link.Endpoint
	dialer   link.Dialer
	log      *slog.Logger
	now      conversation.Clock

	first     *lane                     // of Sync, and of the rest between passes
	second    *lane                     // of the rest during a pass
	alone     atomic.Pointer[time.Time] // no connection besides the first is asked for until then
	stirred   atomic.Bool               // Watch heard of something since a pass looked at the inbox
	suspects  map[copyKey]int           // how often fetching a message cut the connection
	mute      map[copyKey]bool          // copies whose flags cannot be understood
	missing   map[string]time.Time      // folders braked, and since when
	plain     atomic.Bool               // the server does not do well with extended lists
	seen      seen                      // the folders as the last pass left them
	quotaless atomic.Bool               // what it says of quotas cannot be understood
	misjudges atomic.Int32              // messages whose size the server told wrongly

	mu       sync.Mutex
	security accounts.Security
}

// copyKey names one copy on the server.
type copyKey struct {
	folder   string
	validity uint32
	uid      uint32
}

// New checks the configuration; it does not connect.
func New(c Config) (*Client, error) {
	endpoint, err := link.Parse("imap", c.Address)
	if err != nil {
		return nil, err
	}
	client := &Client{
		config:   c,
		endpoint: endpoint,
		dialer:   link.Dialer{Dial: c.Dial, CAFile: c.CAFile, Clock: c.Clock},
		log:      c.Log,
		now:      c.Clock,
		suspects: map[copyKey]int{},
		mute:     map[copyKey]bool{},
		missing:  map[string]time.Time{},
	}
	client.first, client.second = newLane(client), newLane(client)
	if client.log == nil {
		client.log = slog.New(slog.DiscardHandler)
	}
	if client.now == nil {
		client.now = time.Now
	}
	return client, nil
}

// Security gives the security of the last connection, zero before the first.
func (c *Client) Security() accounts.Security {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.security
}

// Test logs in on a fresh connection and gives its security. That connection
// takes the place of one for work, so that there are never more than allowed.
func (c *Client) Test(ctx context.Context) (accounts.Security, error) {
	l, err := c.borrow(ctx)
	if err != nil {
		return accounts.Security{}, err
	}
	defer l.release()
	l.drop()
	s, err := l.connect(ctx)
	if err != nil {
		return accounts.Security{}, err
	}
	return s.security, nil
}

// Close gives the connections back.
func (c *Client) Close() error {
	for _, l := range []*lane{c.first, c.second} {
		<-l.turn
		l.drop()
		l.turn <- struct{}{}
	}
	return nil
}
