package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"syscall"
)

// settingOpen begins the names of settings of which each stands for a process
// that has the database open and wrote to it. It is written with the first
// change, so that opening costs nothing, and removed at the end: one that is
// left tells of a process that did not come to its end.
const settingOpen = "open."

// markOpen notes that this process has the database open.
func (t *tx) markOpen() error {
	return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", t.db.mark, strconv.Itoa(os.Getpid()))
}

// unmark takes that back. Nobody waits for it: if it fails, all that happens is
// that the derived data is checked once more.
func (d *DB) unmark() {
	ctx := context.Background()
	if !d.w.marked || d.w.acquire(ctx) != nil {
		return
	}
	defer d.w.release()
	_, _ = d.w.conn.ExecContext(ctx, "PRAGMA busy_timeout = 200")
	_, _ = d.w.conn.ExecContext(ctx, "DELETE FROM setting WHERE key = ?", d.mark)
}

// Mended is what Mend found after a process that did not come to its end.
type Mended struct {
	Looked bool     // there was a reason to look
	Done   []string // what was wrong and is not any more
	Left   []string // what only a rebuild mends
}

// Mend checks what is derived from the messages when a process before this one
// did not come to its end, and mends it: texts, the search index, sums,
// conversations. Changes are all or nothing, so there should be nothing to mend;
// but what is shown must not stay wrong where that failed. It reads the whole
// database and belongs in the background.
func (d *DB) Mend(ctx context.Context) (m Mended, err error) {
	marks, err := d.unclean(ctx)
	if err != nil || len(marks) == 0 {
		return m, err
	}
	m.Looked = true
	wrong, err := d.wrong(ctx)
	if err != nil {
		return m, err
	}
	mends := mends()
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if _, ok := mends[name]; ok {
			m.Done = append(m.Done, name)
		} else {
			m.Left = append(m.Left, name)
		}
	}
	if slices.Contains(m.Done, checkIndexed) {
		if extra, err := d.indexTooMuch(ctx); err != nil || extra {
			err = errors.Join(err, d.Reindex(ctx))
			if err != nil {
				return m, err
			}
		}
	}
	err = d.write(ctx, "mend", func(t *tx) error {
		for _, name := range m.Done {
			if err := mends[name](t); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		for _, k := range marks {
			if err := t.exec("DELETE FROM setting WHERE key = ?", k); err != nil {
				return err
			}
		}
		return nil
	})
	return m, err
}

type mark struct{ key, pid string }

// unclean gives the marks of processes that are not there any more.
func (d *DB) unclean(ctx context.Context) (keys []string, err error) {
	marks, err := query(ctx, d.readers, func(r *sql.Rows, m *mark) error { return r.Scan(&m.key, &m.pid) },
		"SELECT key, value FROM setting WHERE key >= ? AND key < ? AND key <> ?", settingOpen, settingOpen+"~", d.mark)
	for _, m := range marks {
		if pid, err := strconv.Atoi(m.pid); err != nil || pid == os.Getpid() || !alive(pid) {
			keys = append(keys, m.key)
		}
	}
	return keys, wrap("look how it ended", err)
}

// alive tells whether there is a process of that number. Where that cannot be
// asked, there is none.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// wrong gives what the checks find.
func (d *DB) wrong(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for name, q := range checks() {
		var n int
		if err := d.readers.QueryRowContext(ctx, q).Scan(&n); err != nil {
			return nil, wrap("check "+name, err)
		}
		if n > 0 {
			out[name] = n
		}
	}
	return out, nil
}

// mends are the remedies of those checks that have one.
func mends() map[string]func(*tx) error {
	return map[string]func(*tx) error{
		checkTexts:    (*tx).mendTexts,
		checkIndexed:  (*tx).mendIndex,
		checkCircles:  (*tx).mendSums,
		checkSums:     (*tx).mendSums,
		checkTitles:   (*tx).dropEmpty,
		checkSealed:   doing("DELETE FROM sealed WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = sealed.message AND marks & 128 <> 0)"),
		checkWitness:  doing("DELETE FROM witness WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = witness.message)"),
		checkElection: (*tx).mendElections,
	}
}

func doing(q string) func(*tx) error { return func(t *tx) error { return t.exec(q) } }

func (t *tx) dropEmpty() error {
	return t.exec("DELETE FROM conversation WHERE NOT EXISTS (SELECT 1 FROM circle WHERE conversation = conversation.id)")
}

// mendTexts removes texts without a message, from the index first.
func (t *tx) mendTexts() error {
	return each(t, scanOne[int64], func(id int64) error {
		if err := t.exec(indexDelete, id); err != nil {
			return err
		}
		return t.exec("DELETE FROM doc WHERE id = ?", id)
	}, "SELECT id FROM doc WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = doc.id)")
}

// mendIndex indexes what is not.
func (t *tx) mendIndex() error {
	return each(t, scanOne[int64], func(id int64) error { return t.exec(indexFill, id-1, id) },
		"SELECT id FROM doc WHERE id NOT IN (SELECT rowid FROM "+indexTable+"_docsize) ORDER BY id")
}

// indexTooMuch tells whether the index knows texts that are gone. Then it is made
// anew: nothing can be taken out of it without the words.
func (d *DB) indexTooMuch(ctx context.Context) (extra bool, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+indexTable+"_docsize WHERE rowid NOT IN (SELECT id FROM doc))").Scan(&extra)
	return extra, wrap("look at the search index", err)
}

// mendSums adds up what differs.
func (t *tx) mendSums() error {
	const true1 = `(SELECT count(*), coalesce(sum(m.read = 0), 0), coalesce(sum(m.starred), 0), coalesce(max(m.id), 0),
		coalesce(max(CASE WHEN m.direction = 'in' THEN m.id END), 0) FROM message m WHERE m.circle = circle.id AND m.away < 2)`
	if err := t.exec("UPDATE circle SET (messages, unread, starred, last, heard) = " + true1 + " WHERE (messages, unread, starred, last, heard) <> " + true1); err != nil {
		return err
	}
	return each(t, scanOne[int64], t.sumConversation, "SELECT id FROM conversation")
}

// mendElections lets the worst copy of a message stand for it.
func (t *tx) mendElections() error {
	return each(t, scanOne[int64], t.elect, "SELECT DISTINCT w.message FROM witness w JOIN message m ON m.id = w.message WHERE w.score < m.score")
}
