package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// A message of which only the header is here has the mark markPartial, and its
// source has raw.partial set. It is a message like any other one: it is shown,
// grouped and found by what its header says. When the rest comes, it is derived
// anew and keeps the identifier it got from its header, so that whoever looks
// at it goes on looking at it; the identifier that the whole has by its
// fingerprint then leads to it. Nothing whole ever becomes partial again.

// partially gives an arrival as it is stored when it is a header alone. The
// size belongs to what tells it from others: two messages that have the same
// header and another size are not the same.
func partially(a *accounts.Arrival) *accounts.Arrival {
	if !a.Copy.Partial {
		return a
	}
	b := *a
	if b.Copy.Size > 0 && b.Copy.Size <= int64(len(b.Copy.Raw)) { // there is no more of it
		b.Copy.Partial = false
		return &b
	}
	b.Copy.Size = max(b.Copy.Size, int64(len(b.Copy.Raw)))
	b.SHA256 = partialSum(b.SHA256, b.Copy.Size)
	headerOnly(&b.Parsed, b.Copy.Size)
	return &b
}

// headerOnly makes of what was read from a header what is kept of it.
func headerOnly(p *conversation.Parsed, size int64) {
	p.Message.Partial, p.Message.Size = true, size
	p.Fingerprint = partialSum(p.Fingerprint, size)
}

func partialSum(sum [sha256.Size]byte, size int64) [sha256.Size]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("header"), sum[:]...), uint64(size)))
}

// keyOf gives the identifier of a message with that fingerprint: that of the
// header it came by, if it came so.
func (t *tx) keyOf(fingerprint [sha256.Size]byte) (conversation.MessageID, error) {
	key := conversation.NewMessageID(fingerprint)
	_, err := t.get("SELECT new FROM moved WHERE old = ?", []any{string(key)}, &key)
	return key, err
}

// keyed finds a message by its identifier, the first argument of the query,
// also by one that leads to another.
const keyed = "key = coalesce((SELECT new FROM moved WHERE old = ?1), ?1)"

// completeTwin completes the message whose header is that of a whole copy which
// came another way, so that it is not there twice.
func (t *tx) completeTwin(account, raw int64, a *accounts.Arrival) error {
	if a.Copy.Partial || a.Parsed.Message.Protocol != conversation.Mail || len(a.Copy.Raw) == 0 {
		return nil
	}
	found, err := collect(t, scanTwin, "SELECT m.id, r.id FROM raw r JOIN message m ON m.raw = r.id AND m.marks & 1024 <> 0 WHERE r.head = ? AND r.size = ?",
		headOfMail(a.Copy.Raw), len(a.Copy.Raw))
	if err != nil || len(found) != 1 {
		return err
	}
	_, err = t.complete(account, found[0].message, raw, found[0].raw, &a.Parsed)
	return err
}

// header tells whether a source is a header alone.
func (t *tx) header(raw int64) (partial bool, err error) {
	_, err = t.get("SELECT partial FROM raw WHERE id = ?", []any{raw}, &partial)
	return partial, err
}

// complete gives a message of which only the header was here the rest, and
// gives the row it has then. If it came whole as well, by a way on which its
// header changed, there is one message from now on.
func (t *tx) complete(account, msg, raw, header int64, p *conversation.Parsed) (int64, error) {
	var old conversation.MessageID
	if _, err := t.get("SELECT key FROM message WHERE id = ?", []any{msg}, &old); err != nil {
		return 0, err
	}
	key, err := t.keyOf(p.Fingerprint)
	if err != nil {
		return 0, err
	}
	known, err := t.get("SELECT 1 FROM message WHERE key = ?", []any{string(key)}, new(int))
	if err != nil {
		return 0, err
	}
	lead := [2]conversation.MessageID{key, old}
	if known {
		lead = [2]conversation.MessageID{old, key}
	}
	if lead[0] != lead[1] {
		if err := t.exec("INSERT OR REPLACE INTO moved (old, new) VALUES (?, ?)", string(lead[0]), string(lead[1])); err != nil {
			return 0, err
		}
	}
	next, err := t.rewrite(account, msg, raw, p)
	if err != nil {
		return 0, err
	}
	if err := t.exec("UPDATE location SET raw = ? WHERE raw = ?", raw, header); err != nil {
		return 0, err
	}
	return next, t.dropRaw(header)
}

// Partial gives a copy of a message of which only the header is here, and its
// account.
func (d *DB) Partial(ctx context.Context, id conversation.MessageID) (a conversation.AccountID, c accounts.Copy, err error) {
	err = d.read(ctx, fmt.Sprintf("find the rest of %q", id), func(q querier) error {
		var bits int
		var keywords string
		var modseq, received int64
		err := q.QueryRowContext(ctx, `SELECT a.name, f.name, l.validity, l.uid, l.remote, l.flags, l.keywords, l.modseq, m.received, m.size
			FROM message m JOIN location l ON l.message = m.id JOIN folder f ON f.id = l.folder JOIN account a ON a.id = f.account
			WHERE m.`+keyed+` AND m.marks & 1024 <> 0 AND (l.uid <> 0 OR l.remote <> '') ORDER BY f.id = m.folder DESC, l.id LIMIT 1`, string(id)).
			Scan(&a, &c.Folder, &c.Validity, &c.UID, &c.ID, &bits, &keywords, &modseq, &received, &c.Size)
		if err != nil {
			return err
		}
		c.Flags, c.Received, c.Partial = flagsOf(bits, keywords, modseq), fromUnix(received), true
		return nil
	})
	return a, c, err
}

// oldSource is what a rebuild finds a message was read from.
type oldSource struct {
	source
	size    int64
	partial bool
	bare    bool // from before its header was noted
}

func scanSource(r *sql.Rows, s *oldSource, first ...any) error {
	return r.Scan(append(first, &s.packed, &s.sealed, &s.sha, &s.size, &s.partial, &s.bare)...)
}

const sourceColumns = "r.packed, r.sealed, r.sha, r.size, r.partial, r.head IS NULL"
