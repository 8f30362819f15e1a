package storage

import (
	"database/sql"

	"github.com/caliopen/caliopen-tui/conversation"
)

// conversationMove says that a circle left one conversation for another.
type conversationMove struct{ from, to int64 }

// regroup derives the conversations of every circle an address takes part in.
// Messages are not touched: they know their circle only.
func (t *tx) regroup(addresses []int64) error {
	seen := map[int64]bool{}
	for _, a := range addresses {
		circles, err := collect(t, scanOne[int64], "SELECT circle FROM circle_address WHERE address = ?", a)
		if err != nil {
			return err
		}
		for _, c := range circles {
			if seen[c] {
				continue
			}
			seen[c] = true
			if err := t.regroupCircle(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) regroupCircle(id int64) error {
	c, old, known, err := t.loadCircle(id)
	if err != nil {
		return err
	}
	conv, err := t.group(c, known)
	if err != nil {
		return err
	}
	t.convs[conv] = struct{}{}
	if conv == old {
		return nil
	}
	t.convs[old] = struct{}{}
	t.gone = append(t.gone, conversationMove{old, conv})
	clear(t.cache.circles)
	return t.exec("UPDATE circle SET conversation = ? WHERE id = ?", conv, id)
}

type memberRow struct {
	id  int64
	a   conversation.Address
	key conversation.ContactID
}

func scanMember(r *sql.Rows, m *memberRow) error {
	return r.Scan(&m.id, &m.a.Protocol, &m.a.ID, &m.key)
}

func (t *tx) loadCircle(id int64) (c conversation.Circle, conv int64, known map[conversation.Address]conversation.ContactID, err error) {
	var sender int64
	if _, err = t.get("SELECT kind, protocol, list, sender, conversation FROM circle WHERE id = ?", []any{id},
		&c.Kind, &c.Protocol, &c.ListID, &sender, &conv); err != nil {
		return c, 0, nil, err
	}
	known = map[conversation.Address]conversation.ContactID{}
	err = each(t, scanMember, func(m memberRow) error {
		known[m.a] = m.key
		c.Addresses = append(c.Addresses, m.a)
		if m.id == sender {
			c.Sender = m.a
		}
		return nil
	}, `SELECT a.id, a.protocol, a.ident, c.key FROM circle_address ca JOIN address a ON a.id = ca.address
		JOIN contact c ON c.id = a.contact WHERE ca.circle = ? ORDER BY a.protocol, a.ident`, id)
	return c, conv, known, err
}

// settleMoves removes conversations that lost all their circles, and leaves a
// note where they went, for drafts and for whoever still holds their id.
func (t *tx) settleMoves() error {
	for _, m := range t.gone {
		if err := t.settleMove(m); err != nil {
			return err
		}
	}
	t.gone = nil
	return nil
}

func (t *tx) settleMove(m conversationMove) error {
	var old, to string
	var circles int
	ok, err := t.get("SELECT key, (SELECT count(*) FROM circle WHERE conversation = conversation.id) FROM conversation WHERE id = ?", []any{m.from}, &old, &circles)
	if err != nil || !ok || circles > 0 {
		return err
	}
	if _, err := t.get("SELECT key FROM conversation WHERE id = ?", []any{m.to}, &to); err != nil {
		return err
	}
	for _, q := range []string{
		"UPDATE draft SET conversation = ?1 WHERE conversation = ?2",
		"UPDATE moved SET new = ?1 WHERE new = ?2",
		"INSERT OR REPLACE INTO moved (old, new) VALUES (?2, ?1)",
		"INSERT OR IGNORE INTO muted SELECT ?1 WHERE EXISTS (SELECT 1 FROM muted WHERE conversation = ?2)",
	} {
		if err := t.exec(q, to, old); err != nil {
			return err
		}
	}
	return t.exec("DELETE FROM conversation WHERE id = ?", m.from)
}
