package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// LimitPages makes the file as good as full.
func (d *DB) LimitPages(ctx context.Context, n int) error {
	return d.write(ctx, "limit", func(t *tx) error {
		_, err := t.conn.ExecContext(t.ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
}

// Scans gives the statements run so far that read a whole table, or sort.
func (d *DB) Scans(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := d.write(ctx, "explain", func(t *tx) error {
		for q := range d.w.stmts {
			rows, err := t.conn.QueryContext(t.ctx, "EXPLAIN QUERY PLAN "+q, make([]any, strings.Count(q, "?"))[:d.parameters(q)]...)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			steps, err := scanAll(rows, func(r *sql.Rows, s *string) error {
				var a, b, c int
				return r.Scan(&a, &b, &c, s)
			})
			if err != nil {
				return err
			}
			for _, s := range steps {
				if strings.HasPrefix(s, "SCAN ") {
					out[q] = s
				}
			}
		}
		return nil
	})
	return out, err
}

// parameters counts the arguments of a query: numbered ones once.
func (d *DB) parameters(q string) int {
	n := strings.Count(q, "?")
	for i := 1; i < 10; i++ {
		if c := strings.Count(q, fmt.Sprintf("?%d", i)); c > 0 {
			n -= c - 1
		}
	}
	return n
}

// MakeOld writes a database of the schema before sealed messages were kept,
// with the statements given.
func MakeOld(ctx context.Context, path string, statements ...string) error {
	pool, err := sql.Open("sqlite3", path)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, migrations()[:2], func(string) {}); err != nil {
		return err
	}
	for _, q := range statements {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return conn.Close()
}

// TempStores gives where each kind of connection keeps temporary tables.
func (d *DB) TempStores(ctx context.Context) (out []int, err error) {
	for _, q := range []querier{d.w.conn, d.readers, d.inside.conn} {
		var n int
		if err := q.QueryRowContext(ctx, "PRAGMA temp_store").Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// Wipes tells whether deleted content is overwritten.
func (d *DB) Wipes(ctx context.Context) (on bool, err error) {
	err = d.w.conn.QueryRowContext(ctx, "PRAGMA secure_delete").Scan(&on)
	return on, err
}

// Interrupt runs one more migration step that does half its work and fails.
func (d *DB) Interrupt(ctx context.Context) error {
	steps := append(migrations(), migration{"broken", "CREATE TABLE half (a); INSERT INTO absent VALUES (1)"})
	return migrate(ctx, d.w.conn, steps, func(string) {})
}

// Tables counts the tables of that name, and gives the schema's version.
func (d *DB) Tables(ctx context.Context, name string) (n, version int, err error) {
	if err := d.readers.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = ?", name).Scan(&n); err != nil {
		return 0, 0, err
	}
	return n, version, d.readers.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
}

// ForgetIndex makes the index look like one of another build.
func (d *DB) ForgetIndex(ctx context.Context) error {
	return d.write(ctx, "forget", func(t *tx) error {
		if _, err := t.conn.ExecContext(t.ctx, indexDrop); err != nil {
			return err
		}
		return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, 'another')", settingIndex)
	})
}

// Rows counts the rows of a table.
func (d *DB) Rows(t testing.TB, table string) (n int) {
	t.Helper()
	if err := d.readers.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// MoveSealed gives the last message the sealed part of the first one.
func (d *DB) MoveSealed(ctx context.Context) error {
	return d.write(ctx, "swap", func(t *tx) error {
		return t.exec(`UPDATE sealed SET serial = serial + 100, (head, body) = (SELECT head, body FROM sealed ORDER BY message LIMIT 1)
			WHERE message = (SELECT max(message) FROM sealed)`)
	})
}

// Empty moves the log into the database.
func (d *DB) Empty(ctx context.Context) error {
	_, err := d.w.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// HeaderBlock is what a mail is recognised by.
func HeaderBlock(raw []byte) []byte { return headerBlock(raw) }

// ForgetHeads makes the sources look like those from before headers were noted.
func (d *DB) ForgetHeads(ctx context.Context) error {
	return d.write(ctx, "forget", func(t *tx) error { return t.exec("UPDATE raw SET head = NULL") })
}

// Inflate makes the database large.
func (d *DB) Inflate(ctx context.Context, bytes int) error {
	return d.write(ctx, "inflate", func(t *tx) error {
		_, err := t.conn.ExecContext(t.ctx, "CREATE TABLE weight AS SELECT randomblob(?) AS x", bytes)
		return err
	})
}

// IndexDelete takes what follows out of the search index.
var IndexDelete = strings.TrimSuffix(indexDelete, "?")

// Damage runs statements that break what is derived, and no rule holds them back.
func (d *DB) Damage(ctx context.Context, statements ...string) error {
	pool := openPool(d.Path())
	defer func() { _ = pool.Close() }()
	for _, q := range statements {
		if _, err := pool.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// Forsake closes the database like a process that dies.
func (d *DB) Forsake(ctx context.Context) error {
	d.w.marked = false
	if _, err := d.w.conn.ExecContext(ctx, "UPDATE setting SET value = '999999999' WHERE key = ?", d.mark); err != nil {
		return err
	}
	return d.Close()
}

// RootOf gives the page at the root of a table, 0 for none, and the size of pages.
func RootOf(ctx context.Context, path, table string) (root, size int64, err error) {
	pool := openPool(path)
	defer func() { _ = pool.Close() }()
	err = pool.QueryRowContext(ctx, "SELECT coalesce((SELECT rootpage FROM sqlite_master WHERE name = ?), 0), (SELECT page_size FROM pragma_page_size)", table).Scan(&root, &size)
	return root, size, err
}

// SchemaBetween compares the schema of a file with that of its version, made
// anew; it tells what differs.
func SchemaBetween(ctx context.Context, path string) (string, error) {
	schema := func(conn *sql.Conn) ([]string, error) {
		return query(ctx, conn, scanOne[string], "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE '%index4%' AND name NOT LIKE '%index5%' ORDER BY 1")
	}
	pool, fresh := openPool(path), openPool(":memory:")
	defer func() { _, _ = pool.Close(), fresh.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	version, err := userVersion(ctx, conn)
	if err != nil {
		return "", err
	}
	other, err := fresh.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = other.Close() }()
	if err := migrate(ctx, other, migrations()[:version], func(string) {}); err != nil {
		return "", err
	}
	have, err := schema(conn)
	if err != nil {
		return "", err
	}
	want, err := schema(other)
	for _, s := range want {
		if at := slices.Index(have, s); at >= 0 {
			have = slices.Delete(have, at, at+1)
		} else if err == nil {
			return fmt.Sprintf("version %d without %q", version, s), nil
		}
	}
	if len(have) > 0 {
		return fmt.Sprintf("version %d with %q", version, have), nil
	}
	return "", err
}

// Hold keeps the right to write until the function it gives is called.
func (d *DB) Hold(t testing.TB) func() {
	t.Helper()
	if _, err := d.w.conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() { _, _ = d.w.conn.ExecContext(context.Background(), "ROLLBACK") }
}

// Settings gives pragmas of the connection that writes.
func (d *DB) Settings(ctx context.Context, names ...string) (out []string, err error) {
	for _, n := range names {
		var v string
		if err := d.w.conn.QueryRowContext(ctx, "PRAGMA "+n).Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// RawBytes gives what the sources take up, with the pages they do not fill.
func (d *DB) RawBytes(ctx context.Context) (n int64, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT coalesce(sum(length(packed) + 96), 0) FROM raw").Scan(&n)
	return n, err
}
