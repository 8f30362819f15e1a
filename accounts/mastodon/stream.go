package mastodon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Bounds of a stream. Servers send a sign of life every 15 to 30 seconds.
const (
	maxEvent  = 1 << 20
	silence   = 90 * time.Second
	maxBreaks = 5
)

// Watch follows the streams of the account (server-sent events): "user" for
// mentions, edits and deletions, "direct" for conversations, which a server
// tells only while somebody listens. Breaks are mended quietly, each time after
// a longer pause. It returns nil when the server has no streams.
func (t *Transport) Watch(ctx context.Context, news func()) error {
	if t.broken != nil {
		return t.broken
	}
	if _, err := t.server(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, name := range []string{"user", "direct"} {
		g.Go(func() error { return t.follow(ctx, name, news) })
	}
	err := g.Wait()
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// follow keeps one stream open.
func (t *Transport) follow(ctx context.Context, name string, news func()) error {
	for breaks := 0; ctx.Err() == nil; breaks++ {
		lived, err := t.listen(ctx, name, news)
		if lived {
			breaks = 0
			news() // something may have been told while nobody listened
		}
		if errors.Is(err, errGone) || errors.Is(err, accounts.ErrAuth) || errors.Is(err, accounts.ErrCertificate) {
			return err
		}
		if breaks >= maxBreaks {
			return fmt.Errorf("mastodon: stream %s: %w", name, fault(err))
		}
		pause := min(time.Second<<breaks, time.Minute)
		pause += time.Duration(t.conf.Jitter() * float64(pause) / 2)
		if t.conf.sleep(ctx, pause) != nil {
			break
		}
	}
	return nil
}

// listen opens a stream and reads it until it breaks; lived tells whether it
// was open at all.
func (t *Transport) listen(ctx context.Context, name string, news func()) (lived bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.streamURL(name).String(), nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Accept", "text/event-stream")
	if err := t.client.sign(ctx, req); err != nil {
		return false, err
	}
	resp, err := t.client.open.Do(req)
	if err != nil {
		return false, fault(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false, refusal(answer{code: resp.StatusCode})
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return false, fmt.Errorf("%w: no event stream", errGone)
	}
	t.catchUp(ctx, name, news)
	watchdog := time.AfterFunc(silence, cancel)
	defer watchdog.Stop()
	return true, t.read(resp.Body, news, func() { watchdog.Reset(silence) })
}

// catchUp asks once whether something came between the last pass and now.
func (t *Transport) catchUp(ctx context.Context, name string, news func()) {
	if name != "direct" {
		return
	}
	l, err := t.client.list(ctx, "/api/v1/conversations", url.Values{"limit": {"1"}}, "", "")
	if err != nil || len(l.items) == 0 {
		return
	}
	last := l.items[0].object("last_status").text("id")
	t.mu.Lock()
	fresh := last != "" && !t.lasts[last] && last != t.caught
	t.caught = last // told once: a pass that cannot take it would be run for ever
	t.mu.Unlock()
	if fresh {
		news()
	}
}

// streamURL gives the address of a stream: where the server says, when that is
// its own host or one below it, else the server itself.
func (t *Transport) streamURL(name string) *url.URL {
	t.mu.Lock()
	said := t.instance.streaming
	t.mu.Unlock()
	base := t.client.base
	if u, err := url.Parse(said); err == nil && u.Host != "" && u.Host != base.Host {
		u = &url.URL{Scheme: "https", Host: u.Host}
		if t.client.ours(u) {
			base = u
		}
	}
	return base.JoinPath("/api/v1/streaming/" + name)
}

// read takes events until the stream ends.
func (t *Transport) read(r io.Reader, news func(), alive func()) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 16<<10), maxEvent)
	event, data := "", ""
	for lines.Scan() {
		alive()
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if t.matters(event, data) {
				news()
			}
			event, data = "", ""
		case field == "event":
			event = value
		case field == "data" && len(data)+len(value) <= maxEvent:
			data += value
		}
	}
	if err := lines.Err(); err != nil {
		return fault(err)
	}
	return fmt.Errorf("%w: the stream ended", accounts.ErrOffline)
}

// matters tells whether an event is about private messages, and notes the
// statuses that a pass has to look at. What comes through a stream is a hint:
// nothing of it is stored.
func (t *Transport) matters(event, data string) bool {
	switch event {
	case "conversation":
		return true
	case "delete":
		return t.noteKnown(strings.Trim(data, `" `))
	case "update", "status.update":
		h, ok := headOf([]byte(data))
		if !ok || h.visibility != "direct" {
			return false
		}
		t.noteKnown(h.id)
		return true
	case "notification":
		f, _ := object([]byte(data))
		return f.object("status").text("visibility") == "direct"
	}
	return false
}

// noteKnown notes a status that is here.
func (t *Transport) noteKnown(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known[id] {
		t.noted[id] = true
	}
	return t.known[id]
}
