package storage

import (
	"context"
	"database/sql"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// mostUnproved bounds how many messages of one address are read again for a
// key that has come to light: the newest ones.
const mostUnproved = 500

// Unproved gives the messages of an address that are signed by a key which was
// not known when they were read. They are to be parsed again when a key of that
// address comes to light, and given to Reread.
func (d *DB) Unproved(ctx context.Context, a conversation.Address) ([]accounts.Stored, error) {
	rows, err := query(ctx, d.readers, scanUnproved, `SELECT m.key, c.name, m.protocol, m.received, r.packed, r.sealed, r.sha, d.detail
		FROM address a JOIN party p ON p.address = a.id AND p.role = ? JOIN message m ON m.id = p.message
		JOIN account c ON c.id = m.account JOIN raw r ON r.id = m.raw JOIN doc d ON d.id = m.id
		WHERE a.protocol = ? AND a.ident = ? AND m.marks & 1024 = 0 ORDER BY m.id DESC LIMIT ?`,
		roleNumber(conversation.From), string(a.Protocol), a.ID, mostUnproved)
	if err != nil {
		return nil, wrap("list what a key was missing for", err)
	}
	var out []accounts.Stored
	for _, r := range rows {
		var x detail
		if decodeDetail(r.detail, &x) != nil || x.Evidence == nil || x.Evidence.Security.Signature != "unknown_key" {
			continue
		}
		if r.m.Raw, err = d.unpack(r.s); err != nil {
			return nil, wrap("list what a key was missing for", err)
		}
		out = append(out, r.m)
	}
	return out, nil
}

type unprovedRow struct {
	m      accounts.Stored
	s      source
	detail []byte
}

func scanUnproved(r *sql.Rows, u *unprovedRow) error {
	var received int64
	err := r.Scan(&u.m.ID, &u.m.Account, &u.m.Protocol, &received, &u.s.packed, &u.s.sealed, &u.s.sha, &u.detail)
	u.m.Received = fromUnix(received)
	return err
}
