package storage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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
		where += " AND (instr(" + column + ", ?) > 0 OR instr(" + column + ", ?) > 0)"
		args = append(args, w, plainly(w))
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
// newest first. Each address is asked for its newest ones, so that the length
// of the whole does not matter.
func (d *DB) History(ctx context.Context, c conversation.ContactID, n int) (ps []conversation.Past, err error) {
	if n <= 0 {
		n = -1
	}
	err = d.read(ctx, fmt.Sprintf("history of %q", c), func(q querier) error {
		at, err := exchangedWith(ctx, q, c, n)
		if err != nil {
			return err
		}
		ps, err = pasts(ctx, q, at)
		return err
	})
	return ps, err
}

// contactAt is one message with one address of a contact.
type contactAt struct{ message, address int64 }

func scanContactAt(r *sql.Rows, a *contactAt) error { return r.Scan(&a.message, &a.address) }

func exchangedWith(ctx context.Context, q querier, c conversation.ContactID, n int) ([]contactAt, error) {
	addresses, err := query(ctx, q, scanOne[int64], "SELECT a.id FROM address a JOIN contact c ON c.id = a.contact WHERE c.key = ?", string(c))
	if err != nil {
		return nil, err
	}
	var all []contactAt
	for _, a := range addresses {
		at, err := query(ctx, q, scanContactAt, `SELECT p.message, p.address FROM party p CROSS JOIN message m ON m.id = p.message
			WHERE p.address = ? AND m.away < 2 AND ((m.direction = 'in' AND p.role = 0) OR (m.direction = 'out' AND p.role IN (1, 2, 3)))
			ORDER BY p.message DESC LIMIT ?`, a, n)
		if err != nil {
			return nil, err
		}
		all = append(all, at...)
	}
	slices.SortStableFunc(all, func(a, b contactAt) int { return cmp.Compare(b.message, a.message) })
	all = slices.CompactFunc(all, func(a, b contactAt) bool { return a.message == b.message })
	if n >= 0 && len(all) > n {
		all = all[:n]
	}
	return all, nil
}

func pasts(ctx context.Context, q querier, at []contactAt) ([]conversation.Past, error) {
	var out []conversation.Past
	for chunk := range slices.Chunk(at, 400) {
		args := make([]any, 0, 2*len(chunk))
		for _, a := range chunk {
			args = append(args, a.message, a.address)
		}
		part, err := query(ctx, q, scanPast, `WITH at(message, address) AS (VALUES `+strings.TrimSuffix(strings.Repeat("(?,?),", len(chunk)), ",")+`)
			SELECT m.date, m.direction, m.protocol, a.name, w.protocol, w.ident, m.score, d.detail, coalesce(b.best, 0)
			FROM at CROSS JOIN message m ON m.id = at.message JOIN address w ON w.id = at.address
			JOIN account a ON a.id = m.account JOIN doc d ON d.id = m.id
			LEFT JOIN best b ON b.message = m.key ORDER BY m.id DESC`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

// errOwn refuses to take an address away from the user that an account declares.
var errOwn = errors.New("an address of an own account belongs to the user")
