package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Add stores a batch of fetched copies in one transaction. A copy that is here
// already is brought up to date; one of a known message becomes another
// location of it.
func (d *DB) Add(ctx context.Context, a conversation.AccountID, batch []accounts.Arrival) (c accounts.Change, err error) {
	err = d.write(ctx, "add messages", func(t *tx) error {
		account, err := t.account(a)
		if err != nil {
			return err
		}
		if len(batch) >= rushFrom {
			if err := t.rush(); err != nil {
				return err
			}
		}
		if _, err := t.get("SELECT EXISTS (SELECT 1 FROM quarantine)", nil, &t.quarantine); err != nil {
			return err
		}
		for _, i := range byDate(batch) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.addCopy(account, &batch[i]); err != nil {
				return err
			}
		}
		c, err = t.change()
		return err
	})
	return c, err
}

// rushFrom is the size of a batch that tells of a first sync.
const rushFrom = 200

// byDate gives the order in which a batch is stored: the full-text index wants
// ascending rows within a transaction.
func byDate(batch []accounts.Arrival) []int {
	order := make([]int, len(batch))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return batch[i].Parsed.Message.Date.Compare(batch[j].Parsed.Message.Date)
	})
	return order
}

// change settles the sums and tells what was touched.
func (t *tx) change() (accounts.Change, error) {
	if err := t.settle(); err != nil {
		return accounts.Change{}, err
	}
	ids, err := t.touched()
	clear(t.convs)
	return accounts.Change{Conversations: ids, New: t.new, Unread: t.newUnread, Fresh: t.fresh}, err
}

func (t *tx) addCopy(account int64, came *accounts.Arrival) error {
	a := partially(came)
	defer func() { came.Parsed.Message.ID = a.Parsed.Message.ID }()
	f, err := t.folder(account, a.Copy.Folder)
	if err != nil {
		return err
	}
	if t.quarantine {
		if err := t.free(f.id, a); err != nil {
			return err
		}
	}
	old, ok, err := t.copyAt(f.id, &a.Copy)
	if err != nil {
		return err
	}
	if a.Copy.Partial {
		done, err := t.addHeader(account, f, old, ok, a)
		if err != nil || done {
			return err
		}
	}
	raw, err := t.raw(a)
	if err != nil {
		return err
	}
	if ok {
		return t.updateCopy(account, old, raw, a)
	}
	return t.newCopy(account, f, raw, a)
}

// addHeader is for a copy of which only the header came. One that is here, or
// whose message is, needs nothing stored but its flags.
func (t *tx) addHeader(account int64, f folderRow, old copyRow, known bool, a *accounts.Arrival) (bool, error) {
	if !known {
		return t.adopt(account, f, &a.Copy)
	}
	if err := t.setCopy(old.id, old.raw, &a.Copy); err != nil {
		return false, err
	}
	return true, t.refresh(old.message)
}

// raw stores a source unless it is here already.
func (t *tx) raw(a *accounts.Arrival) (int64, error) {
	var id int64
	ok, err := t.get("SELECT id FROM raw WHERE sha = ?", []any{a.SHA256[:]}, &id)
	if err != nil || ok {
		return id, err
	}
	packed, size := a.Packed, a.Parsed.Message.Size
	if packed == nil {
		packed = t.db.Pack(a.Copy.Raw)
	}
	if a.Copy.Raw != nil && !a.Copy.Partial {
		size = int64(len(a.Copy.Raw))
	}
	s, err := t.db.keepSource(packed, a.SHA256[:])
	if err != nil {
		return 0, err
	}
	var head []byte
	if a.Parsed.Message.Protocol == conversation.Mail && len(a.Copy.Raw) > 0 {
		head = headOfMail(a.Copy.Raw)
	}
	return t.insert("INSERT INTO raw (sha, size, packed, sealed, head, partial) VALUES (?, ?, ?, ?, ?, ?)", s.sha, size, s.packed, s.sealed, head, a.Copy.Partial)
}

// free takes a copy out of quarantine: it could be fetched after all.
func (t *tx) free(folder int64, a *accounts.Arrival) error {
	return t.exec("DELETE FROM quarantine WHERE folder = ? AND uid = ? AND remote = ? AND validity = ?", folder, a.Copy.UID, a.Copy.ID, a.Copy.Validity)
}

// updateCopy is for a copy that is here already: its flags, and its content
// when the server let it be edited, or when only its header was here.
func (t *tx) updateCopy(account int64, old copyRow, raw int64, a *accounts.Arrival) error {
	if err := t.setCopy(old.id, raw, &a.Copy); err != nil {
		return err
	}
	msg := old.message
	late, err := t.undated(msg, raw, &a.Copy)
	if err != nil {
		return err
	}
	if raw != old.raw || late {
		partial, err := t.header(old.raw)
		if err != nil {
			return err
		}
		if partial {
			msg, err = t.complete(account, msg, raw, old.raw, &a.Parsed)
		} else {
			msg, err = t.rewrite(account, msg, raw, &a.Parsed)
		}
		if err != nil {
			return err
		}
		if err := t.elect(msg); err != nil {
			return err
		}
	}
	return t.refresh(msg)
}

func (t *tx) newCopy(account int64, f folderRow, raw int64, a *accounts.Arrival) error {
	if err := t.completeTwin(account, raw, a); err != nil {
		return err
	}
	var msg int64
	key, err := t.keyOf(a.Parsed.Fingerprint)
	if err != nil {
		return err
	}
	known, err := t.get("SELECT id FROM message WHERE key = ?", []any{string(key)}, &msg)
	if err != nil {
		return err
	}
	state := effect{flags: flagBits(a.Copy.Flags), keywords: a.Copy.Flags.Keywords, use: f.use, folder: f.id}
	if !known {
		s := merge([]effect{state})
		if msg, err = t.newMessage(account, raw, &a.Parsed, s); err != nil {
			return err
		}
		if a.Parsed.Message.Direction == conversation.In && !s.read && s.away < awayTrash && f.use != string(accounts.UseSent) && !f.local {
			a.Parsed.Message.ID = key
			t.fresh = append(t.fresh, key)
		}
		return t.newLocation(f.id, msg, raw, &a.Copy)
	}
	if f.local {
		again, err := t.get("SELECT 1 FROM location WHERE folder = ? AND message = ?", []any{f.id, msg}, new(int))
		if err != nil {
			return err
		}
		if again { // imported twice
			return t.dropRaw(raw)
		}
	}
	if err := t.place(account, f, msg, raw, &a.Copy); err != nil {
		return err
	}
	if err := t.testify(msg, account, raw, f.use, &a.Parsed); err != nil {
		return err
	}
	return t.refresh(msg)
}

func (t *tx) newLocation(folder, msg, raw int64, c *accounts.Copy) error {
	return t.exec(`INSERT INTO location (folder, validity, uid, remote, message, raw, flags, keywords, modseq, put)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT away FROM message WHERE id = ?5 AND away = ?10), 0))`,
		folder, c.Validity, c.UID, c.ID, msg, raw,
		flagBits(c.Flags), keywordText(c.Flags.Keywords), int64(c.Flags.ModSeq), awayHidden)
}

// keepPromise turns a promised copy of the same message into the real one, so
// that the acts waiting for it find it. One in the same folder is preferred.
func (t *tx) keepPromise(account, folder, msg, raw int64, c *accounts.Copy) (bool, error) {
	var loc int64
	ok, err := t.get(`SELECT l.id FROM location l JOIN folder f ON f.id = l.folder
		WHERE l.message = ? AND l.uid = 0 AND l.remote = '' AND f.account = ? AND f.local = 0 ORDER BY l.folder = ? DESC, l.id LIMIT 1`,
		[]any{msg, account, folder}, &loc)
	if err != nil || !ok {
		return false, err
	}
	// Where it was moved, it was seen: from now on the server's word holds.
	if err := t.exec("UPDATE task SET problem = 'seen' WHERE location = ? AND state = 'done' AND kind = 'archive'", loc); err != nil {
		return false, err
	}
	if err := t.arrived(loc, folder); err != nil {
		return false, err
	}
	return true, t.exec(`UPDATE location SET folder = ?, validity = ?, uid = ?, remote = ?, raw = ?, flags = ?, keywords = ?, modseq = ?, grace = 0
		WHERE id = ?`, folder, c.Validity, c.UID, c.ID, raw,
		flagBits(c.Flags), keywordText(c.Flags.Keywords), int64(c.Flags.ModSeq), loc)
}

// arrived ends the acts that wanted a copy to be where it turned up: the server
// did them, and nobody noted it. Asked for once more, a server would delete for
// good what lies in the trash.
func (t *tx) arrived(loc, folder int64) error {
	const moves = "kind IN ('archive', 'delete') AND state = 'pending' AND location = ?1"
	last := "(SELECT max(id) FROM task WHERE " + moves + " AND target = ?2)"
	if err := t.exec("UPDATE location SET put = 0 WHERE id = ?1 AND put <> ?3 AND "+last+" > 0", loc, folder, awayHidden); err != nil {
		return err
	}
	return t.exec("UPDATE task SET state = 'done', problem = 'seen' WHERE "+moves+" AND id <= "+last, loc, folder)
}

// Bits of the flags of a copy.
const (
	bitSeen = 1 << iota
	bitFlagged
	bitAnswered
	bitDraft
	bitDeleted
)

func flagBits(f accounts.Flags) int {
	bits := 0
	for i, on := range []bool{f.Seen, f.Flagged, f.Answered, f.Draft, f.Deleted} {
		if on {
			bits |= 1 << i
		}
	}
	return bits
}

func flagsOf(bits int, keywords string, modseq int64) accounts.Flags {
	return accounts.Flags{
		Seen: bits&bitSeen != 0, Flagged: bits&bitFlagged != 0, Answered: bits&bitAnswered != 0,
		Draft: bits&bitDraft != 0, Deleted: bits&bitDeleted != 0,
		Keywords: keywordList(keywords), ModSeq: uint64(modseq),
	}
}

// Keywords are kept as lines: no keyword of IMAP can hold a line feed (RFC
// 3501, section 9), and tags are freed of them.
func keywordText(ks []string) string { return strings.Join(ks, "\n") }

func keywordList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// epoch is the beginning of message ids, 1990-01-01 UTC; ids stay short.
const epoch = 631152000

// firstID gives the lowest id of a moment. Sixteen messages fit in a second.
func firstID(at time.Time) int64 {
	return min(max(at.Unix()-epoch, 1), 1<<40) << 4
}

// messageID finds a free id for a message of that date, or shortly after it.
func (t *tx) messageID(date time.Time) (int64, error) {
	first := firstID(date) >> 4
	sec := first
	for {
		if next, ok := t.cache.full[sec]; ok {
			sec = next
			continue
		}
		var top int64
		if _, err := t.get("SELECT coalesce(max(id), 0) FROM message WHERE id BETWEEN ? AND ?", []any{sec << 4, sec<<4 + 15}, &top); err != nil {
			return 0, err
		}
		if top < sec<<4+15 {
			t.cache.full[first] = sec
			if sec == first {
				delete(t.cache.full, first)
			}
			return max(top+1, sec<<4), nil
		}
		t.cache.full[sec] = sec + 1
	}
}
