package storage

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// SetFlags stores what a server says of copies. Acts of the user that wait for
// that server keep ruling what is shown.
func (d *DB) SetFlags(ctx context.Context, a conversation.AccountID, folder string, validity uint32, changes []accounts.FlagChange) (c accounts.Change, err error) {
	err = d.write(ctx, "set flags", func(t *tx) error {
		f, err := t.folderOf(a, folder)
		if err != nil {
			return err
		}
		for _, ch := range changes {
			if err := t.setFlags(f, validity, ch); err != nil {
				return err
			}
		}
		c, err = t.change()
		return err
	})
	return c, err
}

func (t *tx) folderOf(a conversation.AccountID, folder string) (int64, error) {
	account, err := t.account(a)
	if err != nil {
		return 0, err
	}
	f, err := t.folder(account, folder)
	return f.id, err
}

func (t *tx) setFlags(folder int64, validity uint32, ch accounts.FlagChange) error {
	var loc, msg int64
	ok, err := t.get("SELECT id, message FROM location WHERE folder = ? AND uid = ? AND remote = ? AND validity = ? AND (uid <> 0 OR remote <> '')",
		[]any{folder, ch.UID, ch.ID, validity}, &loc, &msg)
	if err != nil || !ok {
		return err
	}
	if err := t.exec("UPDATE location SET flags = ?, keywords = ?, modseq = ? WHERE id = ?",
		flagBits(ch.Flags), keywordText(ch.Flags.Keywords), int64(ch.Flags.ModSeq), loc); err != nil {
		return err
	}
	return t.refresh(msg)
}

// Remove forgets copies that are gone from the server. One that an act waits
// for stays as a promise for some passes: the message may have moved.
func (d *DB) Remove(ctx context.Context, a conversation.AccountID, folder string, validity uint32, uids []uint32, ids []string) (c accounts.Change, err error) {
	err = d.write(ctx, "remove copies", func(t *tx) error {
		f, err := t.folderOf(a, folder)
		if err != nil {
			return err
		}
		for _, uid := range uids {
			if err := t.remove(f, validity, uid, ""); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if err := t.remove(f, validity, 0, id); err != nil {
				return err
			}
		}
		c, err = t.change()
		return err
	})
	return c, err
}

func (t *tx) remove(folder int64, validity, uid uint32, remote string) error {
	var loc, msg int64
	ok, err := t.get("SELECT id, message FROM location WHERE folder = ? AND uid = ? AND remote = ? AND validity = ? AND (uid <> 0 OR remote <> '')",
		[]any{folder, uid, remote, validity}, &loc, &msg)
	if err != nil {
		return err
	}
	err = t.exec("DELETE FROM quarantine WHERE folder = ? AND uid = ? AND remote = ? AND validity = ?", folder, uid, remote, validity)
	if err != nil || !ok {
		return err
	}
	var waits int
	if _, err := t.get("SELECT count(*) FROM task WHERE location = ? AND state = 'pending'", []any{loc}, &waits); err != nil {
		return err
	}
	if waits > 0 {
		err = t.exec("UPDATE location SET uid = 0, remote = '', validity = 0, grace = ? WHERE id = ?", graceActed, loc)
	} else {
		err = t.exec("DELETE FROM location WHERE id = ?", loc)
	}
	if err != nil {
		return err
	}
	return t.refresh(msg)
}

// Sweep ends a good pass: promises that were not kept in time are dropped, and
// messages without any copy left are deleted. What the user sent stays, even
// when no server ever showed it.
func (d *DB) Sweep(ctx context.Context, a conversation.AccountID) (c accounts.Change, err error) {
	err = d.write(ctx, "sweep", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		if err := t.payOwed(); err != nil {
			return err
		}
		if err := t.dropPromises(account); err != nil {
			return err
		}
		if err := t.sweepOrphans(account); err != nil {
			return err
		}
		if err := t.calm(); err != nil {
			return err
		}
		c, err = t.change()
		return err
	})
	return c, err
}

func (t *tx) sweepOrphans(account int64) error {
	err := each(t, scanOne[int64], t.deleteMessage,
		"SELECT message FROM orphan o WHERE account = ? AND NOT EXISTS (SELECT 1 FROM location l WHERE l.message = o.message)", account)
	if err != nil {
		return err
	}
	return t.exec("DELETE FROM orphan WHERE account = ?", account)
}

// deleteMessage removes a message for good, with its source when no other
// message or copy has the same.
func (t *tx) deleteMessage(id int64) error {
	var raw int64
	ok, err := t.get("SELECT raw FROM message WHERE id = ?", []any{id}, &raw)
	if err != nil || !ok {
		return err
	}
	for _, q := range []string{
		"DELETE FROM best WHERE message = (SELECT key FROM message WHERE id = ?)",
		"DELETE FROM moved WHERE new = (SELECT key FROM message WHERE id = ?)",
	} {
		if err := t.exec(q, id); err != nil {
			return err
		}
	}
	if err := t.erase(id, true); err != nil {
		return err
	}
	if err := t.dropRaw(raw); err != nil {
		return err
	}
	return t.dropWitnesses(id)
}

func (t *tx) dropRaw(raw int64) error {
	return t.exec(`DELETE FROM raw WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE raw = ?1)
		AND NOT EXISTS (SELECT 1 FROM location WHERE raw = ?1) AND NOT EXISTS (SELECT 1 FROM witness WHERE raw = ?1)`, raw)
}
