package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// headLength is how much is kept of the hash of a header, in bytes.
const headLength = 16

// headOfMail gives what a mail is recognised by before it is fetched: the
// beginning of the SHA-256 of its header, exactly as a server gives it with
// BODY[HEADER] (RFC 3501, 6.4.5), up to and including the empty line. It is
// kept in clear like the hash of the whole source, also where everything is
// sealed: a header has too much in it that nobody could guess, of trace fields
// and boundaries, to be found by trying.
func headOfMail(raw []byte) []byte {
	sum := sha256.Sum256(headerBlock(raw))
	return sum[:headLength]
}

// headerBlock gives the header of a mail with the empty line that ends it.
func headerBlock(raw []byte) []byte {
	for at := 0; ; {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			return raw
		}
		line := raw[at : at+n]
		at += n + 1
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			return raw[:at]
		}
	}
}

// Adopt makes copies of messages whose source is here already further copies
// of those: their header and their size are the same, and the account has it.
// Raw of each copy is its header alone. It gives those that are not known, and
// those that could be one of several.
func (d *DB) Adopt(ctx context.Context, a conversation.AccountID, copies []accounts.Copy) (unknown []accounts.Copy, c accounts.Change, err error) {
	err = d.write(ctx, "adopt copies", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		for i := range copies {
			if err := ctx.Err(); err != nil {
				return err
			}
			known, err := t.adoptInto(account, &copies[i])
			if err != nil {
				return err
			}
			if !known {
				unknown = append(unknown, copies[i])
			}
		}
		c, err = t.change()
		return err
	})
	if err != nil {
		return nil, accounts.Change{}, err
	}
	return unknown, c, nil
}

func (t *tx) adoptInto(account int64, c *accounts.Copy) (bool, error) {
	f, err := t.folder(account, c.Folder)
	if err != nil {
		return false, err
	}
	return t.adopt(account, f, c)
}

// twin is a message with one of its sources.
type twin struct{ message, raw int64 }

func scanTwin(r *sql.Rows, w *twin) error { return r.Scan(&w.message, &w.raw) }

// adopt makes a copy that only the header is known of a further copy of the
// message that has the same one. A header alone counts as the source of a copy
// of which no more is wanted.
func (t *tx) adopt(account int64, f folderRow, c *accounts.Copy) (bool, error) {
	if c.Size <= 0 || len(c.Raw) == 0 || c.UID == 0 {
		return false, nil
	}
	const same = "r.head = ?1 AND r.size = ?2 AND r.partial <= ?3 AND "
	found, err := collect(t, scanTwin, `SELECT l.message, l.raw FROM raw r JOIN location l ON l.raw = r.id JOIN folder f ON f.id = l.folder WHERE `+same+`f.account = ?4
		UNION SELECT m.id, m.raw FROM raw r JOIN message m ON m.raw = r.id WHERE `+same+`m.account = ?4
		UNION SELECT w.message, w.raw FROM raw r JOIN witness w ON w.raw = r.id WHERE `+same+`w.account = ?4`,
		headOfMail(c.Raw), c.Size, c.Partial, account)
	if err != nil || len(found) != 1 {
		return false, err
	}
	msg, raw := found[0].message, found[0].raw
	old, ok, err := t.copyAt(f.id, c)
	switch {
	case err != nil:
		return false, err
	case !ok:
		err = t.place(account, f, msg, raw, c)
	case old.message == msg:
		err = t.setCopy(old.id, raw, c)
	default:
		return false, nil // the server says now that it is another one
	}
	if err != nil {
		return false, err
	}
	return true, t.refresh(msg)
}

// copyRow is a copy that is here.
type copyRow struct{ id, message, raw int64 }

// copyAt gives the copy that a server knows by the same name.
func (t *tx) copyAt(folder int64, c *accounts.Copy) (r copyRow, ok bool, err error) {
	ok, err = t.get("SELECT id, message, raw FROM location WHERE folder = ? AND uid = ? AND remote = ? AND validity = ? AND (uid <> 0 OR remote <> '')",
		[]any{folder, c.UID, c.ID, c.Validity}, &r.id, &r.message, &r.raw)
	return r, ok, err
}

// setCopy brings a copy up to date.
func (t *tx) setCopy(id, raw int64, c *accounts.Copy) error {
	return t.exec("UPDATE location SET flags = ?, keywords = ?, modseq = ?, raw = ? WHERE id = ?",
		flagBits(c.Flags), keywordText(c.Flags.Keywords), int64(c.Flags.ModSeq), raw, id)
}

// place makes a further copy of a known message, or keeps the promise of one.
func (t *tx) place(account int64, f folderRow, msg, raw int64, c *accounts.Copy) (err error) {
	kept := false
	if !f.local {
		kept, err = t.keepPromise(account, f.id, msg, raw, c)
	}
	if err == nil && !kept {
		err = t.newLocation(f.id, msg, raw, c)
	}
	if err != nil {
		return err
	}
	return t.exec("DELETE FROM orphan WHERE message = ?", msg)
}
