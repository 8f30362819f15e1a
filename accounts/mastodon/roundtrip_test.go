package mastodon

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
)

func TestALimitIsWaitedForWithinReason(t *testing.T) {
	soon := func(w *world) string { return w.now.Add(5 * time.Second).Format(time.RFC3339Nano) }
	for name, c := range map[string]struct {
		head, value string
		waits       bool
	}{
		"seconds":       {"Retry-After", "7", true},
		"an hour":       {"Retry-After", "3600", false},
		"nonsense":      {"Retry-After", "-5", true},
		"a time":        {"X-RateLimit-Reset", "soon", true},
		"a far time":    {"X-RateLimit-Reset", "2030-01-01T00:00:00Z", false},
		"a unix time":   {"X-RateLimit-Reset", "99999999999", false},
		"a time before": {"X-RateLimit-Reset", "2001-01-01T00:00:00Z", true},
	} {
		w := newWorld(t, fediverse.Config{})
		value := c.value
		if value == "soon" {
			value = soon(w)
		}
		refused := false
		w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
			if refused {
				return false
			}
			refused = true
			rw.Header().Set(c.head, value)
			rw.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		_, err := w.tr.Test(t.Context())
		if c.waits && (err != nil || len(w.slept) != 1 || w.slept[0] > maxWait) {
			t.Errorf("%s: err %v, slept %v", name, err, w.slept)
		}
		if !c.waits && (!errors.Is(err, accounts.ErrTemporary) || len(w.slept) != 0) {
			t.Errorf("%s: err %v, slept %v", name, err, w.slept)
		}
	}
}

func TestAServerThatAlwaysSaysLaterIsLeft(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		rw.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	if _, err := w.tr.Test(t.Context()); !errors.Is(err, accounts.ErrTemporary) {
		t.Errorf("err = %v", err)
	}
	if n := w.count("GET"); n != maxRetries+1 {
		t.Errorf("%d calls", n)
	}
}

func TestAHugeAnswerIsRefused(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		block := strings.Repeat("x", 1<<20)
		for range 20 {
			if _, err := io.WriteString(rw, block); err != nil {
				break
			}
		}
		return true
	}
	if _, err := w.tr.Test(t.Context()); !errors.Is(err, accounts.ErrTemporary) || !strings.Contains(err.Error(), "larger") {
		t.Errorf("err = %v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		http.Redirect(rw, r, "https://elsewhere.example/", http.StatusFound)
		return true
	}
	if _, err := w.tr.Test(t.Context()); !errors.Is(err, accounts.ErrUnsupported) || len(w.calls) != 1 {
		t.Errorf("err = %v after %v", err, w.calls)
	}
}

func TestOnlyTLSLeavesTheMachine(t *testing.T) {
	for server, want := range map[string]error{
		"http://social.example": accounts.ErrPlain, "ftp://social.example": accounts.ErrPlain,
		"https://zoe:x@social.example": accounts.ErrRefused, "": accounts.ErrRefused,
		"social.example": nil, "https://social.example/": nil, "http://127.0.0.1:80": nil, "http://[::1]:80": nil, "http://localhost": nil,
	} {
		if _, err := serverURL(server); !errors.Is(err, want) {
			t.Errorf("%q: err = %v, want %v", server, err, want)
		}
	}
	_, err := New(Config{Server: "http://social.example"}).Test(t.Context())
	if !errors.Is(err, accounts.ErrPlain) {
		t.Errorf("err = %v", err)
	}
}

func TestTheKeyComesFromTheContext(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	var keys []string
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if k := r.Header.Get("Idempotency-Key"); k != "" {
			keys = append(keys, r.Method+" "+r.URL.Path+" "+k)
		}
		return false
	}
	e := w.entry("e7", "x", nil, alice)
	for range 2 {
		if _, err := w.tr.Send(t.Context(), e, handOver); err != nil {
			t.Fatal(err)
		}
	}
	if len(keys) != 2 || keys[0] != keys[1] || !strings.HasPrefix(keys[0], "POST /api/v1/statuses ") {
		t.Errorf("keys of two tries: %v", keys)
	}
	// Another database gives the same id to another message.
	if _, err := w.tr.Send(t.Context(), w.entry("e7", "y", nil, alice), handOver); err != nil {
		t.Fatal(err)
	}
	if n := len(w.srv.Posts()); n != 2 {
		t.Errorf("%d posts, want 2", n)
	}
}

func TestAnUnreachableServerIsOffline(t *testing.T) {
	tr := New(Config{Server: "http://127.0.0.1:1", Token: func(context.Context) (string, error) { return "x", nil }})
	if _, err := tr.Test(t.Context()); !errors.Is(err, accounts.ErrOffline) {
		t.Errorf("err = %v", err)
	}
}
