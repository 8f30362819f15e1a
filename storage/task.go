package storage

import (
	"context"
	"database/sql"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Tasks gives the acts to replay on an account's server, in order. An act on a
// copy that is being moved waits until the copy is seen in its new place.
func (d *DB) Tasks(ctx context.Context, a conversation.AccountID) (ts []accounts.Task, err error) {
	err = d.read(ctx, "tasks", func(q querier) error {
		ts, err = query(ctx, q, scanAccountTask, `SELECT k.id, k.kind, f.name, l.uid, l.validity, l.remote, k.tag, coalesce(g.name, '')
			FROM task k JOIN location l ON l.id = k.location JOIN folder f ON f.id = l.folder JOIN account a ON a.id = f.account
			LEFT JOIN folder g ON g.id = k.target
			WHERE k.state = 'pending' AND a.name = ? AND (l.uid <> 0 OR l.remote <> '')
			AND NOT EXISTS (SELECT 1 FROM task e WHERE e.location = k.location AND e.state = 'pending' AND e.id < k.id AND e.kind IN ('archive', 'delete'))
			ORDER BY k.id`, string(a))
		return err
	})
	return ts, err
}

func scanAccountTask(r *sql.Rows, k *accounts.Task) error {
	return r.Scan(&k.ID, &k.Kind, &k.Folder, &k.UID, &k.Validity, &k.RemoteID, &k.Tag, &k.Target)
}

// tried marks a task that was on its way to the server, who may have done it
// even if nobody heard of it; doubted one that was undone after that.
const (
	tried   = "tried"
	doubted = "doubted"
)

// AttemptTasks notes that acts are about to be brought to their server.
func (d *DB) AttemptTasks(ctx context.Context, ids []int64) error {
	return d.write(ctx, "try tasks", func(t *tx) error {
		for _, id := range ids {
			if err := t.exec("UPDATE task SET problem = ? WHERE id = ? AND state = 'pending' AND problem = ''", tried, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// DoneTasks notes that the server has done what the acts asked. An act that
// was undone while it was on its way is queued the other way round.
func (d *DB) DoneTasks(ctx context.Context, ids []int64) error {
	return d.write(ctx, "finish tasks", func(t *tx) error {
		for _, id := range ids {
			if err := each(t, scanTask, t.finish, taskColumns+"WHERE k.id = ?", id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) finish(k taskRow) error {
	if k.state != "pending" && k.state != "undone" {
		return nil
	}
	if err := t.confirm(k); err != nil {
		return err
	}
	if err := t.exec("UPDATE task SET state = 'done', problem = '' WHERE id = ?", k.id); err != nil {
		return err
	}
	if k.state == "undone" && k.problem != doubted { // else the opposite is queued already
		if err := t.reverse(k); err != nil {
			return err
		}
	}
	return t.refresh(k.message)
}

// confirm makes the effect of a task what the server says.
func (t *tx) confirm(k taskRow) error {
	var e effect
	var keywords string
	if _, err := t.get("SELECT flags, keywords, folder, put FROM location WHERE id = ?", []any{k.location}, &e.flags, &keywords, &e.folder, &e.put); err != nil {
		return err
	}
	e.keywords = keywordList(keywords)
	there := e.folder == k.target
	e.apply(pendingRow{kind: string(k.kind), tag: k.tag, target: k.target})
	moves := k.kind == conversation.ActArchive || k.kind == conversation.ActDelete
	if moves && k.target != 0 && !there {
		return t.exec("UPDATE location SET folder = ?, uid = 0, remote = '', validity = 0, put = ?, grace = ? WHERE id = ?", k.target, e.put, graceMoved, k.location)
	}
	if moves {
		return t.exec("UPDATE location SET put = ? WHERE id = ?", e.put, k.location)
	}
	return t.exec("UPDATE location SET flags = ?, keywords = ? WHERE id = ?", e.flags, keywordText(e.keywords), k.location)
}

// FailTask gives up on a task and shows what the server has again.
func (d *DB) FailTask(ctx context.Context, id int64, problem string) error {
	return d.write(ctx, "give up a task", func(t *tx) error {
		return each(t, scanTask, func(k taskRow) error {
			if err := t.exec("UPDATE task SET state = 'failed', problem = ? WHERE id = ? AND state = 'pending'", problem, id); err != nil {
				return err
			}
			return t.refresh(k.message)
		}, taskColumns+"WHERE k.id = ?", id)
	})
}
