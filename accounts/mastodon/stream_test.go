package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
)

// watch runs Watch; the channels give each news and the end.
func (w *world) watch(ctx context.Context) (news chan struct{}, end chan error) {
	news, end = make(chan struct{}, 1000), make(chan error, 1)
	go func() { end <- w.tr.Watch(ctx, func() { news <- struct{}{} }) }()
	return news, end
}

func within[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("no ", what)
	}
	return v
}

func TestWatchTellsOfNewMessages(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.sync()
	ctx, cancel := context.WithCancel(t.Context())
	news, end := w.watch(ctx)
	// Whether the message comes before or after the streams are open: it is told.
	p := w.srv.Post("alice@one.example", "hello", "zoe")
	within(t, news, "news")
	w.sync()
	if !w.store.has(p.ID) {
		t.Error("told of nothing")
	}
	cancel()
	if err := within(t, end, "end"); err != nil {
		t.Errorf("err = %v", err)
	}
}

func TestEventsThatMatter(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "hello", "zoe")
	w.sync()
	for _, c := range []struct {
		event, data string
		want, noted bool
	}{
		{"conversation", `{}`, true, false},
		{"delete", p.ID, true, true},
		{"delete", "12345", false, false},
		{"update", `{"id":"9","visibility":"public"}`, false, false},
		{"update", `{"id":"9","visibility":"direct"}`, true, false},
		{"status.update", `{"id":"` + p.ID + `","visibility":"direct"}`, true, true},
		{"notification", `{"type":"mention","status":{"visibility":"direct"}}`, true, false},
		{"notification", `{"type":"follow","status":null}`, false, false},
		{"update", `{`, false, false},
		{"", "", false, false},
		{"filters_changed", "", false, false},
	} {
		w.tr.noted = map[string]bool{}
		if got := w.tr.matters(c.event, c.data); got != c.want || w.tr.noted[p.ID] != c.noted {
			t.Errorf("%s %s: %v, noted %v", c.event, c.data, got, w.tr.noted)
		}
	}
}

// A pass heeds what the streams told, without waiting for a look around.
func TestWhatStreamsToldIsHeeded(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "one", "zoe")
	q := w.srv.Reply("alice@one.example", p.ID, "two")
	w.sync()
	w.srv.Delete(p.ID)
	w.tr.matters("delete", p.ID)
	w.sync()
	if w.store.has(p.ID) || !w.store.has(q.ID) {
		t.Errorf("have %v", ids(w.store.copies))
	}
}

func TestAServerWithoutStreamsIsPolled(t *testing.T) {
	w := newWorld(t, fediverse.Config{NoStreaming: true})
	_, end := w.watch(t.Context())
	if err := within(t, end, "end"); err != nil {
		t.Errorf("err = %v", err)
	}
	if n := w.count("GET /api/v1/streaming"); n > 2 {
		t.Errorf("%d tries", n)
	}
}

func TestARefusedStreamIsARefusedLogin(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.token = "wrong"
	_, end := w.watch(t.Context())
	if err := within(t, end, "end"); !errors.Is(err, accounts.ErrAuth) {
		t.Errorf("err = %v", err)
	}
}

// A server that closes each stream at once is asked seldom, and given up.
func TestStreamsThatCloseAtOnceAreNoHotLoop(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/v1/streaming/") {
			return false
		}
		rw.WriteHeader(http.StatusBadGateway)
		return true
	}
	w.tr.client.trips.stream.SetLimit(1e9)
	_, end := w.watch(t.Context())
	if err := within(t, end, "end"); err == nil {
		t.Error("no error")
	}
	if n := w.count("GET /api/v1/streaming"); n > 2*(maxBreaks+1) {
		t.Errorf("%d tries", n)
	}
	var total time.Duration
	for _, d := range w.slept {
		total += d
	}
	if total < 15*time.Second {
		t.Errorf("slept %v in all", w.slept)
	}
}

// Many streams in a row are held back whoever opens them.
func TestOpeningStreamsIsLimited(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		rw.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(rw, ":)\n\n")
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for ctx.Err() == nil {
		w.tr.listen(ctx, "user", func() {}) //nolint:errcheck // the stream always breaks
	}
	if n := w.count("GET /api/v1/streaming"); n > 8 {
		t.Errorf("%d streams in 0.3 s", n)
	}
}

func TestAnEndlessLineEndsTheStream(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	r := strings.NewReader("data: " + strings.Repeat("x", 2*maxEvent) + "\n\n")
	if err := w.tr.read(r, func() {}, func() {}); err == nil {
		t.Error("no error")
	}
}

func TestStreamsAreAskedForOnTheOwnServer(t *testing.T) {
	for said, want := range map[string]string{
		"":                               "social.example",
		"wss://streaming.social.example": "streaming.social.example",
		"wss://elsewhere.example":        "social.example",
		"::":                             "social.example",
	} {
		tr := New(Config{Server: "social.example"})
		tr.instance.streaming = said
		if u := tr.streamURL("user"); u.String() != "https://"+want+"/api/v1/streaming/user" {
			t.Errorf("%q: %s", said, u)
		}
	}
}
