package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// actsKept is how long acts can be undone and are remembered.
const actsKept = 30 * 24 * time.Hour

// Act records an act of the user, shows its effect at once and queues it for
// each server that has a copy which it changes.
func (d *DB) Act(ctx context.Context, a conversation.Act) (id int64, err error) {
	if err := checkAct(&a); err != nil {
		return 0, err
	}
	err = d.write(ctx, "act", func(t *tx) error {
		id, err = t.act(a)
		return err
	})
	return id, err
}

func (t *tx) act(a conversation.Act) (id int64, err error) {
	now := t.db.opt.Now()
	if err := t.exec(`DELETE FROM act WHERE at < ? AND NOT EXISTS (SELECT 1 FROM task WHERE act = act.id AND state = 'pending')`, now.Add(-actsKept).Unix()); err != nil {
		return 0, err
	}
	messages, err := json.Marshal(a.Messages)
	if err != nil {
		return 0, err
	}
	id, err = t.insert("INSERT INTO act (kind, tag, messages, at) VALUES (?, ?, ?, ?)", string(a.Kind), a.Tag, string(messages), now.Unix())
	if err != nil {
		return 0, err
	}
	for _, key := range a.Messages {
		if err := t.actOn(id, a, key); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// checkAct refuses what no server could do. A tag is one word, since servers
// keep tags as keywords (RFC 3501, 2.3.2).
func checkAct(a *conversation.Act) error {
	switch a.Kind {
	case conversation.ActTag, conversation.ActUntag:
		a.Tag = strings.TrimSpace(a.Tag)
		if a.Tag == "" || strings.ContainsAny(a.Tag, " \t\r\n") || !visibleTag(a.Tag) {
			return fmt.Errorf("storage: tag %q: %w", a.Tag, conversation.ErrUsage)
		}
	case conversation.ActRead, conversation.ActUnread, conversation.ActStar, conversation.ActUnstar, conversation.ActArchive, conversation.ActDelete:
	default:
		return fmt.Errorf("storage: act %q: %w", a.Kind, conversation.ErrUsage)
	}
	if len(a.Messages) == 0 {
		return fmt.Errorf("storage: act on nothing: %w", conversation.ErrUsage)
	}
	return nil
}

func (t *tx) actOn(act int64, a conversation.Act, key conversation.MessageID) error {
	var msg int64
	ok, err := t.get("SELECT id FROM message WHERE "+keyed, []any{string(key)}, &msg)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("message %q: %w", key, conversation.ErrNotFound)
	}
	copies, err := t.effects(msg)
	if err != nil {
		return err
	}
	for _, e := range copies {
		if !e.changedBy(a) {
			continue
		}
		if err := t.queue(act, a, e); err != nil {
			return err
		}
	}
	return t.refresh(msg)
}

// stays tells whether an act needs no server: the copy lies in a local folder,
// or it is archived from a folder that the user made, into which somebody put
// it on purpose. It is only shown elsewhere from then on.
func (e *effect) stays(kind conversation.ActKind) bool {
	return e.local || kind == conversation.ActArchive && e.use == string(accounts.UseNone)
}

// queue asks the server of a copy for what was done. With a copy that stays it
// is done at once, and can be taken back like what a server has done.
func (t *tx) queue(act int64, a conversation.Act, e effect) error {
	k := taskRow{location: e.location, kind: a.Kind, tag: a.Tag, origin: e.folder, state: "pending", act: act}
	stays := e.stays(a.Kind)
	if stays {
		k.state = "done"
	}
	var err error
	if k.target, err = t.target(e, a.Kind); err != nil {
		return err
	}
	if err := t.exec("INSERT INTO task (act, location, kind, tag, origin, target, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
		k.act, k.location, string(k.kind), k.tag, k.origin, k.target, k.state); err != nil || !stays {
		return err
	}
	return t.confirm(k)
}

// changedBy tells whether an act makes a difference to a copy.
func (e *effect) changedBy(a conversation.Act) bool {
	switch a.Kind {
	case conversation.ActRead:
		return e.flags&bitSeen == 0
	case conversation.ActUnread:
		return e.flags&bitSeen != 0
	case conversation.ActStar:
		return e.flags&bitFlagged == 0
	case conversation.ActUnstar:
		return e.flags&bitFlagged != 0
	case conversation.ActTag:
		return !slices.Contains(e.keywords, a.Tag)
	case conversation.ActUntag:
		return slices.Contains(e.keywords, a.Tag)
	case conversation.ActArchive:
		return e.away() == awayNot && e.use != string(accounts.UseSent)
	case conversation.ActDelete:
		return e.away() != awayTrash
	}
	return false
}

// target chooses the folder a copy is moved to, 0 when its account has none.
func (t *tx) target(e effect, kind conversation.ActKind) (int64, error) {
	if e.stays(kind) {
		return 0, nil
	}
	uses := [2]accounts.Use{accounts.UseArchive, accounts.UseAll}
	switch kind {
	case conversation.ActArchive:
	case conversation.ActDelete:
		uses = [2]accounts.Use{accounts.UseTrash, accounts.UseTrash}
	default:
		return 0, nil
	}
	var id int64
	_, err := t.get(`SELECT f.id FROM folder f WHERE f.use IN (?1, ?2)
		AND f.account = (SELECT account FROM folder WHERE id = ?3) ORDER BY f.use = ?1 DESC, f.id LIMIT 1`,
		[]any{string(uses[0]), string(uses[1]), e.folder}, &id)
	return id, err
}

type taskRow struct {
	id, location, message int64
	kind                  conversation.ActKind
	tag                   string
	origin, target        int64
	state, problem        string
	act                   int64
}

const taskColumns = "SELECT k.id, k.location, l.message, k.kind, k.tag, k.origin, k.target, k.state, k.problem, k.act FROM task k JOIN location l ON l.id = k.location "

func scanTask(r *sql.Rows, k *taskRow) error {
	return r.Scan(&k.id, &k.location, &k.message, &k.kind, &k.tag, &k.origin, &k.target, &k.state, &k.problem, &k.act)
}

// UndoLast takes back the last act. What was not replayed yet is dropped; what
// was, or may have been, is queued the other way round.
func (d *DB) UndoLast(ctx context.Context) (a conversation.Act, err error) {
	err = d.write(ctx, "undo", func(t *tx) error {
		var id int64
		var messages string
		ok, err := t.get("SELECT id, kind, tag, messages FROM act WHERE undone = 0 ORDER BY id DESC LIMIT 1", nil, &id, &a.Kind, &a.Tag, &messages)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("no act left: %w", conversation.ErrNotFound)
		}
		if err := json.Unmarshal([]byte(messages), &a.Messages); err != nil {
			return err
		}
		if err := t.exec("UPDATE act SET undone = 1 WHERE id = ?", id); err != nil {
			return err
		}
		return each(t, scanTask, t.undoTask, taskColumns+"WHERE k.act = ? ORDER BY k.id DESC", id)
	})
	return a, err
}

func (t *tx) undoTask(k taskRow) error {
	switch k.state {
	case "pending":
		problem := ""
		if k.problem == tried { // the server may have done it, and its answer was lost
			problem = doubted
			if err := t.reverse(k); err != nil {
				return err
			}
		}
		if err := t.exec("UPDATE task SET state = 'undone', problem = ? WHERE id = ?", problem, k.id); err != nil {
			return err
		}
	case "done":
		if err := t.reverse(k); err != nil {
			return err
		}
	}
	return t.refresh(k.message)
}

// reverse queues the opposite of a task that the server has done.
func (t *tx) reverse(k taskRow) error {
	opposite := map[conversation.ActKind]conversation.ActKind{
		conversation.ActRead: conversation.ActUnread, conversation.ActUnread: conversation.ActRead,
		conversation.ActStar: conversation.ActUnstar, conversation.ActUnstar: conversation.ActStar,
		conversation.ActTag: conversation.ActUntag, conversation.ActUntag: conversation.ActTag,
		conversation.ActArchive: conversation.ActArchive, conversation.ActDelete: conversation.ActArchive,
	}[k.kind]
	target := int64(0)
	if k.kind == conversation.ActArchive || k.kind == conversation.ActDelete {
		if k.target == 0 {
			return t.exec("UPDATE location SET put = 0 WHERE id = ?", k.location)
		}
		target = k.origin
	}
	var local bool
	if _, err := t.get("SELECT f.local FROM location l JOIN folder f ON f.id = l.folder WHERE l.id = ?", []any{k.location}, &local); err != nil {
		return err
	}
	if local {
		return t.confirm(taskRow{location: k.location, kind: opposite, tag: k.tag})
	}
	return t.exec("INSERT INTO task (act, location, kind, tag, origin, target) VALUES (?, ?, ?, ?, ?, ?)",
		k.act, k.location, string(opposite), k.tag, k.target, target)
}
