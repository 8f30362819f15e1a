package storage

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// stray is a copy of which no server has the message.
type stray struct {
	copy     accounts.Copy
	account  conversation.AccountID
	use      accounts.Use
	protocol conversation.Protocol
	local    bool
	source   oldSource
}

func scanStray(r *sql.Rows, s *stray) error {
	var bits int
	var keywords string
	var received int64
	err := scanSource(r, &s.source, &s.account, &s.protocol, &s.copy.Folder, &s.use, &s.local, &s.copy.UID, &s.copy.ID, &s.copy.Validity, &bits, &keywords, &received)
	s.copy.Flags, s.copy.Received = flagsOf(bits, keywords, 0), fromUnix(received)
	return err
}

// messages takes over those in local folders, and those that were sent and seen
// on no server. They are read one by one: what keeps one from being read is in
// its own pages.
func (r *rescue) messages() error {
	const wanted = "FROM location l JOIN folder f ON f.id = l.folder WHERE f.local OR l.grace < 0"
	ids, err := query(r.ctx, r.from, scanOne[int64], "SELECT l.id "+wanted)
	r.complain("messages", err)
	for _, id := range ids {
		some, err := query(r.ctx, r.from, scanStray, `SELECT a.name, m.protocol, f.name, f.use, f.local, l.uid, l.remote, l.validity, l.flags, l.keywords, m.received, `+sourceColumns+`
			FROM location l JOIN folder f ON f.id = l.folder JOIN account a ON a.id = f.account JOIN message m ON m.id = l.message
			JOIN raw r ON r.id = l.raw WHERE l.id = ?`, id)
		r.complain("a message", err)
		for _, s := range some {
			if err := r.message(&s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *rescue) message(s *stray) error {
	raw, err := r.to.unpack(s.source.source)
	if err != nil {
		r.complain("the source "+hex.EncodeToString(s.source.sha), err)
		return nil
	}
	s.copy.Raw, s.copy.Partial, s.copy.Size = raw, s.source.partial, s.source.size
	a := accounts.Arrival{Copy: s.copy, SHA256: sha256.Sum256(raw), Parsed: r.parse(s.account, s.protocol, raw, s.copy.Received)}
	err = r.to.write(r.ctx, "salvage a message", func(t *tx) error {
		account, err := t.account(s.account)
		if err != nil {
			return err
		}
		f, err := t.folder(account, s.copy.Folder)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE folder SET local = max(local, ?), use = ? WHERE id = ?", s.local, string(s.use), f.id); err != nil {
			return err
		}
		delete(t.cache.folders, folderKey{account, s.copy.Folder})
		if err := t.addCopy(account, &a); err != nil || s.local {
			return err
		}
		return t.exec("UPDATE location SET grace = -1 WHERE folder = ? AND uid = 0 AND remote = ''", f.id)
	})
	if err == nil {
		r.s.Messages++
	}
	return err
}
