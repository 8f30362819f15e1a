package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Stats tells how much is stored.
type Stats struct {
	Messages, Conversations, Contacts, Copies int
	Quarantined, Tasks, Drafts, Outbox        int
	Bytes                                     int64 // of the file
}

// Stats counts what is stored.
func (d *DB) Stats(ctx context.Context) (s Stats, err error) {
	err = d.readers.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM conversation WHERE messages > 0),
		(SELECT count(*) FROM contact), (SELECT count(*) FROM location), (SELECT count(*) FROM quarantine),
		(SELECT count(*) FROM task WHERE state = 'pending'), (SELECT count(*) FROM draft), (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'cancelled'))`).
		Scan(&s.Messages, &s.Conversations, &s.Contacts, &s.Copies, &s.Quarantined, &s.Tasks, &s.Drafts, &s.Outbox)
	if info, serr := os.Stat(d.Path()); serr == nil {
		s.Bytes = info.Size()
	}
	return s, wrap("count", err)
}

// Quarantined is a copy that could not be fetched.
type Quarantined struct {
	Account conversation.AccountID
	Folder  string
	UID     uint32
	ID      string
	Reason  string
}

// Quarantined lists the copies that could not be fetched.
func (d *DB) Quarantined(ctx context.Context) ([]Quarantined, error) {
	out, err := query(ctx, d.readers, scanQuarantined, `SELECT a.name, f.name, q.uid, q.remote, q.reason FROM quarantine q
		JOIN folder f ON f.id = q.folder JOIN account a ON a.id = f.account ORDER BY a.name, f.name, q.uid, q.remote`)
	return out, wrap("list what could not be fetched", err)
}

func scanQuarantined(r *sql.Rows, q *Quarantined) error {
	return r.Scan(&q.Account, &q.Folder, &q.UID, &q.ID, &q.Reason)
}

// Intact reads every page of the database and gives ErrCorrupt when one of them
// is damaged: what nothing has read since may have been so for long.
func (d *DB) Intact(ctx context.Context) error {
	lines, err := query(ctx, d.readers, scanOne[string], "PRAGMA quick_check(1)")
	if err == nil && (len(lines) != 1 || lines[0] != "ok") {
		err = fmt.Errorf("%w: %.300q", ErrCorrupt, lines)
	}
	return wrap("read all of it", err)
}

// Check looks for damage: in the file, in references, in the search index and
// in sums. Each problem is one line of technical text for a report.
func (d *DB) Check(ctx context.Context) (problems []string, err error) {
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		lines, err := d.pragma(ctx, pragma)
		if err != nil {
			return nil, wrap("check", err)
		}
		problems = append(problems, lines...)
	}
	counts, err := d.wrong(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		problems = append(problems, fmt.Sprintf("%s: %d", name, counts[name]))
	}
	problems = append(problems, d.readable()...)
	err = d.write(ctx, "check the search index", func(t *tx) error { return t.exec(indexCheck) })
	if err != nil {
		problems = append(problems, err.Error())
	}
	return problems, nil
}

// readable names the files of the database and of the keys that others than
// their owner can read.
func (d *DB) readable() (problems []string) {
	files := []string{d.dir, d.Path(), d.Path() + "-wal", d.Path() + "-shm", filepath.Join(d.dir, keyFolder)}
	keys, err := os.ReadDir(filepath.Join(d.dir, keyFolder))
	for _, k := range keys {
		files = append(files, filepath.Join(d.dir, keyFolder, k.Name()))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		problems = append(problems, err.Error())
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Mode().Perm()&0o077 != 0 {
			problems = append(problems, fmt.Sprintf("others can read %s: %v", f, info.Mode().Perm()))
		}
	}
	return problems
}

// keyFolder is where the secret keys lie, beside the database.
const keyFolder = "keys"

// The checks that Mend has a remedy for.
const (
	checkTexts    = "texts without message"
	checkIndexed  = "texts not indexed"
	checkTitles   = "conversations without circles"
	checkElection = "messages with a better score than one of their copies"
	checkWitness  = "witnesses without message"
	checkSealed   = "sealed parts without message"
	checkCircles  = "wrong sums of circles"
	checkSums     = "wrong sums of conversations"
)

// checks are questions that must all be answered with 0.
func checks() map[string]string {
	return map[string]string{
		"messages without text": "SELECT count(*) FROM message m WHERE NOT EXISTS (SELECT 1 FROM doc WHERE id = m.id)",
		checkTexts:              "SELECT count(*) FROM doc d WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = d.id)",
		checkIndexed:            "SELECT abs((SELECT count(*) FROM doc) - (SELECT count(*) FROM " + indexTable + "_docsize))",
		checkTitles:             "SELECT count(*) FROM conversation v WHERE NOT EXISTS (SELECT 1 FROM circle WHERE conversation = v.id)",
		"messages nobody holds": `SELECT count(*) FROM message m WHERE NOT EXISTS (SELECT 1 FROM location WHERE message = m.id)
			AND NOT EXISTS (SELECT 1 FROM orphan WHERE message = m.id)
			AND EXISTS (SELECT 1 FROM folder WHERE account = m.account AND local = 0)`, // without: kept when its account was dropped
		checkElection:                  `SELECT count(*) FROM witness w JOIN message m ON m.id = w.message WHERE w.score < m.score`,
		checkWitness:                   "SELECT count(*) FROM witness w WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = w.message)",
		checkSealed:                    "SELECT count(*) FROM sealed z WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = z.message AND marks & 128 <> 0)",
		"messages without sealed part": "SELECT count(*) FROM message m WHERE marks & 128 <> 0 AND NOT EXISTS (SELECT 1 FROM sealed WHERE message = m.id)",
		checkCircles: `SELECT count(*) FROM circle c WHERE (messages, unread, starred, last, heard) <> (SELECT count(*), coalesce(sum(m.read = 0), 0),
			coalesce(sum(m.starred), 0), coalesce(max(m.id), 0), coalesce(max(CASE WHEN m.direction = 'in' THEN m.id END), 0)
			FROM message m WHERE m.circle = c.id AND m.away < 2)`,
		checkSums: `SELECT count(*) FROM conversation v WHERE (messages, unread, starred, last, heard) <>
			(SELECT sum(messages), sum(unread), sum(starred), max(last), max(heard) FROM circle WHERE conversation = v.id)`,
	}
}

// pragma gives the complaints of a check; "ok" is none.
func (d *DB) pragma(ctx context.Context, name string) ([]string, error) {
	rows, err := d.readers.QueryContext(ctx, "PRAGMA "+name)
	if err != nil {
		return nil, err
	}
	lines, err := scanAll(rows, func(r *sql.Rows, s *string) error {
		columns, err := r.Columns()
		if err != nil {
			return err
		}
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(sql.NullString)
		}
		if err := r.Scan(cells...); err != nil {
			return err
		}
		*s = name + ": " + cells[0].(*sql.NullString).String
		return nil
	})
	if len(lines) == 1 && lines[0] == name+": ok" {
		lines = nil
	}
	return lines, err
}
