package storage

import (
	"database/sql"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// tally is what a transaction adds to an address.
type tally struct {
	messages   int
	seen, sent int64
}

// address gives the row of an address. A new one gets a contact of its own.
func (t *tx) address(a conversation.Address, name string) (*addressRow, error) {
	r, ok := t.cache.addresses[a]
	if !ok {
		var err error
		if r, err = t.loadAddress(a); err != nil {
			return nil, err
		}
		t.cache.addAddress(a, r)
	}
	return r, t.nameAddress(r, a, name)
}

func (t *tx) loadAddress(a conversation.Address) (*addressRow, error) {
	r := &addressRow{}
	ok, err := t.get(`SELECT a.id, a.contact, c.key, a.name FROM address a JOIN contact c ON c.id = a.contact
		WHERE a.protocol = ? AND a.ident = ?`, []any{string(a.Protocol), a.ID}, &r.id, &r.contact, &r.key, &r.name)
	if err != nil || ok {
		return r, err
	}
	if r.contact, r.key, err = t.newContact(a); err != nil {
		return nil, err
	}
	r.id, err = t.insert("INSERT INTO address (protocol, ident, contact) VALUES (?, ?, ?)", string(a.Protocol), a.ID, r.contact)
	return r, err
}

// newContact makes the contact of an address. The identifier is derived from
// the address; when a contact bears it already (one that this address was
// taken away from), the next one is tried.
func (t *tx) newContact(a conversation.Address) (int64, conversation.ContactID, error) {
	key := conversation.NewContactID(a)
	for n := 1; ; n++ {
		var id int64
		taken, err := t.get("SELECT id FROM contact WHERE key = ?", []any{string(key)}, &id)
		if err != nil {
			return 0, "", err
		}
		if !taken {
			break
		}
		key = conversation.NextContactID(a, n)
	}
	id, err := t.insert("INSERT INTO contact (key, folded) VALUES (?, ?)", string(key), fold(a.ID))
	return id, key, err
}

// nameAddress keeps the best name seen: a name that is not the address itself
// is better than none, and a longer one with a space better than a nickname.
func (t *tx) nameAddress(r *addressRow, a conversation.Address, name string) error {
	name = strings.TrimSpace(name)
	if !betterName(r.name, name, a) {
		return nil
	}
	r.name = name
	if err := t.exec("UPDATE address SET name = ? WHERE id = ?", name, r.id); err != nil {
		return err
	}
	return t.renameContact(r.contact)
}

func betterName(old, name string, a conversation.Address) bool {
	if name == "" || len(name) > 200 || strings.Contains(strings.ToLower(name), strings.TrimPrefix(a.ID, "@")) {
		return false
	}
	return old == "" || !strings.Contains(old, " ") && strings.Contains(name, " ")
}

// Who gave a contact its name.
const (
	namedByNobody = iota // it is the best one seen
	namedByUser
	namedByJoin // it is the one it had when others were joined to it
)

// renameContact derives a contact's name, unless the user gave one, and the
// text it is found by. The name that a contact had when others were joined to it
// stays as long as it has an address that bears it.
func (t *tx) renameContact(contact int64) error {
	var name string
	var named int
	if _, err := t.get("SELECT name, named FROM contact WHERE id = ?", []any{contact}, &name, &named); err != nil {
		return err
	}
	var text strings.Builder
	best, kept := "", false
	err := each(t, scanName, func(n nameRow) error {
		if best == "" || !strings.Contains(best, " ") && strings.Contains(n.name, " ") {
			best = n.name
		}
		kept = kept || n.name == name
		text.WriteString(" " + n.name + " " + n.ident)
		return nil
	}, "SELECT name, ident FROM address WHERE contact = ? ORDER BY messages DESC, id", contact)
	if err != nil {
		return err
	}
	if named == namedByJoin && !kept {
		named = namedByNobody
	}
	if named == namedByNobody {
		name = best
	}
	return t.exec("UPDATE contact SET name = ?, named = ?, folded = ? WHERE id = ?", name, named, nameText(name+text.String()), contact)
}

type nameRow struct{ name, ident string }

// count notes that a message was exchanged with an address; n is -1 when one
// is taken away.
func (t *tx) count(id int64, n int, seen, sent int64) {
	p := t.parties[id]
	if p == nil {
		p = &tally{}
		t.parties[id] = p
	}
	p.messages += n
	p.seen, p.sent = max(p.seen, seen), max(p.sent, sent)
}

func (t *tx) settleParties() error {
	for id, p := range t.parties {
		if err := t.exec(`UPDATE address SET messages = messages + ?, seen = max(seen, ?), sent = max(sent, ?),
			bounced = CASE WHEN ? > seen THEN 0 ELSE bounced END WHERE id = ?`,
			p.messages, p.seen, p.sent, p.seen, id); err != nil {
			return err
		}
		if p.seen == 0 && p.sent == 0 {
			continue
		}
		if err := t.exec(`UPDATE contact SET seen = max(seen, ?), sent = max(sent, ?)
			WHERE id = (SELECT contact FROM address WHERE id = ?)`, p.seen, p.sent, id); err != nil {
			return err
		}
	}
	clear(t.parties)
	return nil
}

func scanName(r *sql.Rows, n *nameRow) error { return r.Scan(&n.name, &n.ident) }
