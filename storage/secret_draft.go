package storage

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
)

// lockedDraft is the sealed content of a draft, and the name it was sealed by.
// The name stays the same wherever the draft goes, so that one that cannot be
// read now can still be taken back from the outbox.
type lockedDraft struct {
	place string
	data  []byte
}

// bytes is the form in which a sealed draft leaves the store and comes back.
func (l lockedDraft) bytes() []byte {
	return append(append([]byte(l.place), 0), l.data...)
}

func lockedDraftOf(b []byte) (l lockedDraft, err error) {
	place, data, ok := bytes.Cut(b, []byte{0})
	if !ok || len(place) == 0 {
		return l, fmt.Errorf("a sealed draft without a name: %w", conversation.ErrUsage)
	}
	return lockedDraft{string(place), data}, nil
}

func (d *DB) sealDraft(r conversation.Draft, place string) (l lockedDraft, err error) {
	data, err := json.Marshal(r)
	if err != nil {
		return l, fmt.Errorf("encode: %w", err)
	}
	data, err = d.seal(data, "draft", place)
	return lockedDraft{place, data}, err
}

// openDraft reads a sealed draft into r, which knows its id and conversation.
// While the keys are locked, or when it was tampered with, r gets what was
// sealed as it is.
func (d *DB) openDraft(l lockedDraft, r *conversation.Draft) error {
	id, conv, saved := r.ID, r.Conversation, r.Saved
	data, err := d.open(l.data, "draft", l.place)
	if err != nil {
		r.Sealed = l.bytes()
		return nil
	}
	if err := json.Unmarshal(data, r); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	r.ID, r.Conversation = id, conv
	if !saved.IsZero() {
		r.Saved = saved
	}
	return nil
}

// draftExcerpt gives the beginning of a sealed draft for a list, a mark that
// there is one while it cannot be read.
func (d *DB) draftExcerpt(l lockedDraft) string {
	var r conversation.Draft
	if err := d.openDraft(l, &r); err != nil || r.Sealed != nil {
		return "…"
	}
	text := []rune(r.Text)
	return string(text[:min(len(text), 80)])
}

// draftToSave gives what is stored of a draft: its text, sealed when there is
// a key, or what was sealed already.
func (d *DB) draftToSave(r conversation.Draft) (l lockedDraft, err error) {
	if len(r.Sealed) > 0 {
		if r.Text != "" || r.Subject != "" || len(r.To)+len(r.Cc)+len(r.Bcc)+len(r.Attach) > 0 {
			return l, fmt.Errorf("write into a draft that cannot be read: %w", conversation.ErrSealed)
		}
		return lockedDraftOf(r.Sealed)
	}
	if d.ready() {
		return d.sealDraft(r, string(r.ID))
	}
	data, err := json.Marshal(r)
	if err != nil {
		return l, fmt.Errorf("encode: %w", err)
	}
	return lockedDraft{data: data}, nil
}

// hideEntry takes out of an entry what must not lie open: the draft of a sealed
// message, and one that may quote a sealed message although it leaves in clear
// without that. The bytes to be sent stay readable until they are gone: they
// have to leave while the keys are locked, too, and of a sealed mail they are
// sealed already.
func (t *tx) hideEntry(e *conversation.Entry) (l lockedDraft, line []byte, err error) {
	if !t.db.ready() || !e.Sealed && !e.Draft.Secret && !t.db.opt.SealAll {
		return l, nil, nil
	}
	if l, err = t.db.sealDraft(e.Draft, string(e.ID)); err != nil {
		return l, nil, err
	}
	line, err = t.db.seal([]byte(e.Line), "line", string(e.ID))
	e.Draft = conversation.Draft{ID: e.Draft.ID, Conversation: e.Draft.Conversation}
	e.Line = ""
	return l, line, err
}

// entryRow is an entry as it is stored.
type entryRow struct {
	e      conversation.Entry
	locked lockedDraft
	line   []byte
	closed bool
}

// entries reads entries of the outbox.
func (d *DB) entries(ctx context.Context, tail string, args ...any) ([]conversation.Entry, error) {
	rows, err := query(ctx, d.reader(ctx), scanEntry, entryColumns+tail, args...)
	if err != nil {
		return nil, err
	}
	es := make([]conversation.Entry, len(rows))
	for i := range rows {
		if err := d.openEntry(&rows[i]); err != nil {
			return nil, err
		}
		es[i] = rows[i].e
	}
	return es, nil
}

// openEntry opens what of an entry can be opened now. Its state, recipients
// and bytes to send are there in any case.
func (d *DB) openEntry(r *entryRow) error {
	if r.locked.place == "" {
		return nil
	}
	if err := d.openDraft(r.locked, &r.e.Draft); err != nil {
		return err
	}
	if line, err := d.open(r.line, "line", string(r.e.ID)); err == nil {
		r.e.Line = string(line)
	}
	if !r.closed {
		return nil
	}
	wire, second := r.e.Wire, r.e.Copy
	r.e.Wire, r.e.Copy = nil, nil
	if w, err := d.open(wire, "wire", string(r.e.ID)); err == nil {
		r.e.Wire = w
	}
	if len(second) == 0 {
		return nil
	}
	if c, err := d.open(second, "copy", string(r.e.ID)); err == nil {
		r.e.Copy = c
	}
	return nil
}

// closeEntry seals the bytes of an entry that will not be sent any more, where
// everything is sealed.
func (t *tx) closeEntry(id conversation.EntryID) error {
	if !t.db.opt.SealAll || !t.db.ready() {
		return nil
	}
	var wire, second []byte
	ok, err := t.get("SELECT wire, copy FROM outbox WHERE key = ? AND place <> '' AND closed = 0", []any{string(id)}, &wire, &second)
	if err != nil || !ok {
		return err
	}
	if wire, err = t.db.seal(wire, "wire", string(id)); err != nil {
		return err
	}
	if second != nil {
		if second, err = t.db.seal(second, "copy", string(id)); err != nil {
			return err
		}
	}
	return t.exec("UPDATE outbox SET wire = ?, copy = ?, closed = 1 WHERE key = ?", wire, second, string(id))
}

// keepBest keeps with a sent message what the best score was when it was sent.
func (t *tx) keepBest(id conversation.EntryID, m conversation.MessageID) error {
	return t.exec(`INSERT OR REPLACE INTO best (message, best) SELECT ?, json_extract(CAST(data AS TEXT), '$.Best') FROM outbox
		WHERE key = ? AND json_extract(CAST(data AS TEXT), '$.Best') > 0`, string(m), string(id))
}

// mayDrop tells whether a draft may be thrown away. Nobody can want that of one
// that cannot be read now, unless it was written here.
func (t *tx) mayDrop(id conversation.DraftID) error {
	if _, ours := t.db.written.Load(id); ours || t.db.unlocked() {
		return nil
	}
	var place string
	if _, err := t.get("SELECT place FROM draft WHERE key = ?", []any{string(id)}, &place); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if place == "" {
		return nil
	}
	return conversation.ErrSealed
}
