package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// entriesKept is how long closed entries are listed.
const entriesKept = 7 * 24 * time.Hour

// Enqueue puts an entry into the outbox and drops its draft.
func (d *DB) Enqueue(ctx context.Context, e conversation.Entry) (conversation.EntryID, error) {
	ids, err := d.EnqueueAll(ctx, []conversation.Entry{e})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// EnqueueAll puts the entries of one message into the outbox and drops its
// draft: all of them or none, since a message must not go to some of its
// readers only because the program died in between.
func (d *DB) EnqueueAll(ctx context.Context, es []conversation.Entry) ([]conversation.EntryID, error) {
	es = slices.Clone(es)
	ids := make([]conversation.EntryID, len(es))
	for i := range es {
		d.complete(&es[i])
		ids[i] = es[i].ID
		if i > 0 {
			es[i].Group = ids[0]
		}
	}
	err := d.write(ctx, "put into the outbox", func(t *tx) error {
		old := d.opt.Now().Add(-entriesKept).UnixMilli()
		if err := t.exec("DELETE FROM outbox WHERE created < ? AND (state = 'cancelled' OR state = 'sent' AND kept = 1)", old); err != nil {
			return err
		}
		for _, e := range es {
			if err := t.insertEntry(e); err != nil {
				return err
			}
			if err := t.exec("DELETE FROM draft WHERE key = ?", string(e.Draft.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	return ids, err
}

// complete fills in what a new entry may leave out.
func (d *DB) complete(e *conversation.Entry) {
	if e.ID == "" {
		e.ID = conversation.EntryID(d.newKey("o"))
	}
	if e.Created.IsZero() {
		e.Created = d.opt.Now()
	}
	if e.State == "" {
		e.State = conversation.StateQueued
	}
}

// insertEntry keeps the bytes apart from the rest, so that a list of entries
// need not read attachments.
func (t *tx) insertEntry(e conversation.Entry) error {
	wire, second := e.Wire, e.Copy
	if wire == nil {
		wire = []byte{}
	}
	e.Wire, e.Copy = nil, nil
	hidden, line, err := t.hideEntry(&e)
	if err != nil {
		return err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return t.exec(`INSERT INTO outbox (key, account, state, next, created, problem, handed, tries, message, data, wire, copy, place, secret, line)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(e.ID), string(e.Account), string(e.State), milli(e.NextTry), milli(e.Created),
		e.Error, e.HandedOver, e.Attempts, string(e.Message), data, wire, second, hidden.place, hidden.data, line)
}

const entryColumns = "SELECT state, next, problem, handed, tries, message, data, wire, copy, place, secret, line, closed FROM outbox "

func scanEntry(r *sql.Rows, row *entryRow) error {
	e := &row.e
	var state, message, problem string
	var next int64
	var handed bool
	var tries int
	var data, wire, second []byte
	if err := r.Scan(&state, &next, &problem, &handed, &tries, &message, &data, &wire, &second,
		&row.locked.place, &row.locked.data, &row.line, &row.closed); err != nil {
		return err
	}
	if err := json.Unmarshal(data, e); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	e.State, e.HandedOver, e.Attempts = conversation.State(state), handed, tries
	e.Why, e.Error = conversation.KeptReason(problem)
	e.NextTry, e.Message, e.Wire, e.Copy = fromMilli(next), conversation.MessageID(message), wire, second
	return nil
}

// Outbox lists all entries, oldest first, with what was sent lately.
func (d *DB) Outbox(ctx context.Context) ([]conversation.Entry, error) {
	es, err := d.entries(ctx, "ORDER BY created, rowid")
	return es, wrap("list the outbox", err)
}

// Entry gives one entry.
func (d *DB) Entry(ctx context.Context, id conversation.EntryID) (conversation.Entry, error) {
	es, err := d.entries(ctx, "WHERE key = ?", string(id))
	if err == nil && len(es) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return conversation.Entry{}, wrap(fmt.Sprintf("outbox entry %q", id), err)
	}
	return es[0], nil
}

// Due gives the entries of an account to be sent now, oldest first, and those
// that a process which died left in "sending".
func (d *DB) Due(ctx context.Context, a conversation.AccountID, now time.Time) ([]conversation.Entry, error) {
	es, err := d.entries(ctx, "WHERE account = ? AND (state = 'sending' OR state IN ('held', 'queued') AND next <= ?) ORDER BY created, rowid", string(a), now.UnixMilli())
	return es, wrap("entries due", err)
}

// NextDue gives the moment of the next entry, zero for none.
func (d *DB) NextDue(ctx context.Context, a conversation.AccountID) (time.Time, error) {
	var next sql.NullInt64
	err := d.readers.QueryRowContext(ctx, "SELECT min(next) FROM outbox WHERE account = ? AND state IN ('held', 'queued')", string(a)).Scan(&next)
	if err != nil || !next.Valid {
		return time.Time{}, wrap("next entry due", err)
	}
	return time.UnixMilli(next.Int64).UTC(), nil
}

// MoveEntry changes the state of an entry if it is in one of the states from.
// Whoever loses a race gets ErrGuard. Entering "sending" counts as an attempt
// and forgets the hand-over of the one before. Cancelling an entry cancels what
// belongs to it in the same instant: nobody is sent a message that was taken
// back.
func (d *DB) MoveEntry(ctx context.Context, id conversation.EntryID, from []conversation.State, to conversation.State, next time.Time, problem string) error {
	return d.write(ctx, fmt.Sprintf("move outbox entry %q to %q", id, to), func(t *tx) error {
		var state conversation.State
		ok, err := t.get("SELECT state FROM outbox WHERE key = ?", []any{string(id)}, &state)
		if err != nil {
			return err
		}
		if !ok {
			return sql.ErrNoRows
		}
		if !slices.Contains(from, state) {
			return fmt.Errorf("it is %q: %w", state, conversation.ErrGuard)
		}
		if !state.May(to) {
			return fmt.Errorf("from %q: %w", state, conversation.ErrUsage)
		}
		if err := t.moveEntry(id, to, next, problem); err != nil || to != conversation.StateCancelled {
			return err
		}
		if err := t.closeEntry(id); err != nil {
			return err
		}
		return t.cancelGroup(id, from)
	})
}

func (t *tx) moveEntry(id conversation.EntryID, to conversation.State, next time.Time, problem string) error {
	return t.exec(`UPDATE outbox SET state = ?1, next = ?2, problem = ?3, tries = tries + (?1 = 'sending'),
		handed = CASE WHEN ?1 IN ('queued', 'held') THEN 0 ELSE handed END WHERE key = ?4`,
		string(to), milli(next), problem, string(id))
}

// cancelGroup cancels the entries that belong to another one, those that can
// still be.
func (t *tx) cancelGroup(id conversation.EntryID, from []conversation.State) error {
	states := make([]any, 0, len(from)+1)
	states = append(states, string(id))
	for _, s := range from {
		states = append(states, string(s))
	}
	return t.exec(`UPDATE outbox SET state = 'cancelled', next = 0, problem = ''
		WHERE json_extract(CAST(data AS TEXT), '$.Group') = ? AND state IN (`+marksFor(len(from))+`)`, states...)
}

// HandOver notes that the body of an entry is about to leave. It is on disk
// before the first byte is sent.
func (d *DB) HandOver(ctx context.Context, id conversation.EntryID) error {
	return d.write(ctx, fmt.Sprintf("hand over %q", id), func(t *tx) error {
		var state conversation.State
		ok, err := t.get("SELECT state FROM outbox WHERE key = ?", []any{string(id)}, &state)
		if err != nil {
			return err
		}
		if !ok {
			return sql.ErrNoRows
		}
		if state != conversation.StateSending {
			return fmt.Errorf("it is %q: %w", state, conversation.ErrGuard)
		}
		return t.exec("UPDATE outbox SET handed = 1 WHERE key = ?", string(id))
	})
}

// Sent closes an entry and stores its message with a promised copy, which the
// server's own copy takes the place of when it shows up.
func (d *DB) Sent(ctx context.Context, id conversation.EntryID, a accounts.Arrival) (c accounts.Change, err error) {
	err = d.write(ctx, fmt.Sprintf("close outbox entry %q", id), func(t *tx) error {
		var name conversation.AccountID
		ok, err := t.get("SELECT account FROM outbox WHERE key = ?", []any{string(id)}, &name)
		if err != nil {
			return err
		}
		if !ok {
			return sql.ErrNoRows
		}
		if err := t.storeSent(name, &a); err != nil {
			return err
		}
		key, err := t.keyOf(a.Parsed.Fingerprint)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE outbox SET state = 'sent', problem = '', next = 0, message = ? WHERE key = ?", string(key), string(id)); err != nil {
			return err
		}
		if err := t.keepBest(id, key); err != nil {
			return err
		}
		c, err = t.change()
		return err
	})
	return c, err
}

func (t *tx) storeSent(name conversation.AccountID, a *accounts.Arrival) error {
	account, err := t.account(name)
	if err != nil {
		return err
	}
	key, err := t.keyOf(a.Parsed.Fingerprint)
	if err != nil {
		return err
	}
	var msg int64
	known, err := t.get("SELECT id FROM message WHERE key = ?", []any{string(key)}, &msg)
	if err != nil || known {
		return err
	}
	folder, err := t.folder(account, "")
	if err != nil {
		return err
	}
	raw, err := t.raw(a)
	if err != nil {
		return err
	}
	if msg, err = t.newMessage(account, raw, &a.Parsed, state{read: true, folder: folder.id}); err != nil {
		return err
	}
	return t.exec(`INSERT INTO location (folder, validity, uid, remote, message, raw, flags, grace) VALUES (?, 0, 0, '', ?, ?, ?, -1)`,
		folder.id, msg, raw, bitSeen)
}

// Unkept gives sent entries whose copy is not in the server's Sent folder yet.
func (d *DB) Unkept(ctx context.Context, a conversation.AccountID) ([]conversation.Entry, error) {
	es, err := d.entries(ctx, "WHERE account = ? AND state = 'sent' AND kept = 0 ORDER BY created, rowid", string(a))
	return es, wrap("sent entries without a copy", err)
}

// Kept notes that a sent entry needs no copy on the server any more.
func (d *DB) Kept(ctx context.Context, id conversation.EntryID) error {
	return d.write(ctx, fmt.Sprintf("note the copy of %q", id), func(t *tx) error {
		if err := t.exec("UPDATE outbox SET kept = 1 WHERE key = ?", string(id)); err != nil {
			return err
		}
		return t.closeEntry(id)
	})
}

// Bounce marks an address as refused for good, until somebody writes from it.
func (d *DB) Bounce(ctx context.Context, a conversation.Address) error {
	return d.write(ctx, "note a bounce", func(t *tx) error {
		r, err := t.address(a, "")
		if err != nil {
			return err
		}
		return t.exec("UPDATE address SET bounced = 1 WHERE id = ?", r.id)
	})
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMilli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
