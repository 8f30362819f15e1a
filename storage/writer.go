package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
)

// writer is the one connection that writes. The channel is a lock that can be
// waited for with a context.
type writer struct {
	conn    *sql.Conn
	lock    chan struct{}
	stmts   map[string]*sql.Stmt
	cache   *cache
	version int64 // PRAGMA data_version: changes when another connection commits
	rushing bool  // the index puts its merging off
	foreign bool  // another process wrote since Foreign was last asked
	epoch   int64 // the rebuild that new messages count as derived by
	marked  bool  // it stands in the database that this process has it open
}

func newWriter(conn *sql.Conn) *writer {
	return &writer{conn: conn, lock: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}, cache: newCache()}
}

func (w *writer) acquire(ctx context.Context) error {
	select {
	case w.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) release() { <-w.lock }

func (w *writer) close() error {
	w.lock <- struct{}{}
	defer w.release()
	for _, s := range w.stmts {
		_ = s.Close()
	}
	return w.conn.Close()
}

// look notices whether another process wrote, and forgets what was cached.
func (w *writer) look(ctx context.Context) error {
	var v int64
	if err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v); err != nil {
		return fmt.Errorf("read the data version: %w", err)
	}
	if w.version != 0 && v != w.version {
		w.foreign = true
		w.cache = newCache()
	}
	w.version = v
	return nil
}

// Foreign tells whether another process wrote since the last call.
func (d *DB) Foreign(ctx context.Context) (bool, error) {
	if err := d.w.acquire(ctx); err != nil {
		return false, wrap("look for changes", err)
	}
	defer d.w.release()
	if err := d.w.look(ctx); err != nil {
		return false, wrap("look for changes", err)
	}
	foreign := d.w.foreign
	d.w.foreign = false
	return foreign, nil
}

// wipe says whether what is deleted is overwritten, so that nothing of a draft
// or a message stays in free pages. It costs a fifth of a first sync, during
// which nothing is deleted but parts of the index that were joined.
func (w *writer) wipe(ctx context.Context, on bool) error {
	q := "PRAGMA secure_delete = OFF"
	if on {
		q = "PRAGMA secure_delete = ON"
	}
	if _, err := w.conn.ExecContext(ctx, q); err != nil {
		return fmt.Errorf("say what is wiped: %w", err)
	}
	return nil
}

// tx is a write transaction. It collects what changed in circles and addresses
// and writes that once, at its end.
type tx struct {
	*writer
	db        *DB
	ctx       context.Context //nolint:containedctx // a tx lives as long as one call
	circles   map[int64]*delta
	parties   map[int64]*tally
	convs     map[int64]struct{}
	doubted   map[string]struct{} // names of the table reach that a message does not show any more
	gone      []conversationMove
	newUnread int
	new       int
	fresh     []conversation.MessageID // see accounts.Change
	private   []secret                 // for the index in memory, once this is done
	wrote     bool                     // something changed
	over      bool                     // nothing can take part any more
	failed    error                    // what went wrong in a part

	quarantine bool // there are copies that could not be fetched
}

// What Options.Step is told begins with one of these.
const (
	beforeCommit = "before: "
	afterCommit  = "after: "
)

// write runs f in a transaction that is on disk when write returns.
func (d *DB) write(ctx context.Context, what string, f func(*tx) error) error {
	if t := d.within(ctx); t != nil {
		return wrap(what, t.join(f))
	}
	if err := d.w.acquire(ctx); err != nil {
		return wrap(what, err)
	}
	defer d.w.release()
	if err := d.transact(ctx, what, f); err != nil {
		return wrap(what, err)
	}
	return nil
}

func (d *DB) transact(ctx context.Context, what string, f func(*tx) error) error {
	if err := d.inPlace(); err != nil {
		return err
	}
	inner := context.WithoutCancel(ctx)
	t := &tx{writer: d.w, db: d, ctx: inner}
	t.reset()
	if _, err := d.w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	rushing := d.w.rushing
	err := d.w.look(inner)
	if err == nil {
		err = f(t)
	}
	if err == nil {
		err = t.settle()
	}
	if err == nil {
		err = ctx.Err()
	}
	marks := err == nil && t.wrote && !d.w.marked
	if marks {
		err = t.markOpen()
	}
	if err == nil {
		d.opt.Step(beforeCommit + what)
		err = t.exec("COMMIT")
	}
	if err != nil {
		_, _ = d.w.conn.ExecContext(inner, "ROLLBACK")
		if d.w.rushing != rushing {
			err = errors.Join(err, d.w.wipe(inner, !rushing))
		}
		d.w.cache, d.w.rushing = newCache(), rushing
		return err
	}
	d.w.marked = d.w.marked || marks
	d.opt.Step(afterCommit + what)
	d.inside.apply(ctx, t.private)
	return nil
}

func (t *tx) reset() {
	t.circles, t.parties, t.convs = map[int64]*delta{}, map[int64]*tally{}, map[int64]struct{}{}
	t.doubted = map[string]struct{}{}
}

// stmt gives the prepared statement of a constant query. Queries that are
// built go to the connection itself, so that the map stays small.
func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	t.stmts[query] = s
	return s, nil
}

func (t *tx) exec(query string, args ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	res, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err == nil && n > 0 {
		t.wrote = true
	}
	return nil
}

// insert runs a statement and gives the row id it made.
func (t *tx) insert(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	t.wrote = true
	return res.LastInsertId()
}

// get reads one row; it tells whether there was one.
func (t *tx) get(query string, args []any, into ...any) (bool, error) {
	s, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	return found(s.QueryRowContext(t.ctx, args...).Scan(into...))
}

// each reads all rows before it calls f for any, so that f may write.
func each[T any](t *tx, scan func(*sql.Rows, *T) error, f func(T) error, query string, args ...any) error {
	all, err := collect(t, scan, query, args...)
	if err != nil {
		return err
	}
	for _, v := range all {
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

func collect[T any](t *tx, scan func(*sql.Rows, *T) error, query string, args ...any) ([]T, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(t.ctx, args...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scan)
}

func scanAll[T any](rows *sql.Rows, scan func(*sql.Rows, *T) error) (out []T, err error) {
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func found(err error) (bool, error) {
	switch err { //nolint:errorlint // Scan gives it bare
	case nil:
		return true, nil
	case sql.ErrNoRows:
		return false, nil
	}
	return false, err
}

func scanOne[T any](r *sql.Rows, v *T) error { return r.Scan(v) }
