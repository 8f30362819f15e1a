package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

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
func (d *DB) Rejudge(ctx context.Context, a conversation.AccountID, judge func(origin []byte, ev *privacy.Evidence) bool) (accounts.Change, error) {
	seen := map[conversation.ConversationID]bool{}
	var all accounts.Change
	for last := noEnd; ; {
		var c accounts.Change
		err := d.write(ctx, "judge again", func(t *tx) (err error) {
			if last, err = t.judgeStep(a, last, judge); err != nil {
				return err
			}
			c, err = t.change()
			return err
		})
		for _, id := range c.Conversations {
			if !seen[id] {
				seen[id] = true
				all.Conversations = append(all.Conversations, id)
			}
		}
		if err != nil || last == 0 {
			return all, err
		}
	}
}

type judged struct {
	id, circle int64
	origin     []byte
	data       []byte
}

func scanJudged(r *sql.Rows, j *judged) error { return r.Scan(&j.id, &j.circle, &j.origin, &j.data) }

// judgeStep judges some messages below an id and gives the lowest, 0 at the end.
func (t *tx) judgeStep(a conversation.AccountID, below int64, judge func([]byte, *privacy.Evidence) bool) (int64, error) {
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

func (t *tx) judgeOne(j judged, judge func([]byte, *privacy.Evidence) bool) error {
	var d detail
	if err := json.Unmarshal(j.data, &d); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if d.Evidence == nil {
		d.Evidence = &evidence{}
	}
	if !judge(j.origin, d.Evidence) {
		return nil
	}
	f, x := t.db.opt.Score(*d.Evidence)
	x.Facts = nil
	d.Facts, d.Index = facts(f), &x
	data, err := d.encode()
	if err != nil {
		return err
	}
	t.delta(j.circle)
	if err := t.exec("UPDATE doc SET detail = ? WHERE id = ?", data, j.id); err != nil {
		return err
	}
	return t.exec("UPDATE message SET score = ?, level = ? WHERE id = ?", x.Score, string(x.Level), j.id)
}

// score is the scoring of this version of the program.
func score(ev privacy.Evidence) (privacy.Facts, privacy.Index) {
	f := privacy.FactsOf(ev)
	return f, privacy.Message(f)
}
