package storage

import (
	"context"
	"reflect"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Learned gives what was learned of an account's provider, nil for nothing.
func (d *DB) Learned(ctx context.Context, a conversation.AccountID) (data []byte, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT learned FROM account WHERE name = ?", string(a)).Scan(&data)
	_, err = found(err)
	return data, wrap("read what was learned", err)
}

// SaveLearned stores what was learned of an account's provider.
func (d *DB) SaveLearned(ctx context.Context, a conversation.AccountID, data []byte) error {
	return d.write(ctx, "store what was learned", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		return t.exec("UPDATE account SET learned = ? WHERE id = ?", data, account)
	})
}

// judgeStep is how many messages are judged in one transaction, so that others
// can write in between.
const judgeStep = 500

// Rejudge has the stored observations of each message of an account judged
// again, newest first, and scores those whose evidence changed.
func (d *DB) Rejudge(ctx context.Context, a conversation.AccountID, judge judgement) (accounts.Change, error) {
	return d.rejudge(ctx, func(t *tx, below int64) (int64, error) { return t.judgeStep(a, below, judge) })
}

// RejudgeAddress has the stored observations of each message from an address
// judged again, newest first, and scores those whose evidence changed.
func (d *DB) RejudgeAddress(ctx context.Context, a conversation.Address, judge func(origin []byte, ev *privacy.Evidence) bool) (accounts.Change, error) {
	return d.rejudge(ctx, func(t *tx, below int64) (int64, error) { return t.judgeFrom(a, below, judge) })
}

// rejudge takes steps from the newest message to the oldest. Each judges some
// messages below an id and gives the lowest, 0 at the end.
func (d *DB) rejudge(ctx context.Context, step func(t *tx, below int64) (int64, error)) (accounts.Change, error) {
	seen := map[conversation.ConversationID]bool{}
	var all accounts.Change
	for last := noEnd; last > 0; {
		var c accounts.Change
		err := d.write(ctx, "judge again", func(t *tx) (err error) {
			if last, err = step(t, last); err != nil {
				return err
			}
			c, err = t.change()
			return err
		})
		if err != nil {
			return all, err
		}
		for _, id := range c.Conversations {
			if !seen[id] {
				seen[id] = true
				all.Conversations = append(all.Conversations, id)
			}
		}
	}
	return all, nil
}

// judgement changes evidence and tells whether it did.
type judgement = func(origin []byte, ev *privacy.Evidence) bool

// judgeStep judges some messages of an account below an id, and what it holds
// of other copies of messages there. It gives the lowest id, 0 at the end.
func (t *tx) judgeStep(a conversation.AccountID, below int64, judge judgement) (int64, error) {
	account, err := t.account(a)
	if err != nil {
		return 0, err
	}
	rows, err := collect(t, scanJudged, `SELECT m.id, m.circle, m.direction, d.origin, d.detail FROM message m JOIN doc d ON d.id = m.id
		WHERE m.account = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?`, account, below, judgeStep)
	if err != nil {
		return 0, err
	}
	var lowest int64
	if len(rows) > 0 {
		lowest = rows[len(rows)-1].id
	}
	others, err := collect(t, scanTestimony, selectTestimony+"WHERE account = ? AND message >= ? AND message < ?", account, lowest, below)
	if err != nil {
		return 0, err
	}
	return lowest, t.judgeAll(rows, others, judge)
}

// judgeFrom judges some messages from an address, below an id, with all their
// copies.
func (t *tx) judgeFrom(a conversation.Address, below int64, judge judgement) (int64, error) {
	rows, err := collect(t, scanJudged, `SELECT m.id, m.circle, m.direction, d.origin, d.detail FROM party p
		JOIN message m ON m.id = p.message JOIN doc d ON d.id = m.id
		WHERE p.address = (SELECT id FROM address WHERE protocol = ? AND ident = ?) AND p.role = 0 AND p.message < ?
		ORDER BY p.message DESC LIMIT ?`, string(a.Protocol), a.ID, below, judgeStep)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var others []testimony
	for _, j := range rows {
		ws, err := collect(t, scanTestimony, selectTestimony+"WHERE message = ?", j.id)
		if err != nil {
			return 0, err
		}
		others = append(others, ws...)
	}
	return rows[len(rows)-1].id, t.judgeAll(rows, others, judge)
}

// judgeAll judges messages and other copies of messages. Which copy stands for
// a message is decided only when all of them were judged: one that takes the
// place of another meanwhile would be left out.
func (t *tx) judgeAll(rows []judged, others []testimony, judge judgement) error {
	var changed []int64
	for _, j := range rows {
		done, err := t.judgeOne(j, judge)
		if err != nil {
			return err
		}
		if done {
			changed = append(changed, j.id)
		}
	}
	for _, w := range others {
		x, data, err := t.judgeAgain(conversation.In, w.origin, w.data, judge)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		w.score, w.data = x.Score, data
		if err := t.keepTestimony(w); err != nil {
			return err
		}
		changed = append(changed, w.message)
	}
	for _, id := range changed {
		if err := t.elect(id); err != nil {
			return err
		}
	}
	return t.settleReach()
}

func (t *tx) judgeOne(j judged, judge judgement) (bool, error) {
	x, data, err := t.judgeAgain(j.direction, j.origin, j.data, judge)
	if err != nil || data == nil {
		return false, err
	}
	t.delta(j.circle)
	if err := t.exec("UPDATE doc SET detail = ? WHERE id = ?", data, j.id); err != nil {
		return false, err
	}
	return true, t.exec("UPDATE message SET score = ?, level = ? WHERE id = ?", x.Score, string(x.Level), j.id)
}

// judgeAgain gives a detail with its evidence judged and scored again, nothing
// when nothing changed. Of what was sent, what is expected of its way is found
// anew, unless this program sent it and knew.
func (t *tx) judgeAgain(dir conversation.Direction, origin, data []byte, judge judgement) (x privacy.Index, out []byte, err error) {
	var d detail
	if err := decodeDetail(data, &d); err != nil {
		return x, nil, err
	}
	if d.Evidence == nil {
		d.Evidence = &evidence{}
	}
	before, way := privacy.Facts(d.Facts), d.Evidence.Transport
	told := dir == conversation.Out && foretold(d.Evidence, before.Path)
	withoutForecast(d.Evidence)
	changed := judge(origin, d.Evidence)
	if dir == conversation.Out && !told {
		if err := t.expectStored(&d); err != nil {
			return x, nil, err
		}
	}
	if !changed && reflect.DeepEqual(way, d.Evidence.Transport) {
		return x, nil, nil
	}
	f, x := t.db.opt.Score(*d.Evidence)
	if told && f.Path == "" {
		f, x = before, privacy.Message(before)
	}
	x.Facts = nil
	d.Facts, d.Index = facts(f), &x
	if err := t.heedAgain(&d, before, f); err != nil {
		return x, nil, err
	}
	out, err = d.encode()
	return x, out, err
}

// score is the scoring of this version of the program.
func score(ev privacy.Evidence) (privacy.Facts, privacy.Index) {
	f := privacy.FactsOf(ev)
	return f, privacy.Message(f)
}
