package storage

import (
	"context"
	"database/sql"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// asideFor is how long a copy stays in quarantine before it is asked for again.
// Each time that is in vain doubles it, up to asideMost.
const (
	asideFor  = 24 * time.Hour
	asideMost = 5 // doublings
)

// Quarantine notes a copy that could not be fetched, and when that was tried.
func (d *DB) Quarantine(ctx context.Context, a conversation.AccountID, c accounts.Copy, reason string) error {
	return d.write(ctx, "quarantine a copy", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		f, err := t.folder(account, c.Folder)
		if err != nil {
			return err
		}
		return t.exec(`INSERT INTO quarantine (folder, validity, uid, remote, reason, flags, received, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET reason = excluded.reason, flags = excluded.flags, received = excluded.received, at = excluded.at, tries = tries + 1`,
			f.id, c.Validity, c.UID, c.ID, reason, flagBits(c.Flags), unix(c.Received), unix(d.opt.Now()))
	})
}

// Aside gives the copies of an account in quarantine whose time has come. One
// that was put there in the future by a clock that was wrong has waited long
// enough.
func (d *DB) Aside(ctx context.Context, a conversation.AccountID) (out []accounts.Aside, err error) {
	now := unix(d.opt.Now())
	err = d.read(ctx, "list what is to be asked for again", func(q querier) error {
		out, err = query(ctx, q, scanAside, `SELECT f.name, q.validity, q.uid, q.remote, q.flags, q.received, q.reason FROM quarantine q
			JOIN folder f ON f.id = q.folder AND f.validity = q.validity JOIN account a ON a.id = f.account
			WHERE a.name = ?1 AND f.local = 0 AND (q.at > ?2 OR q.at + (?3 << min(q.tries - 1, ?4)) <= ?2) ORDER BY q.at, f.name, q.uid DESC`,
			string(a), now, int64(asideFor/time.Second), asideMost)
		return err
	})
	return out, err
}

func scanAside(r *sql.Rows, a *accounts.Aside) error {
	var bits int
	var received int64
	err := r.Scan(&a.Copy.Folder, &a.Copy.Validity, &a.Copy.UID, &a.Copy.ID, &bits, &received, &a.Reason)
	a.Copy.Flags, a.Copy.Received = flagsOf(bits, "", 0), fromUnix(received)
	return err
}

// undated tells that a message stands for a source of which nobody could say
// when it came, and that now somebody can.
func (t *tx) undated(msg, raw int64, c *accounts.Copy) (bool, error) {
	if c.Received.IsZero() {
		return false, nil
	}
	return t.get("SELECT 1 FROM message WHERE id = ? AND raw = ? AND received = 0", []any{msg, raw}, new(int))
}
