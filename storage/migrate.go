package storage

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed migration/*.sql
var migrationFiles embed.FS

// migration is one numbered step of the schema; its number is its place.
type migration struct {
	name string
	sql  string
}

func migrations() []migration {
	names, err := fs.Glob(migrationFiles, "migration/*.sql")
	if err != nil {
		return nil
	}
	slices.Sort(names)
	var out []migration
	for _, n := range names {
		text, err := migrationFiles.ReadFile(n)
		if err != nil {
			return nil
		}
		out = append(out, migration{n, string(text)})
	}
	return out
}

// migrate brings the schema up to date, one transaction a step: whoever dies in
// one leaves the schema as it was before that.
func migrate(ctx context.Context, conn *sql.Conn, steps []migration, told func(what string)) error {
	version, err := userVersion(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("version %d, known up to %d: %w", version, len(steps), ErrNewer)
	}
	for n := version; n < len(steps); n++ {
		if err := migrateStep(ctx, conn, n, steps[n], told); err != nil {
			return fmt.Errorf("migrate to %s: %w", steps[n].name, err)
		}
	}
	return nil
}

// migrateStep runs the step from version n to n+1, unless another process was
// faster: the version is read again once the lock is held.
func migrateStep(ctx context.Context, conn *sql.Conn, n int, m migration, told func(what string)) error {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err := migrateInside(ctx, conn, n, m)
	if err == nil {
		told(beforeCommit + m.name)
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}
	told(afterCommit + m.name)
	return nil
}

func migrateInside(ctx context.Context, conn *sql.Conn, n int, m migration) error {
	version, err := userVersion(ctx, conn)
	if err != nil || version > n {
		return err
	}
	if _, err := conn.ExecContext(ctx, m.sql); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", n+1)); err != nil {
		return fmt.Errorf("set the version: %w", err)
	}
	return nil
}

func userVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	var v int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return 0, fmt.Errorf("read the version: %w", err)
	}
	return v, nil
}
