package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func scanPast(r *sql.Rows, p *conversation.Past) error {
	var date int64
	var data []byte
	if err := r.Scan(&date, &p.Direction, &p.Protocol, &p.Account, &p.Address.Protocol, &p.Address.ID, &p.Score, &data, &p.Best); err != nil {
		return err
	}
	var d struct {
		Facts facts `json:"f"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	p.Date, p.Facts = fromUnix(date), privacy.Facts(d.Facts)
	return nil
}

// SaveContact stores what the user says of a contact. Addresses that are new
// to it are moved there; none is taken away, that is what SplitContact is for.
// Without an id, the contact of the first address is meant, or a new one.
func (d *DB) SaveContact(ctx context.Context, c conversation.Contact) (id conversation.ContactID, err error) {
	err = d.write(ctx, "save a contact", func(t *tx) error {
		row, err := t.contactToSave(&c)
		if err != nil {
			return err
		}
		id = c.ID
		moved, err := t.gather(row, c.Addresses)
		if err != nil {
			return err
		}
		rekind, err := t.describe(row, c)
		if err != nil {
			return err
		}
		if rekind {
			if moved, err = collect(t, scanOne[int64], "SELECT id FROM address WHERE contact = ?", row); err != nil {
				return err
			}
		}
		clear(t.cache.addresses)
		return t.regroup(moved)
	})
	return id, err
}

func (t *tx) contactToSave(c *conversation.Contact) (int64, error) {
	if c.ID != "" {
		return t.contact(c.ID)
	}
	if len(c.Addresses) == 0 {
		return 0, fmt.Errorf("a contact without an address: %w", conversation.ErrUsage)
	}
	r, err := t.address(c.Addresses[0].Address, c.Addresses[0].Name)
	if err != nil {
		return 0, err
	}
	c.ID = r.key
	return r.contact, nil
}

func (t *tx) contact(id conversation.ContactID) (int64, error) {
	var row int64
	ok, err := t.get("SELECT id FROM contact WHERE key = ?", []any{string(id)}, &row)
	if err == nil && !ok {
		ok, err = t.get("SELECT c.id FROM moved m JOIN contact c ON c.key = m.new WHERE m.old = ?", []any{string(id)}, &row)
	}
	if err == nil && !ok {
		err = fmt.Errorf("contact %q: %w", id, conversation.ErrNotFound)
	}
	return row, err
}

// gather moves addresses to a contact and tells which.
func (t *tx) gather(contact int64, as []conversation.ContactAddress) (moved []int64, err error) {
	for _, a := range as {
		r, err := t.address(a.Address, a.Name)
		if err != nil {
			return nil, err
		}
		if r.contact == contact {
			continue
		}
		if err := t.give(r.id, r.contact, contact); err != nil {
			return nil, err
		}
		moved = append(moved, r.id)
	}
	return moved, nil
}

// give moves one address from a contact to another.
func (t *tx) give(address, from, to int64) error {
	var own bool
	if _, err := t.get("SELECT own FROM address WHERE id = ?", []any{address}, &own); err != nil {
		return err
	}
	if own {
		return fmt.Errorf("%w: %w", errOwn, conversation.ErrUsage)
	}
	if err := t.exec("UPDATE address SET contact = ? WHERE id = ?", to, address); err != nil {
		return err
	}
	clear(t.cache.addresses)
	if err := t.forward(from, to); err != nil {
		return err
	}
	return t.dropEmptyContact(from)
}

// forward leaves a note where a contact went whose last address was moved, and
// hands on what the user said of it where nothing was said of the other.
func (t *tx) forward(from, to int64) error {
	for _, q := range []string{
		`INSERT OR REPLACE INTO moved (old, new) SELECT b.key, a.key FROM contact b, contact a
			WHERE b.id = ?1 AND a.id = ?2 AND b.key <> 'me' AND NOT EXISTS (SELECT 1 FROM address WHERE contact = ?1)`,
		`UPDATE contact SET named = b.named, name = b.name FROM contact b WHERE contact.id = ?2 AND b.id = ?1 AND b.named = 1 AND contact.named = 0
			AND contact.key <> 'me' AND NOT EXISTS (SELECT 1 FROM address WHERE contact = ?1)`,
		`UPDATE contact SET pin = CASE WHEN contact.pin = '' THEN b.pin ELSE contact.pin END,
			notes = trim(contact.notes || char(10) || b.notes, char(10)), sent = max(contact.sent, b.sent), seen = max(contact.seen, b.seen)
			FROM contact b WHERE contact.id = ?2 AND b.id = ?1 AND NOT EXISTS (SELECT 1 FROM address WHERE contact = ?1)`,
	} {
		if err := t.exec(q, from, to); err != nil {
			return err
		}
	}
	return t.renameContact(to)
}

// describe stores what is said of a contact besides its addresses. It tells
// whether its conversations must be grouped anew.
func (t *tx) describe(row int64, c conversation.Contact) (bool, error) {
	var name, kind string
	if _, err := t.get("SELECT name, kind FROM contact WHERE id = ?", []any{row}, &name, &kind); err != nil {
		return false, err
	}
	if c.Name != name {
		if err := t.exec("UPDATE contact SET name = ?1, named = ?1 <> '' WHERE id = ?2", c.Name, row); err != nil {
			return false, err
		}
	}
	if err := t.exec("UPDATE contact SET kind = ?, pin = ?, notes = ? WHERE id = ?", string(c.Kind), string(c.Pin), c.Notes, row); err != nil {
		return false, err
	}
	return string(c.Kind) != kind, t.renameContact(row)
}

// JoinContacts moves every address of b to a. Only the circles of b are
// grouped anew, however many messages they have.
func (d *DB) JoinContacts(ctx context.Context, a, b conversation.ContactID) error {
	return d.write(ctx, "join contacts", func(t *tx) error {
		to, err := t.contact(a)
		if err != nil {
			return err
		}
		from, err := t.contact(b)
		if err != nil {
			return err
		}
		if from == to || b == conversation.Me {
			return fmt.Errorf("join %q to %q: %w", b, a, conversation.ErrUsage)
		}
		addresses, err := collect(t, scanOne[int64], "SELECT id FROM address WHERE contact = ?", from)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE contact SET named = ?1 WHERE id = ?2 AND named = 0 AND name <> '' AND key <> 'me'
			AND NOT EXISTS (SELECT 1 FROM contact WHERE id = ?3 AND named = 1)`, namedByJoin, to, from); err != nil {
			return err
		}
		for _, id := range addresses {
			if err := t.give(id, from, to); err != nil {
				return err
			}
		}
		return t.regroup(addresses)
	})
}

// SplitContact takes one address away into a contact of its own.
func (d *DB) SplitContact(ctx context.Context, c conversation.ContactID, a conversation.Address) (id conversation.ContactID, err error) {
	err = d.write(ctx, "split a contact", func(t *tx) error {
		from, err := t.contact(c)
		if err != nil {
			return err
		}
		var address, others int64
		ok, err := t.get(`SELECT id, (SELECT count(*) FROM address WHERE contact = ?1) - 1 FROM address WHERE contact = ?1 AND protocol = ?2 AND ident = ?3`,
			[]any{from, string(a.Protocol), a.ID}, &address, &others)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%q has no address %q: %w", c, a, conversation.ErrNotFound)
		case others == 0:
			return fmt.Errorf("%q has no other address: %w", c, conversation.ErrUsage)
		}
		var to int64
		if to, id, err = t.newContact(a); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM moved WHERE old = ?", string(id)); err != nil {
			return err
		}
		if err := t.give(address, from, to); err != nil {
			return err
		}
		return t.regroup([]int64{address})
	})
	return id, err
}
