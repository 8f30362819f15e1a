package mastodon

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Bounds of one call.
const (
	maxAnswer  = 8 << 20          // bytes of JSON
	maxWait    = 20 * time.Second // the longest a call waits because the server asks for it
	maxRetries = 2
)

type idempotencyKey struct{}

// roundTripper stands between every call and the network.
type roundTripper struct {
	next   http.RoundTripper
	stream *rate.Limiter // how often a stream may be opened
	clock  conversation.Clock
	sleep  func(context.Context, time.Duration) error

	mu   sync.Mutex
	seen accounts.Security
}

func newRoundTripper(next http.RoundTripper, c Config) *roundTripper {
	return &roundTripper{next: next, stream: rate.NewLimiter(rate.Every(2*time.Second), 6), clock: c.Clock, sleep: c.sleep}
}

// RoundTrip implements http.RoundTripper.
func (t *roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	streaming := isStream(r)
	if streaming {
		if err := t.stream.Wait(r.Context()); err != nil {
			return nil, err
		}
	}
	r = withKey(r)
	for try := 0; ; try++ {
		resp, err := t.next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		t.note(r, resp.TLS)
		if resp.StatusCode != http.StatusTooManyRequests {
			if !streaming {
				resp.Body = http.MaxBytesReader(nil, resp.Body, limitOf(r.Context()))
			}
			return resp, nil
		}
		if r, err = t.again(r, resp, try); err != nil {
			return nil, err
		}
	}
}

// again waits as long as a 429 asks for and gives the request to repeat. When
// that is too long it gives an error at once, so that neither the library's
// blind loop nor the user waits for an hour.
func (t *roundTripper) again(r *http.Request, resp *http.Response, try int) (*http.Request, error) {
	defer resp.Body.Close()
	wait := t.pause(resp.Header, try)
	if wait > maxWait || try >= maxRetries || r.Body != nil && r.GetBody == nil {
		return nil, fmt.Errorf("%w: in %s", accounts.ErrTemporary, wait.Round(time.Second))
	}
	if err := t.sleep(r.Context(), wait); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		r.Body = body
	}
	return r, nil
}

// pause reads Retry-After (RFC 9110, 10.2.3) or X-RateLimit-Reset, which is a
// time stamp on Mastodon and seconds since 1970 on other servers.
func (t *roundTripper) pause(h http.Header, try int) time.Duration {
	now := t.clock()
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n >= 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, at.Sub(now))
	}
	reset := h.Get("X-RateLimit-Reset")
	if at, err := time.Parse(time.RFC3339Nano, reset); err == nil {
		return max(0, at.Sub(now))
	}
	if n, err := strconv.ParseInt(reset, 10, 64); err == nil {
		return max(0, time.Unix(n, 0).Sub(now))
	}
	return time.Second << try
}

func (t *roundTripper) note(r *http.Request, state *tls.ConnectionState) {
	s := accounts.Security{Auth: "OAUTH2", Host: r.URL.Host}
	if state != nil {
		s.TLS, s.Verified = version(state.Version), len(state.VerifiedChains) > 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = s
}

func (t *roundTripper) security() accounts.Security {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

func version(v uint16) string {
	switch v {
	case tls.VersionTLS13:
		return "1.3"
	case tls.VersionTLS12:
		return "1.2"
	}
	return ""
}

func isStream(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/api/v1/streaming/")
}

// withKey adds the Idempotency-Key that the context carries.
func withKey(r *http.Request) *http.Request {
	key, ok := r.Context().Value(idempotencyKey{}).(string)
	if !ok {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Set("Idempotency-Key", key)
	return r
}

type answerLimit struct{}

func limitOf(ctx context.Context) int64 {
	if n, ok := ctx.Value(answerLimit{}).(int64); ok {
		return n
	}
	return maxAnswer
}

// sleep is the real pause between two tries.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
