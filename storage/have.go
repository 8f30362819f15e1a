package storage

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// HaveFrom lists up to n copies of a folder that are here, from a UID on,
// quarantined ones included: a folder of any size is never in memory as a whole.
func (d *DB) HaveFrom(ctx context.Context, a conversation.AccountID, folder string, validity, uid uint32, n int) (hs []accounts.Have, err error) {
	err = d.read(ctx, "list copies", func(q querier) error {
		hs, err = query(ctx, q, scanHave, `WITH f AS (SELECT f.id FROM folder f JOIN account a ON a.id = f.account WHERE a.name = ?1 AND f.name = ?2)
			SELECT * FROM (SELECT uid, remote, flags, keywords, modseq FROM location
				WHERE folder = (SELECT id FROM f) AND validity = ?3 AND uid >= max(?4, 1) AND (uid <> 0 OR remote <> '') ORDER BY uid LIMIT ?5)
			UNION ALL SELECT * FROM (SELECT uid, remote, flags, '', 0 FROM quarantine q
				WHERE folder = (SELECT id FROM f) AND validity = ?3 AND uid >= max(?4, 1) AND `+nowhere+` ORDER BY uid LIMIT ?5)
			ORDER BY 1, 2 LIMIT ?5`, string(a), folder, validity, uid, n)
		return err
	})
	return hs, err
}

// nowhere is about copies in quarantine of which not even the bytes are here.
const nowhere = `NOT EXISTS (SELECT 1 FROM location l WHERE l.folder = q.folder AND l.uid = q.uid AND l.remote = q.remote AND l.validity = q.validity
	AND (l.uid <> 0 OR l.remote <> ''))`
