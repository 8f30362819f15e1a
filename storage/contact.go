package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Contacts lists contacts whose name or addresses hold every word of text,
// those written to last first.
func (d *DB) Contacts(ctx context.Context, text string, limit int) (cs []conversation.Contact, err error) {
	where, args := matchFolded("c.folded", text)
	if limit <= 0 {
		limit = -1
	}
	err = d.read(ctx, "list contacts", func(q querier) error {
		cs, err = contacts(ctx, q, "WHERE "+where+" ORDER BY c.sent DESC, c.seen DESC, c.id LIMIT ?", append(args, limit)...)
		return err
	})
	return cs, err
}

// matchFolded asks a column for every word of a text.
func matchFolded(column, text string) (string, []any) {
	where, args := "1", []any(nil)
	for _, w := range strings.Fields(fold(text)) {
		where += " AND instr(" + column + ", ?) > 0"
		args = append(args, w)
	}
	return where, args
}

// Contact gives one contact. The id of one that was joined to another leads
// there.
func (d *DB) Contact(ctx context.Context, id conversation.ContactID) (c conversation.Contact, err error) {
	err = d.read(ctx, fmt.Sprintf("contact %q", id), func(q querier) error {
		cs, err := contacts(ctx, q, "WHERE c.key = ?", string(id))
		if err == nil && len(cs) == 0 {
			cs, err = contacts(ctx, q, "WHERE c.key = (SELECT new FROM moved WHERE old = ?)", string(id))
		}
		if err == nil && len(cs) == 0 {
			err = sql.ErrNoRows
		}
		if err == nil {
			c = cs[0]
		}
		return err
	})
	return c, err
}

type contactScan struct {
	id int64
	c  conversation.Contact
}

func scanContact(r *sql.Rows, s *contactScan) error {
	return r.Scan(&s.id, &s.c.ID, &s.c.Name, &s.c.Kind, &s.c.Pin, &s.c.Notes)
}

func contacts(ctx context.Context, q querier, tail string, args ...any) ([]conversation.Contact, error) {
	rows, err := query(ctx, q, scanContact, "SELECT c.id, c.key, c.name, c.kind, c.pin, c.notes FROM contact c "+tail, args...)
	if err != nil {
		return nil, err
	}
	out := make([]conversation.Contact, len(rows))
	for i := range rows {
		c := &rows[i].c
		if c.Addresses, err = query(ctx, q, scanContactAddress, `SELECT protocol, ident, name, messages, seen, sent, bounced
			FROM address WHERE contact = ? ORDER BY max(seen, sent) DESC, id`, rows[i].id); err != nil {
			return nil, err
		}
		for _, a := range c.Addresses {
			c.Messages += a.Messages
		}
		if c.Name == "" && len(c.Addresses) > 0 {
			c.Name = c.Addresses[0].ID
		}
		out[i] = *c
	}
	return out, nil
}

func scanContactAddress(r *sql.Rows, a *conversation.ContactAddress) error {
	return r.Scan(&a.Protocol, &a.ID, &a.Name, &a.Messages, &a.LastSeen, &a.LastSent, &a.Bounced)
}

// ContactOf gives the contact of an address.
func (d *DB) ContactOf(ctx context.Context, a conversation.Address) (id conversation.ContactID, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT c.key FROM address a JOIN contact c ON c.id = a.contact WHERE a.protocol = ? AND a.ident = ?",
		string(a.Protocol), a.ID).Scan(&id)
	return id, wrap(fmt.Sprintf("contact of %q", a), err)
}

// History gives the last n messages that went between the user and a contact,
// newest first.
func (d *DB) History(ctx context.Context, c conversation.ContactID, n int) (ps []conversation.Past, err error) {
	if n <= 0 {
		n = -1
	}
	err = d.read(ctx, fmt.Sprintf("history of %q", c), func(q querier) error {
		ps, err = query(ctx, q, scanPast, `SELECT m.date, m.direction, m.protocol, a.name, w.protocol, w.ident, m.score, d.detail
			FROM address w JOIN contact c ON c.id = w.contact JOIN party p ON p.address = w.id JOIN message m ON m.id = p.message
			JOIN account a ON a.id = m.account JOIN doc d ON d.id = m.id
			WHERE c.key = ? AND m.away < 2 AND ((m.direction = 'in' AND p.role = 0) OR (m.direction = 'out' AND p.role IN (1, 2, 3)))
			GROUP BY m.id ORDER BY m.id DESC LIMIT ?`, string(c), n)
		return err
	})
	return ps, err
}

// errOwn refuses to take an address away from the user that an account declares.
var errOwn = errors.New("an address of an own account belongs to the user")
