package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Apply replays acts. Only "read" has a counterpart on the server. A star
// stays here: a favourite is a message to the author. Archive and delete stay
// here too: deleting a status takes it from everybody's server, and a server's
// conversation holds messages the user has not chosen. Tags and "unread" are
// things the server does not know.
func (t *Transport) Apply(ctx context.Context, tasks []accounts.Task) ([]int64, error) {
	var done []int64
	if t.broken != nil {
		return nil, t.broken
	}
	var read []string
	for _, k := range tasks {
		if k.Kind == conversation.ActRead && k.RemoteID != "" {
			read = append(read, k.RemoteID)
		}
	}
	if err := t.markRead(ctx, read); err != nil {
		for _, k := range tasks {
			if k.Kind != conversation.ActRead {
				done = append(done, k.ID)
			}
		}
		return done, err
	}
	for _, k := range tasks {
		done = append(done, k.ID)
	}
	return done, nil
}

// markRead marks the conversations read whose last status is among the ids.
// The server knows no read mark of a single status, so a conversation with
// something newer in it stays unread there.
func (t *Transport) markRead(ctx context.Context, ids []string) error {
	max := ""
	for range 5 { // what is that far down was not read just now
		if len(ids) == 0 {
			return nil
		}
		l, err := t.client.list(ctx, "/api/v1/conversations", nil, "", max)
		if err != nil {
			return err
		}
		for _, f := range l.items {
			last := f.object("last_status").text("id")
			if !f.flag("unread") || !slices.Contains(ids, last) {
				continue
			}
			if err := t.markThread(ctx, f.text("id")); err != nil {
				return err
			}
		}
		if l.next == "" || l.next == max {
			return nil
		}
		max = l.next
	}
	return nil
}

func (t *Transport) markThread(ctx context.Context, id string) error {
	path := "/api/v1/conversations/" + url.PathEscape(id) + "/read"
	_, err := t.client.do(ctx, call{method: http.MethodPost, path: path, form: url.Values{}})
	if errors.Is(err, errGone) || errors.Is(err, accounts.ErrRefused) {
		t.conf.Log.Warn("not marked as read", "account", t.conf.Account, "err", err)
		return nil // trying again for ever would change nothing
	}
	if err != nil {
		return fmt.Errorf("mastodon: mark as read: %w", err)
	}
	return nil
}
