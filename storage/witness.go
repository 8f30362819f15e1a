package storage

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// testimony is what one received copy of a message shows of its privacy. The
// same message may have come by two ways, through a list and directly or to
// two accounts, and was readable on each of them: its badge must not be better
// than the worst of its copies deserves. So the message stands for the copy
// with the lowest score, with that copy's source, and the table witness holds
// the testimony of the others. It outlives the copies: what was readable once
// stays so after a copy was deleted.
type testimony struct {
	message, account, raw int64
	received              int64
	score                 int
	origin, data          []byte
}

func scanTestimony(r *sql.Rows, w *testimony) error {
	return r.Scan(&w.message, &w.account, &w.raw, &w.received, &w.score, &w.origin, &w.data)
}

const selectTestimony = "SELECT message, account, raw, received, score, origin, detail FROM witness "

// verdict is the part of a detail that differs between the copies of a message.
func (d detail) verdict() detail {
	return detail{Evidence: d.Evidence, Facts: d.Facts, Index: d.Index}
}

func decodeDetail(data []byte, d *detail) error {
	if err := json.Unmarshal(data, d); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// testify takes a further copy of a known message into account.
func (t *tx) testify(msg, account, raw int64, use string, p *conversation.Parsed) error {
	if err := t.hear(msg, account, raw, use, p); err != nil {
		return err
	}
	return t.elect(msg)
}

// hear notes what a further copy shows. Only received copies of received
// messages count: what a Sent folder holds never travelled.
func (t *tx) hear(msg, account, raw int64, use string, p *conversation.Parsed) error {
	if p.Message.Direction != conversation.In || use == string(accounts.UseSent) || use == string(accounts.UseDrafts) {
		return nil
	}
	var dir string
	var same bool
	ok, err := t.get("SELECT direction, raw = ? AND account = ? FROM message WHERE id = ?", []any{raw, account, msg}, &dir, &same)
	if err != nil || !ok || same || dir != string(conversation.In) {
		return err
	}
	m := p.Message
	if shut(&m.Evidence) {
		if err := t.hearClosed(msg, &m); err != nil {
			return err
		}
	}
	data, err := newDetail(&m, nil).verdict().encode()
	if err != nil {
		return err
	}
	return t.keepTestimony(testimony{msg, account, raw, unix(m.Received), m.Index.Score, p.Origin, data})
}

// hearClosed judges a copy that could not be opened by the seal of the message,
// where that was opened: the bodies of both are the same.
func (t *tx) hearClosed(msg int64, m *conversation.Message) error {
	opened, err := t.openedEvidence(msg)
	if err != nil || opened == nil {
		return err
	}
	unseal(&m.Evidence, opened)
	m.Facts, m.Index = t.db.opt.Score(m.Evidence)
	return nil
}

func (t *tx) keepTestimony(w testimony) error {
	return t.exec("INSERT OR REPLACE INTO witness (message, account, raw, received, score, origin, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
		w.message, w.account, w.raw, w.received, w.score, w.origin, w.data)
}

func (t *tx) dropTestimony(w testimony) error {
	return t.exec("DELETE FROM witness WHERE message = ? AND account = ? AND raw = ?", w.message, w.account, w.raw)
}

// elect lets the copy with the lowest score stand for a message.
func (t *tx) elect(msg int64) error {
	return each(t, scanTestimony, t.swap, selectTestimony+
		"WHERE message = ?1 AND score < (SELECT score FROM message WHERE id = ?1) ORDER BY score, account, raw LIMIT 1", msg)
}

// swap lets a witness stand for its message, and makes a witness of the copy
// that stood for it.
func (t *tx) swap(w testimony) error {
	old := testimony{message: w.message}
	var circle int64
	var marks int
	if _, err := t.get(`SELECT m.account, m.raw, m.received, m.score, m.circle, m.marks, d.origin, d.detail
		FROM message m JOIN doc d ON d.id = m.id WHERE m.id = ?`, []any{w.message},
		&old.account, &old.raw, &old.received, &old.score, &circle, &marks, &old.origin, &old.data); err != nil {
		return err
	}
	var d, v detail
	err := decodeDetail(old.data, &d)
	if err == nil {
		err = decodeDetail(w.data, &v)
	}
	if err == nil {
		old.data, err = d.verdict().encode()
	}
	if err != nil {
		return err
	}
	if err := t.dropTestimony(w); err != nil {
		return err
	}
	if err := t.keepTestimony(old); err != nil {
		return err
	}
	d.Evidence, d.Facts, d.Index = v.Evidence, v.Facts, v.Index
	t.delta(circle)
	return t.stand(w, d, marks)
}

// stand writes the testimony of a copy into its message.
func (t *tx) stand(w testimony, d detail, marks int) error {
	data, err := d.encode()
	if err != nil {
		return err
	}
	var m conversation.Message
	d.fill(&m)
	const secured = markSealed | markSigned
	marks = marks&^secured | marksOf(&m)&secured
	if err := t.exec("UPDATE message SET account = ?, raw = ?, received = ?, score = ?, level = ?, marks = ? WHERE id = ?",
		w.account, w.raw, w.received, w.score, string(m.Index.Level), marks, w.message); err != nil {
		return err
	}
	return t.exec("UPDATE doc SET origin = ?, detail = ? WHERE id = ?", w.origin, data, w.message)
}

// moveWitnesses gives the witnesses of one message to another.
func (t *tx) moveWitnesses(from, to int64) error {
	return t.exec("UPDATE OR REPLACE witness SET message = ? WHERE message = ?", to, from)
}

// dropWitnesses deletes what the other copies of a message showed.
func (t *tx) dropWitnesses(msg int64) error {
	raws, err := collect(t, scanOne[int64], "SELECT raw FROM witness WHERE message = ?", msg)
	if err != nil {
		return err
	}
	if err := t.exec("DELETE FROM witness WHERE message = ?", msg); err != nil {
		return err
	}
	for _, raw := range raws {
		if err := t.dropRaw(raw); err != nil {
			return err
		}
	}
	return nil
}
