package storage

import "github.com/caliopen/caliopen-tui/accounts"

// handOver gives the acts that wait for a copy which is not coming to another
// copy of its message in the account: the message was moved by somebody else,
// and the folder that it was moved to was looked at before the one that it
// left. What would move a copy to where it lies already is done.
func (t *tx) handOver(c copyRow) error {
	var heir, folder int64
	var use accounts.Use
	ok, err := t.get(`SELECT l.id, l.folder, f.use FROM location l JOIN folder f ON f.id = l.folder
		WHERE l.message = ?1 AND l.id <> ?2 AND (l.uid <> 0 OR l.remote <> '') AND f.local = 0
		AND f.account = (SELECT f.account FROM location o JOIN folder f ON f.id = o.folder WHERE o.id = ?2)
		ORDER BY l.id DESC LIMIT 1`, []any{c.message, c.id}, &heir, &folder, &use)
	if err != nil || !ok {
		return err
	}
	return t.exec(`UPDATE task SET location = ?1, origin = ?2 WHERE location = ?3 AND state = 'pending'
		AND (kind NOT IN ('archive', 'delete') OR target <> 0 AND target <> ?2)
		AND NOT (kind = 'archive' AND ?4 = 'trash')
		AND NOT EXISTS (SELECT 1 FROM task o WHERE o.location = ?1 AND o.state = 'pending' AND o.kind = task.kind AND o.tag = task.tag)`,
		heir, folder, c.id, string(use))
}
