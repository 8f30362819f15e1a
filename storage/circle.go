package storage

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// delta is what a transaction changes in the sums of a circle.
type delta struct {
	messages, unread, starred int
	last, heard               int64 // newest messages added
	look                      bool  // one was hidden or deleted: the newest must be looked up
}

// circle gives the row of a circle; a new one is grouped at once.
func (t *tx) circle(c conversation.Circle) (*circleRow, error) {
	sum := sha256.Sum256([]byte(c.Key()))
	key := [16]byte(sum[:16])
	if r, ok := t.cache.circles[key]; ok {
		return r, nil
	}
	r := &circleRow{}
	ok, err := t.get("SELECT id, conversation FROM circle WHERE key = ?", []any{key[:]}, &r.id, &r.conv)
	if err == nil && !ok {
		r, err = t.newCircle(key, c)
	}
	if err == nil {
		t.cache.addCircle(key, r)
	}
	return r, err
}

func (t *tx) newCircle(key [16]byte, c conversation.Circle) (*circleRow, error) {
	known := map[conversation.Address]conversation.ContactID{}
	ids := make([]int64, 0, len(c.Addresses))
	for _, a := range c.Addresses {
		r, err := t.address(a, "")
		if err != nil {
			return nil, err
		}
		known[a] = r.key
		ids = append(ids, r.id)
	}
	sender := int64(0)
	if !c.Sender.IsZero() {
		r, err := t.address(c.Sender, "")
		if err != nil {
			return nil, err
		}
		sender, known[c.Sender] = r.id, r.key
	}
	conv, err := t.group(c, known)
	if err != nil {
		return nil, err
	}
	id, err := t.insert("INSERT INTO circle (key, kind, protocol, list, sender, conversation) VALUES (?, ?, ?, ?, ?, ?)",
		key[:], string(c.Kind), string(c.Protocol), c.ListID, sender, conv)
	if err != nil {
		return nil, err
	}
	return &circleRow{id, conv}, t.linkCircle(id, sender, ids)
}

// linkCircle notes every address that can change the grouping of a circle.
func (t *tx) linkCircle(circle, sender int64, addresses []int64) error {
	if sender != 0 && !slices.Contains(addresses, sender) {
		addresses = append(addresses, sender)
	}
	for _, a := range addresses {
		if err := t.exec("INSERT OR IGNORE INTO circle_address (address, circle) VALUES (?, ?)", a, circle); err != nil {
			return err
		}
	}
	return nil
}

// group gives the conversation of a circle and makes it when it is new.
func (t *tx) group(c conversation.Circle, known map[conversation.Address]conversation.ContactID) (int64, error) {
	kinds := map[conversation.ContactID]conversation.Kind{}
	for _, key := range known {
		if _, ok := kinds[key]; ok {
			continue
		}
		var kind string
		if _, err := t.get("SELECT kind FROM contact WHERE key = ?", []any{string(key)}, &kind); err != nil {
			return 0, err
		}
		kinds[key] = conversation.Kind(kind)
	}
	g := conversation.GroupOf(c,
		func(a conversation.Address) conversation.ContactID { return known[a] },
		func(id conversation.ContactID) conversation.Kind { return kinds[id] })
	return t.conversation(g, c.ListID)
}

func (t *tx) conversation(g conversation.Group, list string) (int64, error) {
	var id int64
	ok, err := t.get("SELECT id FROM conversation WHERE key = ?", []any{string(g.ID)}, &id)
	if err != nil || ok {
		return id, err
	}
	contacts, err := json.Marshal(g.Contacts)
	if err != nil {
		return 0, err
	}
	if err := t.exec("DELETE FROM moved WHERE old = ?", string(g.ID)); err != nil {
		return 0, err
	}
	return t.insert("INSERT INTO conversation (key, kind, contacts, list) VALUES (?, ?, ?, ?)",
		string(g.ID), string(g.Kind), string(contacts), list)
}

func (t *tx) delta(circle int64) *delta {
	d := t.circles[circle]
	if d == nil {
		d = &delta{}
		t.circles[circle] = d
	}
	return d
}

// settle writes the sums of everything that the transaction touched.
func (t *tx) settle() error {
	for id, d := range t.circles {
		if err := t.settleCircle(id, d); err != nil {
			return err
		}
	}
	clear(t.circles)
	for id := range t.convs {
		if err := t.sumConversation(id); err != nil {
			return err
		}
	}
	if err := t.settleMoves(); err != nil {
		return err
	}
	return t.settleParties()
}

func (t *tx) settleCircle(id int64, d *delta) error {
	err := t.exec(`UPDATE circle SET messages = messages + ?, unread = unread + ?, starred = starred + ?,
		last = max(last, ?), heard = max(heard, ?) WHERE id = ?`, d.messages, d.unread, d.starred, d.last, d.heard, id)
	if err == nil && d.look {
		err = t.exec(`UPDATE circle SET
			last = coalesce((SELECT m.id FROM message m WHERE m.circle = circle.id AND m.away < 2 ORDER BY m.id DESC LIMIT 1), 0),
			heard = coalesce((SELECT m.id FROM message m WHERE m.circle = circle.id AND m.away < 2 AND m.direction = 'in' ORDER BY m.id DESC LIMIT 1), 0)
			WHERE id = ?`, id)
	}
	if err != nil {
		return err
	}
	var conv int64
	if _, err := t.get("SELECT conversation FROM circle WHERE id = ?", []any{id}, &conv); err != nil {
		return err
	}
	t.convs[conv] = struct{}{}
	return nil
}

// sumConversation adds up the circles of a conversation. It has no row for
// each message to look at, however long the conversation is.
func (t *tx) sumConversation(id int64) error {
	return t.exec(`UPDATE conversation SET (messages, unread, starred, last, heard, channels) =
		(SELECT coalesce(sum(messages), 0), coalesce(sum(unread), 0), coalesce(sum(starred), 0), coalesce(max(last), 0), coalesce(max(heard), 0),
			coalesce(group_concat(DISTINCT protocol), '') FROM circle WHERE conversation = ?1),
		archived = coalesce((SELECT away = 1 FROM message WHERE id =
			(SELECT CASE WHEN max(heard) > 0 THEN max(heard) ELSE max(last) END FROM circle WHERE conversation = ?1)), 0)
		WHERE id = ?1`, id)
}

// touched gives the conversations a transaction changed, for the caller.
func (t *tx) touched() ([]conversation.ConversationID, error) {
	var out []conversation.ConversationID
	for id := range t.convs {
		var key string
		ok, err := t.get("SELECT key FROM conversation WHERE id = ?", []any{id}, &key)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, conversation.ConversationID(key))
		}
	}
	slices.SortFunc(out, func(a, b conversation.ConversationID) int { return strings.Compare(string(a), string(b)) })
	return out, nil
}
