package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/html"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Find looks for an entry among the own statuses written since it was made.
// Servers that ignore the Idempotency-Key would post it twice otherwise. A
// status that reached others than it was meant for is deleted and counts as
// not found: posting it again tells the user why.
func (t *Transport) Find(ctx context.Context, e conversation.Entry) (bool, accounts.Receipt, error) {
	w, err := readWire(e)
	if err != nil {
		return false, accounts.Receipt{}, nil // nothing that Send would ever have posted
	}
	me, err := t.login(ctx)
	if err != nil {
		return false, accounts.Receipt{}, err
	}
	found, err := t.lookFor(ctx, w, me, e.Created)
	if err != nil || found == nil {
		return false, accounts.Receipt{}, err
	}
	rec, err := t.check(ctx, w, me, found)
	var reach *ReachError
	switch {
	case err == nil:
		return true, rec, nil
	case errors.As(err, &reach) && !reach.Left:
		return false, accounts.Receipt{}, nil
	}
	return false, accounts.Receipt{}, fmt.Errorf("%w: %w", accounts.ErrUnclear, err) // for the user to decide
}

// lookFor walks back through the own statuses until the time of the entry,
// judged by the server's clock.
func (t *Transport) lookFor(ctx context.Context, w wire, me self, since time.Time) (json.RawMessage, error) {
	path, max := "/api/v1/accounts/"+url.PathEscape(me.id)+"/statuses", ""
	for range maxPages {
		q := url.Values{"exclude_reblogs": {"true"}, "limit": {"40"}}
		if max != "" {
			q.Set("max_id", max)
		}
		var raws []json.RawMessage
		a, err := t.client.get(ctx, path, q, &raws)
		if err != nil {
			return nil, err
		}
		from := t.onServer(since, a.head)
		old := len(raws) == 0
		for _, raw := range raws {
			h, ok := headOf(raw)
			old = old || ok && h.created.Before(from)
			if !ok || old || h.visibility != "direct" || t.taken(h.id) {
				continue
			}
			if same, err := t.client.same(ctx, w, h); err != nil || same {
				return raw, err
			}
		}
		next := nextPage(a.head.Values("Link"))
		if old || next == "" || next == max {
			return nil, nil
		}
		max = next
	}
	return nil, nil
}

// onServer moves a time of this machine to the server's clock, and a little
// back, since the server tells whole seconds.
func (t *Transport) onServer(at time.Time, h http.Header) time.Time {
	if now, err := http.ParseTime(h.Get("Date")); err == nil {
		at = at.Add(now.Sub(t.conf.Clock()))
	}
	return at.Add(-2 * time.Second)
}

func (t *Transport) taken(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.posted[id]
}

// same compares a status with what was to be posted: its source where the
// server gives it, else the words of its text.
func (c *client) same(ctx context.Context, w wire, h head) (bool, error) {
	var f fields
	_, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(h.id)+"/source", nil, &f)
	if err == nil {
		return words(f.text("text")) == words(w.Status) && words(f.text("spoiler_text")) == words(w.SpoilerText), nil
	}
	if passing(err) != nil {
		return false, err
	}
	o, _ := object(h.raw)
	if text := o.text("text"); text != "" {
		return words(text) == words(w.Status), nil
	}
	shown := html.Convert(o.text("content"), html.Options{Unmarked: true}).Text
	return shortNames(shown) == shortNames(w.Status), nil
}

// words leaves out what servers change: spaces and line ends.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// shortNames leaves out the servers of names as well, which the HTML does not show.
func shortNames(s string) string { return words(acctRE().ReplaceAllString(s, "$1")) }
