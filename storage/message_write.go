package storage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// newMessage stores a message that is not known yet, with everything derived.
func (t *tx) newMessage(account, raw int64, p *conversation.Parsed, s state) (int64, error) {
	id, err := t.messageID(p.Message.Date)
	if err != nil {
		return 0, err
	}
	if err := t.insertMessage(id, account, raw, p, s, true); err != nil {
		return 0, err
	}
	t.new++
	if p.Message.Direction == conversation.In && !s.read && s.away < 2 {
		t.newUnread++
	}
	return id, nil
}

// insertMessage stores a message; index tells whether its text is new to the
// search index as well.
func (t *tx) insertMessage(id, account, raw int64, p *conversation.Parsed, s state, index bool) error {
	seen := *p
	if p = &seen; p.Message.Direction == conversation.Out {
		if err := t.expectSent(&p.Message); err != nil {
			return err
		}
	}
	named, err := t.keyOf(p.Fingerprint)
	if err != nil {
		return err
	}
	key := string(named)
	v, err := t.db.veil(key, p)
	if err != nil {
		return err
	}
	m := v.clear
	s.read = s.read || m.Direction == conversation.Out
	circle, err := t.circle(conversation.CircleOf(m))
	if err != nil {
		return err
	}
	if err := t.exec(`INSERT INTO message (id, key, circle, account, raw, epoch, protocol, direction, date, received, size, score, level, marks,
			away, read, starred, folder, tags, rfcid, subject, excerpt)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, key, circle.id, account, raw, t.epoch, string(m.Protocol), string(m.Direction),
		unix(m.Date), unix(m.Received), m.Size, m.Index.Score, string(m.Index.Level), v.marks,
		s.away, s.read, s.starred, s.folder, keywordText(s.tags), m.RFCID, m.Subject, m.Excerpt); err != nil {
		return err
	}
	t.enter(circle.id, id, m.Direction, s, 1)
	parties, err := t.addParties(id, m, 1)
	if err != nil {
		return err
	}
	if err := t.insertSealed(id, &v, marksOf(&p.Message)&markInside); err != nil {
		return err
	}
	if err := t.insertDoc(id, m, p.Origin, t.db.extra(p), parties, index); err != nil {
		return err
	}
	return t.heed(m)
}

// indexText is what is indexed of a message.
type indexText struct{ subject, people, files, cjk, body string }

// indexTextOf takes the text of attachments, too, which is in no column of its own.
func indexTextOf(m *conversation.Message, extra string) indexText {
	w := indexText{subject: m.Subject, people: peopleText(m.Participants), files: filesText(m.Attachments), body: m.Text}
	w.cjk = w.others(extra)
	return w
}

func (t *tx) insertDoc(id int64, m *conversation.Message, origin []byte, extra string, parties []participant, index bool) error {
	data, err := newDetail(m, parties).encode()
	if err != nil {
		return err
	}
	w := indexTextOf(m, extra)
	if err := t.exec("INSERT INTO doc (id, detail, origin, subject, people, file, cjk, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id, data, origin, w.subject, w.people, w.files, w.cjk, w.body); err != nil || !index {
		return err
	}
	return t.exec(indexInsert, id, w.subject, w.people, w.files, w.cjk, w.body)
}

// addParties links a message to its addresses.
func (t *tx) addParties(id int64, m *conversation.Message, n int) ([]participant, error) {
	out := make([]participant, 0, len(m.Participants))
	counted := make([]int64, 0, 8)
	for _, p := range m.Participants {
		if p.Address.IsZero() {
			out = append(out, participant{Role: roleNumber(p.Role), Name: p.Name})
			continue
		}
		r, err := t.address(p.Address, p.Name)
		if err != nil {
			return nil, err
		}
		role := roleNumber(p.Role)
		out = append(out, participant{role, r.id, p.Name})
		if err := t.exec("INSERT OR IGNORE INTO party (address, message, role) VALUES (?, ?, ?)", r.id, id, role); err != nil {
			return nil, err
		}
		if p.Role != conversation.ReplyTo && !slices.Contains(counted, r.id) {
			counted = append(counted, r.id)
			seen, sent := exchanged(m, p.Role)
			t.count(r.id, n, seen, sent)
		}
	}
	return out, nil
}

// exchanged tells when an address was heard of or written to by a message.
func exchanged(m *conversation.Message, r conversation.Role) (seen, sent int64) {
	switch {
	case m.Direction == conversation.In && r == conversation.From:
		return m.Date.Unix(), 0
	case m.Direction == conversation.Out && r != conversation.From:
		return 0, m.Date.Unix()
	}
	return 0, 0
}

// enter adds a message to the sums of its circle, or takes it away (n = -1).
func (t *tx) enter(circle, id int64, dir conversation.Direction, s state, n int) {
	d := t.delta(circle)
	if s.away >= 2 {
		return
	}
	d.messages += n
	if !s.read {
		d.unread += n
	}
	if s.starred {
		d.starred += n
	}
	if n < 0 {
		return
	}
	d.last = max(d.last, id)
	if dir == conversation.In {
		d.heard = max(d.heard, id)
	}
}

// rewrite derives a message again from another raw source or by a newer
// parser. Its id stays when its date does; the id it has then is given. The
// search index, which costs more than all the rest, is left alone when the
// words are the same.
func (t *tx) rewrite(account, id, raw int64, p *conversation.Parsed) (int64, error) {
	var s state
	if err := t.loadState(id, &s); err != nil {
		return 0, err
	}
	key, err := t.keyOf(p.Fingerprint)
	if err != nil {
		return 0, err
	}
	var twin int64
	known, err := t.get("SELECT id FROM message WHERE key = ? AND id <> ?", []any{string(key), id}, &twin)
	if err != nil {
		return 0, err
	}
	if known {
		if err := t.erase(id, true); err != nil {
			return 0, err
		}
		if err := t.relocate(id, twin); err != nil {
			return 0, err
		}
		return twin, t.hear(twin, account, raw, "", p)
	}
	same, err := t.sameWords(id, p)
	if err != nil {
		return 0, err
	}
	if err := t.erase(id, !same); err != nil {
		return 0, err
	}
	next := id
	if !sameMoment(id, p) {
		if next, err = t.messageID(p.Message.Date); err != nil {
			return 0, err
		}
	}
	if err := t.insertMessage(next, account, raw, p, s, !same); err != nil {
		return 0, err
	}
	return next, t.relocate(id, next)
}

// sameMoment tells whether a message can keep its id, which is its date.
func sameMoment(id int64, p *conversation.Parsed) bool { return firstID(p.Message.Date) == id>>4<<4 }

// sameWords tells whether the index needs no change when a message is
// rewritten.
func (t *tx) sameWords(id int64, p *conversation.Parsed) (bool, error) {
	if !sameMoment(id, p) {
		return false, nil
	}
	var w indexText
	ok, err := t.get("SELECT subject, people, file, cjk, body FROM doc WHERE id = ?", []any{id}, &w.subject, &w.people, &w.files, &w.cjk, &w.body)
	return ok && w == indexTextOf(t.db.outside(p), t.db.extra(p)), err
}

// relocate makes the copies of one message copies of another. Whatever they
// show of its privacy goes with them.
func (t *tx) relocate(from, to int64) error {
	if from == to {
		return nil
	}
	if err := t.exec("UPDATE location SET message = ? WHERE message = ?", to, from); err != nil {
		return err
	}
	return t.moveWitnesses(from, to)
}

// erase removes a message and what was derived from it, in the search index
// too if index is set; its copies stay and must find another message before
// the transaction ends.
func (t *tx) erase(id int64, index bool) error {
	if err := t.exec("PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	var s state
	var circle int64
	var dir string
	if _, err := t.get("SELECT circle, direction, away, read, starred FROM message WHERE id = ?", []any{id},
		&circle, &dir, &s.away, &s.read, &s.starred); err != nil {
		return err
	}
	t.enter(circle, id, conversation.Direction(dir), s, -1)
	t.delta(circle).look = true
	if err := t.dropParties(id); err != nil {
		return err
	}
	if index {
		if err := t.exec(indexDelete, id); err != nil {
			return err
		}
	}
	if err := t.dropSealed(id); err != nil {
		return err
	}
	for _, q := range []string{"DELETE FROM doc WHERE id = ?", "DELETE FROM message WHERE id = ?"} {
		if err := t.exec(q, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) dropParties(id int64) error {
	parties, err := t.partiesOf(id)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, p := range parties {
		if err := t.exec("DELETE FROM party WHERE address = ? AND message = ?", p.Address, id); err != nil {
			return err
		}
		if p.Address != 0 && roleOf(p.Role) != conversation.ReplyTo && !seen[p.Address] {
			seen[p.Address] = true
			t.count(p.Address, -1, 0, 0)
		}
	}
	return nil
}

func peopleText(ps []conversation.Participant) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Name + " " + p.Address.ID + "\n")
	}
	return b.String()
}

func filesText(as []conversation.Attachment) string {
	var b strings.Builder
	for _, a := range as {
		b.WriteString(a.Name + "\n")
	}
	return b.String()
}

// partiesOf reads the participants of a stored message.
func (t *tx) partiesOf(id int64) ([]participant, error) {
	var data []byte
	if _, err := t.get("SELECT detail FROM doc WHERE id = ?", []any{id}, &data); err != nil || data == nil {
		return nil, err
	}
	var d detail
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return d.Participants, nil
}
