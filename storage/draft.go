package storage

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// newKey makes an identifier of 80 random bits behind a letter.
func (d *DB) newKey(letter string) string {
	var b [10]byte
	d.opt.Random(b[:])
	return letter + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// SaveDraft stores a draft; one without an id gets one.
func (d *DB) SaveDraft(ctx context.Context, r conversation.Draft) (conversation.DraftID, error) {
	if r.ID == "" {
		r.ID = conversation.DraftID(d.newKey("d"))
	}
	err := d.write(ctx, "save a draft", func(t *tx) error { return t.saveDraft(r) })
	if err == nil && len(r.Sealed) == 0 {
		d.written.Store(r.ID, true)
	}
	return r.ID, err
}

func (t *tx) saveDraft(r conversation.Draft) error {
	if r.Saved.IsZero() {
		r.Saved = t.db.opt.Now()
	}
	l, err := t.db.draftToSave(r)
	if err != nil {
		return err
	}
	var data any = l.data
	if l.place == "" {
		data = string(l.data) // text: the list looks into it
	}
	return t.exec("INSERT OR REPLACE INTO draft (key, conversation, saved, data, place) VALUES (?, ?, ?, ?, ?)",
		string(r.ID), string(r.Conversation), r.Saved.UnixMilli(), data, l.place)
}

// Draft gives one draft.
func (d *DB) Draft(ctx context.Context, id conversation.DraftID) (r conversation.Draft, err error) {
	rs, err := d.drafts(ctx, "WHERE key = ?", string(id))
	if err == nil && len(rs) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return r, wrap(fmt.Sprintf("draft %q", id), err)
	}
	return rs[0], nil
}

// Drafts lists the drafts, the one saved last first.
func (d *DB) Drafts(ctx context.Context) ([]conversation.Draft, error) {
	rs, err := d.drafts(ctx, "ORDER BY saved DESC, key")
	return rs, wrap("list drafts", err)
}

func (d *DB) drafts(ctx context.Context, tail string, args ...any) ([]conversation.Draft, error) {
	rows, err := query(ctx, d.reader(ctx), scanDraft, "SELECT key, conversation, saved, data, place FROM draft "+tail, args...)
	if err != nil {
		return nil, err
	}
	out := make([]conversation.Draft, len(rows))
	for i, r := range rows {
		if r.l.place != "" {
			if err := d.openDraft(r.l, &r.d); err != nil {
				return nil, err
			}
		}
		out[i] = r.d
	}
	return out, nil
}

// scanDraft takes the conversation from its column: it is kept right when
// contacts are joined or split.
func scanDraft(r *sql.Rows, row *draftRow) error {
	var id, conv string
	var saved int64
	if err := r.Scan(&id, &conv, &saved, &row.l.data, &row.l.place); err != nil {
		return err
	}
	if row.l.place == "" {
		if err := json.Unmarshal(row.l.data, &row.d); err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	} else {
		row.d.Saved = fromMilli(saved)
	}
	row.d.ID, row.d.Conversation = conversation.DraftID(id), conversation.ConversationID(conv)
	return nil
}

type draftRow struct {
	d conversation.Draft
	l lockedDraft
}

// DropDraft deletes a draft; one that is gone already is no error.
func (d *DB) DropDraft(ctx context.Context, id conversation.DraftID) error {
	return d.write(ctx, "drop a draft", func(t *tx) error {
		if err := t.mayDrop(id); err != nil {
			return err
		}
		return t.exec("DELETE FROM draft WHERE key = ?", string(id))
	})
}

// Setting gives a setting, "" when it is not set.
func (d *DB) Setting(ctx context.Context, key string) (value string, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", "user."+key).Scan(&value)
	_, err = found(err)
	return value, wrap("read a setting", err)
}

// SetSetting stores a setting.
func (d *DB) SetSetting(ctx context.Context, key, value string) error {
	return d.write(ctx, "store a setting", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", "user."+key, value)
	})
}

// Mute makes a conversation silent, or heard again.
func (d *DB) Mute(ctx context.Context, id conversation.ConversationID, on bool) error {
	q := "DELETE FROM muted WHERE conversation = ?"
	if on {
		q = "INSERT OR IGNORE INTO muted (conversation) VALUES (?)"
	}
	return d.write(ctx, "mute", func(t *tx) error { return t.exec(q, string(id)) })
}
