package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// FolderName is the one folder of a Mastodon account.
const FolderName = "private"

// Config is what a transport needs to know.
type Config struct {
	Account conversation.AccountID
	Server  string // "social.example" or "https://social.example"
	Token   func(context.Context) (string, error)
	CAFile  string       // certificates trusted besides the system's
	HTTP    *http.Client // only its Transport is used, for the network below; nil for the usual one
	Clock   conversation.Clock
	Jitter  func() float64 // 0 to 1, so that many clients do not come back at once
	Log     *slog.Logger

	sleep func(context.Context, time.Duration) error
}

func (c Config) filled() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	return c
}

// Transport is the connection of one Mastodon account. It implements
// accounts.Transport.
type Transport struct {
	conf   Config
	client *client
	broken error // a configuration that cannot work, told at the first call

	mu       sync.Mutex
	me       self
	instance instance
	noted    map[string]bool // ids that a stream named as changed or deleted
	known    map[string]bool // ids here after the last pass
	lasts    map[string]bool // the last statuses of the conversations in the last pass
	caught   string          // the newest status when a stream was opened
	posted   map[string]bool // ids given to entries already sent
}

var _ accounts.Transport = (*Transport)(nil)

// self is the account logged in to.
type self struct {
	id      string
	address conversation.Address
}

// instance is what the server says of itself.
type instance struct {
	domain    string
	streaming string
	limits    accounts.Limits
	asked     time.Time
}

// New makes a transport. It touches no network; what is wrong in the
// configuration is told by the first call.
func New(c Config) *Transport {
	c = c.filled()
	t := &Transport{conf: c, noted: map[string]bool{}, known: map[string]bool{}, posted: map[string]bool{}}
	t.client, t.broken = newClient(c)
	return t
}

// login asks the server who we are. It runs at the beginning of each pass, so
// that a token taken back is noticed before anything is believed.
func (t *Transport) login(ctx context.Context) (self, error) {
	if t.broken != nil {
		return self{}, t.broken
	}
	if _, err := t.server(ctx); err != nil {
		return self{}, err
	}
	var f fields
	if _, err := t.client.get(ctx, "/api/v1/accounts/verify_credentials", nil, &f); err != nil {
		return self{}, foreign(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.me = self{f.text("id"), conversation.MastodonAddress(f.text("acct"), t.instance.domain)}
	if t.me.id == "" {
		return self{}, fmt.Errorf("mastodon: the server does not say who we are: %w", accounts.ErrTemporary)
	}
	return t.me, nil
}

// server gives what the server says of itself, asked once a day.
func (t *Transport) server(ctx context.Context) (instance, error) {
	t.mu.Lock()
	in := t.instance
	t.mu.Unlock()
	now := t.conf.Clock()
	if !in.asked.IsZero() && now.Sub(in.asked) < 24*time.Hour {
		return in, nil
	}
	in, err := t.client.describe(ctx)
	if err != nil {
		return in, err
	}
	in.asked = now
	t.mu.Lock()
	t.instance = in
	t.mu.Unlock()
	return in, nil
}

// describe asks for the instance, by version 2 of the call and by the older one.
func (c *client) describe(ctx context.Context) (instance, error) {
	var f fields
	_, err := c.get(ctx, "/api/v2/instance", nil, &f)
	domain, old := f.text("domain"), false
	if errors.Is(err, errGone) {
		old = true
		_, err = c.get(ctx, "/api/v1/instance", nil, &f)
		domain = hostOf(f.text("uri"))
	}
	if err != nil {
		return instance{}, foreign(err)
	}
	if domain == "" {
		domain = c.base.Hostname()
	}
	conf := f.object("configuration")
	in := instance{domain: strings.ToLower(domain), limits: limitsOf(f, conf), streaming: conf.object("urls").text("streaming")}
	if old {
		in.streaming = f.object("urls").text("streaming_api")
	}
	return in, nil
}

// foreign names what it means when a server lacks the first calls of all.
func foreign(err error) error {
	if errors.Is(err, errGone) {
		return fmt.Errorf("no Mastodon server: %w: %w", accounts.ErrUnsupported, err)
	}
	return err
}

func hostOf(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return s
}

func limitsOf(f, conf fields) accounts.Limits {
	l := accounts.Limits{MaxText: 500, Files: 4}
	s := conf.object("statuses")
	for _, raw := range []json.RawMessage{s["max_characters"], f["max_toot_chars"]} {
		var n int
		if json.Unmarshal(raw, &n) == nil && n > 0 {
			l.MaxText = n
			break
		}
	}
	var n int
	if json.Unmarshal(s["max_media_attachments"], &n) == nil && n > 0 {
		l.Files = n
	}
	var size int64
	if json.Unmarshal(conf.object("media_attachments")["image_size_limit"], &size) == nil && size > 0 {
		l.MaxSize = size
	}
	return l
}

// Test logs in and gives the security of the connection.
func (t *Transport) Test(ctx context.Context) (accounts.Security, error) {
	if _, err := t.login(ctx); err != nil {
		return accounts.Security{}, err
	}
	return t.Security(), nil
}

// Address gives the own address as the server named it at the last login.
func (t *Transport) Address() conversation.Address {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.me.address
}

// Security implements accounts.Transport.
func (t *Transport) Security() accounts.Security {
	if t.client == nil {
		return accounts.Security{}
	}
	return t.client.trips.security()
}

// Limits implements accounts.Transport.
func (t *Transport) Limits() accounts.Limits {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.instance.limits
}

// Keep has nothing to do: the server keeps what was posted.
func (t *Transport) Keep(context.Context, conversation.Entry) error { return nil }

// Close gives idle connections back.
func (t *Transport) Close() error {
	if t.client == nil {
		return nil
	}
	if idle, ok := t.client.trips.next.(interface{ CloseIdleConnections() }); ok && t.conf.HTTP == nil {
		idle.CloseIdleConnections()
	}
	return nil
}

// maxMedia bounds what Fetch downloads.
const maxMedia = 64 << 20

// Fetch downloads a file that the own server keeps, and gives its type. Only
// the own server's host and hosts below it are asked: the sender must not
// learn by a download that the message was read. The token goes to none.
func (t *Transport) Fetch(ctx context.Context, address string) ([]byte, string, error) {
	if t.broken != nil {
		return nil, "", t.broken
	}
	u, err := url.Parse(address)
	if err != nil || !t.client.ours(u) {
		return nil, "", fmt.Errorf("mastodon: fetch %q: not on the own server: %w", address, accounts.ErrRefused)
	}
	ctx = context.WithValue(ctx, answerLimit{}, int64(maxMedia))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("mastodon: fetch: %w", err)
	}
	resp, err := t.client.http.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("mastodon: fetch: %w", fault(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("mastodon: fetch: %w", refusal(answer{code: resp.StatusCode}))
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, "", fmt.Errorf("mastodon: fetch: %w", fault(err))
	}
	return data, resp.Header.Get("Content-Type"), nil
}

// ours tells whether an address is on the own server, no less protected.
func (c *client) ours(u *url.URL) bool {
	if u.User != nil || u.Scheme != "https" && u.Scheme != c.base.Scheme {
		return false
	}
	if loopback(c.base.Hostname()) {
		return u.Host == c.base.Host
	}
	host := strings.ToLower(u.Hostname())
	own := strings.ToLower(c.base.Hostname())
	return host == own || strings.HasSuffix(host, "."+own)
}
