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
	Batch int           // messages asked for in one command, 0 for 500
}

func (c Config) quiet() time.Duration { return or(c.Quiet, 45*time.Second) }
func (c Config) poll() time.Duration  { return or(c.Poll, 4*time.Minute) }
func (c Config) batch() int           { return or(c.Batch, 500) }

// or gives v, or what to use when it is not set.
func or[T comparable](v, unset T) T {
	var zero T
	if v == zero {
		return unset
	}
	return v
}

// Client is one account on an IMAP server. It keeps one connection for what it
// is asked to do, which is opened when needed, and another one for Watch.
type Client struct {
	config   Config
	endpoint link.Endpoint
	dialer   link.Dialer
	log      *slog.Logger
	now      conversation.Clock

	work     sync.Mutex // held by whoever uses the connection
	current  *session
	suspects map[copyKey]int      // how often fetching a message cut the connection
	missing  map[string]time.Time // folders braked, and since when
	plain    atomic.Bool          // the server does not do well with extended lists

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
		missing:  map[string]time.Time{},
	}
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

// Test logs in on a fresh connection and gives its security.
func (c *Client) Test(ctx context.Context) (accounts.Security, error) {
	s, err := c.open(ctx)
	if err != nil {
		return accounts.Security{}, err
	}
	s.close()
	return s.security, nil
}

// Close gives the connection back.
func (c *Client) Close() error {
	c.work.Lock()
	defer c.work.Unlock()
	c.drop()
	return nil
}
