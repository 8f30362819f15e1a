package storage

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Waiting is a sealed message that can be opened, but was not yet, with its raw
// source.
type Waiting struct {
	accounts.Stored
	Row int64 // where to go on from: Unopened gives those before it
}

// Waiting counts the sealed messages that were not opened yet, and can be as far
// as is known. Those that no own key opens are none of them.
func (d *DB) Waiting(ctx context.Context) (n int, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT count(*) FROM message WHERE marks & 256 <> 0").Scan(&n)
	return n, wrap("count what waits for a key", err)
}

// WaitingRows gives the rows of the sealed messages that were not opened yet, the
// newest first, as Unopened goes through them.
func (d *DB) WaitingRows(ctx context.Context) ([]int64, error) {
	rows, err := query(ctx, d.readers, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		"SELECT id FROM message WHERE marks & 256 <> 0 ORDER BY id DESC")
	return rows, wrap("list what waits for a key", err)
}

type waitingRow struct {
	w Waiting
	s source
}

func scanWaiting(r *sql.Rows, w *waitingRow) error {
	var received int64
	err := r.Scan(&w.w.Row, &w.w.ID, &w.w.Account, &w.w.Protocol, &received, &w.s.packed, &w.s.sealed, &w.s.sha)
	w.w.Received = fromUnix(received)
	return err
}

// Unopened gives sealed messages that were not opened yet, the newest first,
// those before a row; zero begins with the newest. They are to be parsed again
// when there is a key that might open them, and given to Reread.
func (d *DB) Unopened(ctx context.Context, limit int, before int64) ([]Waiting, error) {
	if before == 0 {
		before = noEnd
	}
	rows, err := query(ctx, d.readers, scanWaiting, `SELECT m.id, m.key, a.name, m.protocol, m.received, r.packed, r.sealed, r.sha
		FROM message m JOIN account a ON a.id = m.account JOIN raw r ON r.id = m.raw
		WHERE m.marks & 256 <> 0 AND m.id < ? ORDER BY m.id DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, wrap("list what waits for a key", err)
	}
	out := make([]Waiting, len(rows))
	for i, r := range rows {
		if r.w.Raw, err = d.unpack(r.s); err != nil {
			return nil, wrap("list what waits for a key", err)
		}
		out[i] = r.w
	}
	return out, nil
}

// Reread derives a message anew from a parse that could open it: verdict,
// index and what stands inside. Its id, its flags and its conversation stay,
// the latter unless the inside names other people. The other copies of the
// message, which have the same sealed body, are judged by the same seal.
func (d *DB) Reread(ctx context.Context, id conversation.MessageID, p conversation.Parsed) (c accounts.Change, err error) {
	err = d.write(ctx, fmt.Sprintf("read %q again", id), func(t *tx) error {
		got, err := t.keyOf(p.Fingerprint)
		if err != nil {
			return err
		}
		if got != id {
			return fmt.Errorf("it is %q: %w", got, conversation.ErrUsage)
		}
		m := oldMessage{parsed: p}
		ok, err := t.get("SELECT id, account, raw, received FROM message WHERE key = ?", []any{string(id)}, &m.id, &m.account, &m.raw, &m.received)
		if err == nil && !ok {
			err = sql.ErrNoRows
		}
		if err != nil {
			return err
		}
		if err := t.rederive(&m); err != nil {
			return err
		}
		if err := t.rereadWitnesses(m.id, &p.Message.Evidence); err != nil {
			return err
		}
		if err := t.unheed(&p.Message); err != nil {
			return err
		}
		c, err = t.change()
		return err
	})
	return c, err
}

// rederive writes a message again, and leaves m with the row it has then.
func (t *tx) rederive(m *oldMessage) error {
	kept, err := t.keepsSeal(m)
	if err != nil || kept {
		return err
	}
	if err := t.keepForecast(m.id, &m.parsed.Message); err != nil {
		return err
	}
	if m.id, err = t.rewrite(m.account, m.id, m.raw, &m.parsed); err != nil {
		return err
	}
	return t.refresh(m.id)
}

// keepsSeal leaves a message alone that was opened before and could not be
// opened now: what is known of it is more than what can be seen of it.
func (t *tx) keepsSeal(m *oldMessage) (bool, error) {
	if !conversation.Unopened(m.parsed.Message.Warnings) {
		return false, nil
	}
	ev, err := t.openedEvidence(m.id)
	if err != nil || ev == nil {
		return false, err
	}
	return true, t.exec("UPDATE message SET epoch = ? WHERE id = ?", t.epoch, m.id)
}

// openedEvidence gives what is known of a message that was opened, nil when it
// was not.
func (t *tx) openedEvidence(id int64) (*evidence, error) {
	var data []byte
	ok, err := t.get("SELECT detail FROM doc WHERE id = ?", []any{id}, &data)
	if err != nil || !ok {
		return nil, err
	}
	var d detail
	if err := decodeDetail(data, &d); err != nil {
		return nil, err
	}
	if d.Evidence == nil || !d.Evidence.Security.Decrypted {
		return nil, nil
	}
	return d.Evidence, nil
}

// shut tells whether evidence is of a sealed copy that was not opened.
func shut(ev *evidence) bool {
	return ev != nil && ev.Security.Sealed != "" && ev.Security.Sealed != "none" && !ev.Security.Decrypted
}

// unseal gives the evidence of a closed copy what the opening of another copy
// with the same body showed. The way it came stays its own.
func unseal(ev, opened *evidence) {
	ev.Security, ev.Key, ev.Remote, ev.Active = opened.Security, opened.Key, opened.Remote, opened.Active
	ev.ManyFrom = ev.ManyFrom || opened.ManyFrom
}

func (t *tx) rereadWitnesses(msg int64, opened *evidence) error {
	if !opened.Security.Decrypted {
		return nil
	}
	err := each(t, scanTestimony, func(w testimony) error {
		x, data, err := t.judgeAgain(conversation.In, w.origin, w.data, func(_ []byte, ev *privacy.Evidence) bool {
			if !shut(ev) {
				return false
			}
			unseal(ev, opened)
			return true
		})
		if err != nil || data == nil {
			return err
		}
		w.score, w.data = x.Score, data
		return t.keepTestimony(w)
	}, selectTestimony+"WHERE message = ?", msg)
	if err != nil {
		return err
	}
	return t.elect(msg)
}
