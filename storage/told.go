package storage

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// toldKept is how long it is remembered that somebody was told of a message:
// longer than any process holds news back.
const toldKept = 7 * 24 * time.Hour

// Claim gives those of some messages that nobody was told about yet. From then
// on somebody was: of several processes only one gets a message.
func (d *DB) Claim(ctx context.Context, ids []conversation.MessageID) (mine []conversation.MessageID, err error) {
	err = d.write(ctx, "claim messages", func(t *tx) error {
		now := d.opt.Now()
		if err := t.exec("DELETE FROM told WHERE at < ?", now.Add(-toldKept).Unix()); err != nil {
			return err
		}
		for _, id := range ids {
			var known bool
			if _, err := t.get("SELECT EXISTS (SELECT 1 FROM told WHERE message = ?)", []any{string(id)}, &known); err != nil {
				return err
			}
			if known {
				continue
			}
			if err := t.exec("INSERT INTO told (message, at) VALUES (?, ?)", string(id), now.Unix()); err != nil {
				return err
			}
			mine = append(mine, id)
		}
		return nil
	})
	return mine, err
}

// Arrived gives the unread messages received since a moment, the newest first,
// at most so many: what another process fetched meanwhile.
func (d *DB) Arrived(ctx context.Context, since time.Time, limit int) (ids []conversation.MessageID, err error) {
	err = d.read(ctx, "what arrived", func(q querier) error {
		ids, err = query(ctx, q, scanOne[conversation.MessageID], `SELECT key FROM message
			WHERE read = 0 AND direction = 'in' AND away = 0 AND received >= ? AND id >= ? ORDER BY id DESC LIMIT ?`,
			since.Unix(), firstID(since.Add(-lateMail)), limit)
		return err
	})
	return ids, err
}

// lateMail is how old a mail may be by its sender's date and still be news.
const lateMail = 30 * 24 * time.Hour
