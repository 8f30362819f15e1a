package storage

import (
	"context"
	"database/sql"

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
	return d.rejudge(ctx,
		func(t *tx, below int64) (int64, error) { return t.judgeStep(a, below, judge) },
		func(t *tx, below int64) (int64, error) { return t.judgeWitnesses(a, below, judge) })
}

// rejudge takes steps from the newest message to the oldest. Each judges some
// messages below an id and gives the lowest, 0 at the end.
func (d *DB) rejudge(ctx context.Context, steps ...func(t *tx, below int64) (int64, error)) (accounts.Change, error) {
	seen := map[conversation.ConversationID]bool{}
	var all accounts.Change
	for _, step := range steps {
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
	}
	return all, nil
}

// judgement changes evidence and tells whether it did.
type judgement = func(origin []byte, ev *privacy.Evidence) bool

type judged struct {
	id, circle int64
	origin     []byte
	data       []byte
}

func scanJudged(r *sql.Rows, j *judged) error { return r.Scan(&j.id, &j.circle, &j.origin, &j.data) }

// judgeStep judges some messages below an id and gives the lowest, 0 at the end.
func (t *tx) judgeStep(a conversation.AccountID, below int64, judge judgement) (int64, error) {
	account, err := t.account(a)
	if err != nil {
		return 0, err
	}
	rows, err := collect(t, scanJudged, `SELECT m.id, m.circle, d.origin, d.detail FROM message m JOIN doc d ON d.id = m.id
		WHERE m.account = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?`, account, below, judgeStep)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	for _, j := range rows {
		if err := t.judgeOne(j, judge); err != nil {
			return 0, err
		}
	}
	return rows[len(rows)-1].id, nil
}

func (t *tx) judgeOne(j judged, judge judgement) error {
	x, data, err := t.judgeAgain(j.origin, j.data, judge)
	if err != nil || data == nil {
		return err
	}
	t.delta(j.circle)
	if err := t.exec("UPDATE doc SET detail = ? WHERE id = ?", data, j.id); err != nil {
		return err
	}
	if err := t.exec("UPDATE message SET score = ?, level = ? WHERE id = ?", x.Score, string(x.Level), j.id); err != nil {
		return err
	}
	return t.elect(j.id)
}

// judgeAgain gives a detail with its evidence judged and scored again, nothing
// when nothing changed.
func (t *tx) judgeAgain(origin, data []byte, judge judgement) (x privacy.Index, out []byte, err error) {
	var d detail
	if err := decodeDetail(data, &d); err != nil {
		return x, nil, err
	}
	if d.Evidence == nil {
		d.Evidence = &evidence{}
	}
	if !judge(origin, d.Evidence) {
		return x, nil, nil
	}
	f, x := t.db.opt.Score(*d.Evidence)
	x.Facts = nil
	d.Facts, d.Index = facts(f), &x
	out, err = d.encode()
	return x, out, err
}

// judgeWitnesses judges the other copies of messages like judgeStep does the
// messages themselves. Those of one message are judged together.
func (t *tx) judgeWitnesses(a conversation.AccountID, below int64, judge judgement) (int64, error) {
	account, err := t.account(a)
	if err != nil {
		return 0, err
	}
	all, err := collect(t, scanTestimony, selectTestimony+`WHERE account = ?1 AND message < ?2 AND message >= coalesce(
		(SELECT message FROM witness WHERE account = ?1 AND message < ?2 ORDER BY message DESC LIMIT 1 OFFSET ?3), 0) ORDER BY message DESC`,
		account, below, judgeStep-1)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	for _, w := range all {
		x, data, err := t.judgeAgain(w.origin, w.data, judge)
		if err != nil {
			return 0, err
		}
		if data == nil {
			continue
		}
		w.score, w.data = x.Score, data
		if err := t.keepTestimony(w); err != nil {
			return 0, err
		}
		if err := t.elect(w.message); err != nil {
			return 0, err
		}
	}
	return all[len(all)-1].message, nil
}

// score is the scoring of this version of the program.
func score(ev privacy.Evidence) (privacy.Facts, privacy.Index) {
	f := privacy.FactsOf(ev)
	return f, privacy.Message(f)
}
