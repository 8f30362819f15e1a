package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Backup writes a consistent snapshot to a file that must not exist yet, while
// the program goes on, here or in another process. What was deleted is not in
// it. It has its name only when it is complete, checked and on disk, and only
// its owner can read it.
func (d *DB) Backup(ctx context.Context, path string) error {
	if err := reserve(path); err != nil {
		return wrap("back up", err)
	}
	part := path + ".part"
	err := d.snapshot(ctx, part)
	if err == nil {
		_, err = inspect(ctx, part)
	}
	if err == nil {
		err = install(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		_ = os.Remove(path)
	}
	return wrap("back up", err)
}

// reserve makes an empty file that nobody else can have made.
func reserve(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	return f.Close()
}

// snapshot copies what is in the database at one moment.
func (d *DB) snapshot(ctx context.Context, path string) error {
	_ = os.Remove(path) // of a backup that was broken off
	if err := reserve(path); err != nil {
		return err
	}
	pool := openPool(d.dsn(d.Path(), "_cache_size=-16384"))
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// install gives a complete file its name, and sees to it that both outlive a
// loss of power.
func install(from, to string) error {
	f, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	err = f.Sync()
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write to disk: %w", err)
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("name: %w", err)
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder writes the names of a folder to disk, where a system can.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	_ = f.Sync()
	return f.Close()
}

// inspect checks that a file is a sound database of this program, one that it
// can read, and gives the version of its schema.
func inspect(ctx context.Context, path string) (version int, err error) {
	if _, err := os.Stat(path); err != nil {
		return 0, fmt.Errorf("look for it: %w", err)
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "mode=ro&immutable=1"}
	pool := openPool(u.String())
	defer func() { _ = pool.Close() }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("open: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if version, err = userVersion(ctx, conn); err != nil {
		return 0, err
	}
	if known := len(migrations()); version > known {
		return version, fmt.Errorf("version %d, known up to %d: %w", version, known, ErrNewer)
	}
	var tables int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('raw', 'message', 'location', 'outbox')").Scan(&tables); err != nil {
		return version, fmt.Errorf("look for tables: %w", err)
	}
	if version == 0 || tables != 4 {
		return version, fmt.Errorf("it is no database of this program: %w", ErrCorrupt)
	}
	complaints, err := query(ctx, conn, scanOne[string], "PRAGMA integrity_check")
	if err == nil && (len(complaints) != 1 || complaints[0] != "ok") {
		err = fmt.Errorf("%q: %w", complaints[:min(len(complaints), 3)], ErrCorrupt)
	}
	return version, err
}

// Restore puts a backup in the place of the database in dir, which is set
// aside; it gives the name it has then, "" when there was none. The backup is
// checked first, and stays. What it holds on its way is not sent before its
// server was asked for it. ErrLocked says that another process has the database
// open.
func Restore(ctx context.Context, dir, backup string, now time.Time) (aside string, err error) {
	path := filepath.Join(dir, FileName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", wrap("restore", err)
	}
	if _, err := inspect(ctx, backup); err != nil {
		return "", wrap(fmt.Sprintf("restore %q", backup), err)
	}
	part := path + ".restored"
	err = copyFile(ctx, backup, part)
	if err == nil {
		_, err = inspect(ctx, part)
	}
	if err == nil {
		err = doubtOutbox(ctx, part)
	}
	if err == nil {
		err = quiet(ctx, path)
	}
	if err == nil {
		aside, err = setAside(path, "before", now)
	}
	if err == nil {
		err = install(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
	}
	return aside, wrap("restore", err)
}

// doubtOutbox has everything that a backup holds on its way asked for at its
// server before it may leave: it was sent since then, or taken back, for all
// that the backup knows.
func doubtOutbox(ctx context.Context, path string) error {
	pool := openPool((&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String())
	_, err := pool.ExecContext(ctx, "UPDATE outbox SET state = 'sending', handed = 1 WHERE state IN ('held', 'queued', 'sending')")
	if err := errors.Join(err, pool.Close()); err != nil {
		return fmt.Errorf("look at the outbox: %w", err)
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	_ = os.Remove(to) // of one that was broken off
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close(), ctx.Err()); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// quiet moves the log of a database into its file, which works only when no
// other process has it open. A damaged one is left as it is.
func quiet(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil
	}
	pool := openPool((&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_busy_timeout=100"}).String())
	defer func() { _ = pool.Close() }()
	var mode string
	err := pool.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
	if s := sentinel(err); errors.Is(s, ErrCorrupt) {
		return nil
	}
	if err == nil && mode == "wal" {
		err = conversation.ErrLocked
	}
	return err
}

// setAside gives a database another name in its folder, with its log. Where the
// file system can have two names for a file, there is no moment without one of
// the right name: what takes its place replaces it at once.
func setAside(path, why string, now time.Time) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	aside := fmt.Sprintf("%s.%s-%s", path, why, now.UTC().Format("20060102-150405"))
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, os.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s.%s-%s-%d", path, why, now.UTC().Format("20060102-150405"), n)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("set aside: %w", err)
		}
	}
	if err := os.Link(path, aside); err == nil {
		return aside, nil
	}
	if err := os.Rename(path, aside); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	return aside, nil
}
