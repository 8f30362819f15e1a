package storage

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Folders lists the folders of an account as the last sync left them.
func (d *DB) Folders(ctx context.Context, a conversation.AccountID) (fs []accounts.Folder, err error) {
	err = d.read(ctx, "folders", func(q querier) error {
		fs, err = query(ctx, q, scanFolder, `SELECT f.name, f.use, f.validity, f.uidnext, f.modseq, f.messages, f.cursor, f.local
			FROM folder f JOIN account a ON a.id = f.account WHERE a.name = ? AND f.name <> '' ORDER BY f.id`, string(a))
		return err
	})
	return fs, err
}

func scanFolder(r *sql.Rows, f *accounts.Folder) error {
	var modseq int64
	err := r.Scan(&f.Name, &f.Use, &f.Validity, &f.UIDNext, &modseq, &f.Messages, &f.Cursor, &f.Local)
	f.ModSeq = uint64(modseq)
	return err
}

// SaveFolder stores the state of a folder and makes it when it is new. When
// its use changed, so does where its messages are shown. A local folder stays
// one, whatever a server calls its own.
func (d *DB) SaveFolder(ctx context.Context, a conversation.AccountID, f accounts.Folder) error {
	return d.write(ctx, "save a folder", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		old, err := t.folder(account, f.Name)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE folder SET use = ?, validity = ?, uidnext = ?, modseq = ?, messages = ?, cursor = ?, local = max(local, ?) WHERE id = ?",
			string(f.Use), f.Validity, f.UIDNext, int64(f.ModSeq), f.Messages, f.Cursor, f.Local, old.id); err != nil {
			return err
		}
		t.cache.folders[folderKey{account, f.Name}] = folderRow{old.id, string(f.Use), old.local || f.Local}
		if old.use == string(f.Use) {
			return nil
		}
		return each(t, scanOne[int64], t.refresh, "SELECT DISTINCT message FROM location WHERE folder = ?", old.id)
	})
}

// DropFolder forgets a folder that is gone from the server, with its copies. A
// local one is on no server, and stays.
func (d *DB) DropFolder(ctx context.Context, a conversation.AccountID, name string) (c accounts.Change, err error) {
	err = d.write(ctx, "drop a folder", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		f, err := t.folder(account, name)
		if err != nil || f.local {
			return err
		}
		if err := t.dropFolder(account, f.id); err != nil {
			return err
		}
		delete(t.cache.folders, folderKey{account, name})
		c, err = t.change()
		return err
	})
	return c, err
}

// dropFolder keeps as promises what waits for the server, since another folder
// may show the same message in this pass.
func (t *tx) dropFolder(account, folder int64) error {
	limbo, err := t.folder(account, "")
	if err != nil {
		return err
	}
	messages, err := collect(t, scanOne[int64], "SELECT DISTINCT message FROM location WHERE folder = ?", folder)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE location SET folder = ?1, uid = 0, remote = '', validity = 0, grace = CASE WHEN grace < 0 THEN -1 ELSE ?3 END
			WHERE folder = ?2 AND (grace <> 0 OR EXISTS (SELECT 1 FROM task WHERE task.location = location.id AND state = 'pending'))`,
		"UPDATE task SET target = 0 WHERE target = ?2 AND ?1 > 0 AND ?3 > 0",
		"DELETE FROM location WHERE folder = ?2 AND ?1 > 0 AND ?3 > 0",
		"DELETE FROM folder WHERE id = ?2 AND ?1 > 0 AND ?3 > 0",
	} {
		if err := t.exec(q, limbo.id, folder, graceActed); err != nil {
			return err
		}
	}
	return t.refreshAll(messages)
}

func (t *tx) refreshAll(messages []int64) error {
	for _, m := range messages {
		if err := t.refresh(m); err != nil {
			return err
		}
	}
	return nil
}

// DropLocal deletes a local folder and those of its messages that lie nowhere
// else: for what was imported this is the only copy there is.
func (d *DB) DropLocal(ctx context.Context, a conversation.AccountID, name string) (c accounts.Change, err error) {
	err = d.write(ctx, "drop a local folder", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		f, err := t.folder(account, name)
		if err != nil {
			return err
		}
		if !f.local {
			return fmt.Errorf("folder %q is not local: %w", name, conversation.ErrUsage)
		}
		for _, q := range []string{"DELETE FROM location WHERE folder = ?", "DELETE FROM folder WHERE id = ?"} {
			if err := t.exec(q, f.id); err != nil {
				return err
			}
		}
		delete(t.cache.folders, folderKey{account, name})
		if err := t.sweepOrphans(account); err != nil {
			return err
		}
		c, err = t.change()
		return err
	})
	return c, err
}

// DropAccount forgets an account's folders and copies. Its messages are
// deleted too unless keep is set, but for those in local folders: they are on
// no server from which they could be had again, and go by DropLocal alone. What
// is on its way through it stays, and says that nobody sends it.
func (d *DB) DropAccount(ctx context.Context, a conversation.AccountID, keep bool) error {
	return d.write(ctx, "drop an account", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		for _, q := range []string{
			"DELETE FROM location WHERE folder IN (SELECT id FROM folder WHERE account = ? AND local = 0)",
			"DELETE FROM folder WHERE account = ? AND local = 0",
		} {
			if err := t.exec(q, account); err != nil {
				return err
			}
		}
		clear(t.cache.folders)
		if err := t.strand(a); err != nil {
			return err
		}
		if err := t.inherit(account); err != nil {
			return err
		}
		if keep {
			return t.exec("DELETE FROM orphan WHERE account = ?", account)
		}
		return t.sweepOrphans(account)
	})
}

// strand has the entries of the outbox that nobody will send any more say so.
func (t *tx) strand(a conversation.AccountID) error {
	why := conversation.Reason{Code: "engine.way_gone"}.Keep("the account was removed")
	return t.exec(`UPDATE outbox SET state = CASE WHEN state = 'sending' AND handed THEN 'unknown' ELSE 'failed' END, next = 0, problem = ?
		WHERE account = ? AND state IN ('held', 'queued', 'sending')`, why, string(a))
}

// inherit gives messages that another account has a copy of to that one: it is
// the one they can be answered from.
func (t *tx) inherit(account int64) error {
	const heir = "(SELECT f.account FROM location l JOIN folder f ON f.id = l.folder WHERE l.message = message.id ORDER BY l.id LIMIT 1)"
	for _, q := range []string{
		"UPDATE message SET account = coalesce(" + heir + ", account) WHERE account = ?1",
		"UPDATE OR REPLACE witness SET account = (SELECT account FROM message WHERE id = witness.message) WHERE account = ?1",
	} {
		if err := t.exec(q, account); err != nil {
			return err
		}
	}
	return nil
}

// Have lists the copies of a folder that are here, quarantined ones included,
// so that those are not fetched in each pass.
func (d *DB) Have(ctx context.Context, a conversation.AccountID, folder string, validity uint32) (hs []accounts.Have, err error) {
	err = d.read(ctx, "list copies", func(q querier) error {
		hs, err = query(ctx, q, scanHave, `WITH f AS (SELECT f.id FROM folder f JOIN account a ON a.id = f.account WHERE a.name = ?1 AND f.name = ?2)
			SELECT uid, remote, flags, keywords, modseq FROM location WHERE folder = (SELECT id FROM f) AND validity = ?3 AND (uid <> 0 OR remote <> '')
			UNION ALL SELECT uid, remote, flags, '', 0 FROM quarantine q WHERE folder = (SELECT id FROM f) AND validity = ?3 AND `+nowhere+`
			ORDER BY 1, 2`, string(a), folder, validity)
		return err
	})
	return hs, err
}

func scanHave(r *sql.Rows, h *accounts.Have) error {
	var bits int
	var keywords string
	var modseq int64
	err := r.Scan(&h.UID, &h.ID, &bits, &keywords, &modseq)
	h.Flags = flagsOf(bits, keywords, modseq)
	return err
}

// Reset turns the copies of a folder whose UIDVALIDITY changed (RFC 3501,
// 2.3.1.1) into promises: their messages are recognised when they come again
// under new UIDs, and acts waiting for them are not lost.
func (d *DB) Reset(ctx context.Context, a conversation.AccountID, folder string, validity uint32) error {
	return d.write(ctx, "reset a folder", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		f, err := t.folder(account, folder)
		if err != nil || f.local {
			return err
		}
		if err := t.exec(`UPDATE location SET uid = 0, remote = '', validity = 0,
				grace = CASE WHEN EXISTS (SELECT 1 FROM task WHERE task.location = location.id AND state = 'pending') THEN ? ELSE 0 END
			WHERE folder = ? AND validity <> ? AND (uid <> 0 OR remote <> '')`, graceActed, f.id, validity); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM quarantine WHERE folder = ? AND validity <> ?", f.id, validity); err != nil {
			return err
		}
		return t.exec("UPDATE folder SET validity = ?, uidnext = 0, modseq = 0 WHERE id = ?", validity, f.id)
	})
}
