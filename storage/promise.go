package storage

import (
	"database/sql"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// A promise is a copy that is expected on a server and was not seen there yet:
// a location without a name that the server knows it by. Any copy of the same
// message that turns up in the account keeps it, wherever. How long it is waited
// for is counted in good passes, by the column grace; the pass that is under way
// when a promise is made may have looked at its folder before, so it never is
// the only one.
//
//   - What the user sent stays for ever (-1), whether or not a server keeps it.
//   - A copy that an act of the user moved is waited for during graceMoved
//     passes.
//   - A copy that is gone from where it was, with its folder or alone, or that
//     has a new name after a reset, while an act waits for it: graceActed passes.
//   - A copy that has a new name after a reset, and no act waits: until the end
//     of that pass, which looked at its folder from beginning to end.
//
// A promise that nothing kept goes when its time is over, like a copy that was
// removed, and the message goes with its last copy. Except for what the user
// means to have: the last copy of a message that he archived, starred or tagged,
// where the server has not shown what came of it, stays for ever and shows what
// he did. The server may have lost it halfway; this is then the last one there
// is. One that he deleted, or only read, goes.
const (
	graceMoved = 5
	graceActed = 3
)

// isPromise finds the promises of an account's server.
const isPromise = "uid = 0 AND remote = '' AND folder IN (SELECT id FROM folder WHERE account = ? AND local = 0)"

// dropPromises ends the time of promises, one pass for each.
func (t *tx) dropPromises(account int64) error {
	if err := each(t, scanCopy, t.breakPromise, "SELECT id, message, raw FROM location WHERE grace = 0 AND "+isPromise, account); err != nil {
		return err
	}
	return t.exec("UPDATE location SET grace = grace - 1 WHERE grace > 0 AND "+isPromise, account)
}

func scanCopy(r *sql.Rows, c *copyRow) error { return r.Scan(&c.id, &c.message, &c.raw) }

// breakPromise drops a promise, or lets it stay as the last copy.
func (t *tx) breakPromise(c copyRow) error {
	var last, meant bool
	if _, err := t.get(`SELECT NOT EXISTS (SELECT 1 FROM location WHERE message = ?1 AND id <> ?2),
			EXISTS (SELECT 1 FROM task k WHERE k.location = ?2 AND (k.state = 'pending' AND k.kind IN ('archive', 'star', 'tag')
				OR k.state = 'done' AND k.kind = 'archive' AND k.target <> 0 AND k.problem = ''))
			AND NOT EXISTS (SELECT 1 FROM task k WHERE k.location = ?2 AND k.kind = 'delete' AND k.state = 'pending')
			AND NOT EXISTS (SELECT 1 FROM location l JOIN folder f ON f.id = l.folder WHERE l.id = ?2 AND f.use = ?3)`,
		[]any{c.message, c.id, string(accounts.UseTrash)}, &last, &meant); err != nil {
		return err
	}
	if !last {
		if err := t.handOver(c); err != nil {
			return err
		}
	}
	end := t.keepLast
	if !last || !meant {
		end = t.dropCopy
	}
	if err := end(c); err != nil {
		return err
	}
	return t.refresh(c.message)
}

func (t *tx) dropCopy(c copyRow) error { return t.exec("DELETE FROM location WHERE id = ?", c.id) }

// keepLast keeps a promise for ever, as the acts left it that no server will do.
func (t *tx) keepLast(c copyRow) error {
	err := each(t, scanTask, func(k taskRow) error {
		k.target = 0 // it stays where it was, and is only shown elsewhere
		if err := t.confirm(k); err != nil {
			return err
		}
		return t.exec("UPDATE task SET state = 'failed', problem = ? WHERE id = ?", conversation.ErrNotFound.Error(), k.id)
	}, taskColumns+"WHERE k.location = ? AND k.state = 'pending' ORDER BY k.id", c.id)
	if err != nil {
		return err
	}
	return t.exec("UPDATE location SET grace = -1 WHERE id = ?", c.id)
}
