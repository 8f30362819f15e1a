package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// secret is the sealed part of a message as it is indexed in memory; without a
// serial it is one that is gone.
type secret struct {
	id, serial int64
	marks      int
	words      indexText
}

// inside is the full-text index of what is sealed. It lies in memory alone: a
// database of SQLite that no file belongs to, attached to the connection of
// whoever searches. It is there while the keys are unlocked.
type inside struct {
	mu    sync.RWMutex // writing is for whoever changes the index or takes it away
	pool  *sql.DB      // nil while there is no index
	conn  *sql.Conn
	stmts insideStatements
	uri   string
	made  int                // how many indexes there have been
	gone  map[int64]struct{} // rows that changed while the index is being built
	built bool
	upto  int64 // everything sealed with a serial up to this one is in
	done  int
	total int
	bad   error // why the index cannot be trusted any more

	building sync.Mutex // one at a time
}

// insideTables are those of the index: held tells which messages it has, and
// what is known of them only from inside.
const insideTables = "CREATE TABLE held (id INTEGER PRIMARY KEY, serial INTEGER NOT NULL, marks INTEGER NOT NULL); " + insideCreate

// begin makes an empty index unless there is one.
func (x *inside) begin(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pool != nil && x.bad == nil {
		return nil
	}
	x.end()
	x.made++
	x.uri = fmt.Sprintf("file:/caliopen-%p-%d?vfs=memdb", x, x.made)
	pool := openPool(x.uri + "&_journal_mode=MEMORY&_secure_delete=on&_cache_size=-8192")
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(context.WithoutCancel(ctx))
	if err == nil {
		_, err = conn.ExecContext(ctx, strings.Join(append([]string{insideTables}, insideRush()...), ";"))
	}
	if err != nil {
		_ = pool.Close()
		return fmt.Errorf("make the private index: %w", err)
	}
	stmts, err := prepareInside(ctx, conn)
	if err != nil {
		_ = pool.Close()
		return fmt.Errorf("make the private index: %w", err)
	}
	x.pool, x.conn, x.stmts, x.gone = pool, conn, stmts, map[int64]struct{}{}
	return nil
}

// insideStatements are those that are run for every message.
type insideStatements struct{ look, drop, forget, hold, index *sql.Stmt }

func prepareInside(ctx context.Context, conn *sql.Conn) (s insideStatements, err error) {
	for q, into := range map[string]**sql.Stmt{
		"SELECT serial FROM held WHERE id = ?":                            &s.look,
		"DELETE FROM " + indexTable + " WHERE rowid = ?":                  &s.drop,
		"DELETE FROM held WHERE id = ?":                                   &s.forget,
		"INSERT OR IGNORE INTO held (id, serial, marks) VALUES (?, ?, ?)": &s.hold,
		indexInsert: &s.index,
	} {
		if *into, err = conn.PrepareContext(context.WithoutCancel(ctx), q); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s insideStatements) close() {
	for _, stmt := range []*sql.Stmt{s.look, s.drop, s.forget, s.hold, s.index} {
		_ = stmt.Close()
	}
}

// end takes the index away. Its pages are overwritten first, since memory that
// is given back is not wiped.
func (x *inside) end() {
	if x.pool == nil {
		return
	}
	x.stmts.close()
	_, _ = x.conn.ExecContext(context.Background(), "DROP TABLE "+indexTable+"; DROP TABLE held") //nolint:contextcheck // must be done whatever ends
	_ = x.conn.Close()
	_ = x.pool.Close()
	x.pool, x.conn, x.gone, x.bad, x.built = nil, nil, nil, nil, false
	x.upto, x.done, x.total = 0, 0, 0
}

// DropPrivateIndex forgets everything that was opened of sealed messages: the
// keys were locked.
func (d *DB) DropPrivateIndex() {
	d.opened.clear()
	d.inside.mu.Lock()
	defer d.inside.mu.Unlock()
	d.inside.end()
}

// PrivateIndexed tells how many sealed messages can be searched, and of how
// many. Both are zero while there is no index.
func (d *DB) PrivateIndexed() (done, total int) {
	d.inside.mu.RLock()
	defer d.inside.mu.RUnlock()
	return d.inside.done, d.inside.total
}

// apply brings the index up to date with a transaction that was committed. An
// index that could not follow is not used any more, and made anew by the next
// build.
func (x *inside) apply(ctx context.Context, changes []secret) {
	if len(changes) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pool == nil {
		return
	}
	err := x.put(context.WithoutCancel(ctx), changes, func(s secret) bool {
		if !x.built {
			x.gone[s.id] = struct{}{}
		} else if s.serial == x.upto+1 { // no other process sealed anything in between
			x.upto++
		}
		return true
	})
	if err != nil {
		x.bad = err
	}
}

// put writes rows into the index, those that take says are wanted.
func (x *inside) put(ctx context.Context, rows []secret, take func(secret) bool) error {
	if _, err := x.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("private index: %w", err)
	}
	added := 0
	for _, s := range rows {
		if !take(s) {
			continue
		}
		n, err := x.stmts.put(ctx, s)
		if err != nil {
			_, _ = x.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return fmt.Errorf("private index: %w", err)
		}
		added += n
	}
	if _, err := x.conn.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("private index: %w", err)
	}
	x.done += added
	x.total = max(x.total, x.done)
	return nil
}

// put adds or replaces one row, and tells how many rows more there are.
func (s insideStatements) put(ctx context.Context, r secret) (added int, err error) {
	if r.serial == 0 {
		return s.take(ctx, r)
	}
	for {
		res, err := s.hold.ExecContext(ctx, r.id, r.serial, r.marks)
		if err != nil {
			return added, err
		}
		if n, err := res.RowsAffected(); n == 1 || err != nil {
			w := r.words
			_, ierr := s.index.ExecContext(ctx, r.id, w.subject, w.people, w.files, w.cjk, w.body)
			return added + 1, errors.Join(err, ierr)
		}
		gone, err := s.take(ctx, r)
		if added += gone; gone == 0 || err != nil {
			return added, err // it is there as it should be
		}
	}
}

// take removes a row unless it is the very one that is meant to be there.
func (s insideStatements) take(ctx context.Context, r secret) (added int, err error) {
	var old int64
	known, err := found(s.look.QueryRowContext(ctx, r.id).Scan(&old))
	if err != nil || !known || old == r.serial {
		return 0, err
	}
	for _, stmt := range []*sql.Stmt{s.drop, s.forget} {
		if _, err := stmt.ExecContext(ctx, r.id); err != nil {
			return 0, err
		}
	}
	return -1, nil
}

// usable tells whether searches can ask the index; its lock is held.
func (x *inside) usable() bool { return x.pool != nil && x.bad == nil }

// search runs f on one consistent snapshot, with the private index attached to
// it under the name priv where there is one.
func (d *DB) search(ctx context.Context, what string, f func(q querier, private bool) error) error {
	if d.inside.none() {
		return d.read(ctx, what, func(q querier) error { return f(q, false) })
	}
	if !d.unlocked() {
		d.DropPrivateIndex()
		return d.read(ctx, what, func(q querier) error { return f(q, false) })
	}
	if err := d.follow(ctx); err != nil {
		return wrap(what, err)
	}
	d.inside.mu.RLock()
	defer d.inside.mu.RUnlock()
	if !d.inside.usable() {
		return d.read(ctx, what, func(q querier) error { return f(q, false) })
	}
	return wrap(what, d.searchInside(ctx, f))
}

func (x *inside) none() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.pool == nil
}

func (d *DB) searchInside(ctx context.Context, f func(q querier, private bool) error) (err error) {
	conn, err := d.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "ATTACH ? AS priv", d.inside.uri); err != nil {
		return fmt.Errorf("attach the private index: %w", err)
	}
	defer detach(ctx, conn)
	t, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }()
	return f(t, true)
}

// detach takes the index from a connection; one that does not let go of it is
// closed instead of being used again.
func detach(ctx context.Context, conn *sql.Conn) {
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "DETACH priv"); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}
