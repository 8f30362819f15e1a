package storage

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Hidden tells whether a message was put aside.
func (d *DB) Hidden(ctx context.Context, key conversation.MessageID) (hidden bool, err error) {
	err = d.read(ctx, "hidden", func(q querier) error {
		return q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM message WHERE key = ? AND away = ?)", string(key), awayHidden).Scan(&hidden)
	})
	return hidden, err
}

// Hide puts a message aside that holds nothing to be read by a person. It is
// marked as read and archived on its server, where it stays, and is seen in no
// conversation any more, wherever else copies of it turn up. It is no act of the user, and none of his undoing.
func (d *DB) Hide(ctx context.Context, key conversation.MessageID) (c accounts.Change, err error) {
	err = d.write(ctx, "hide", func(t *tx) error {
		for _, kind := range []conversation.ActKind{conversation.ActRead, conversation.ActArchive} {
			id, err := t.insert("INSERT INTO act (kind, tag, messages, at, undone) VALUES (?, '', '[]', ?, 1)", string(kind), d.opt.Now().Unix())
			if err != nil {
				return err
			}
			if err := t.actOn(id, conversation.Act{Kind: kind}, key); err != nil {
				return err
			}
		}
		var msg int64
		if _, err := t.get("SELECT id FROM message WHERE "+keyed, []any{string(key)}, &msg); err != nil {
			return err
		}
		if err := t.exec("UPDATE location SET put = ? WHERE message = ?", awayHidden, msg); err != nil {
			return err
		}
		if err := t.refresh(msg); err != nil {
			return err
		}
		c, err = t.change()
		return err
	})
	return c, err
}
