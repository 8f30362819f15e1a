package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// FileName is the name of the database in the data folder.
const FileName = "caliopen.db"

// Options of Open. The zero value is usable.
type Options struct {
	// Now is the clock, time.Now when nil.
	Now conversation.Clock
	// Random fills identifiers of drafts and outbox entries; crypto/rand when nil.
	Random func([]byte)
	// Score computes facts and index again when the evidence of a message
	// changed; by the rules of package privacy when nil.
	Score func(privacy.Evidence) (privacy.Facts, privacy.Index)
	// Progress is told how far a rebuild of the search index is.
	Progress func(done, total int)
	// BusyTimeout is how long another process is waited for; 10 s when zero.
	BusyTimeout time.Duration
	// Vault keeps sealed messages sealed; nil keeps nothing of them but what
	// stands outside the seal. SealAll keeps every message in it.
	Vault   Vault
	SealAll bool
	// Free gives the bytes that a disk has free; nil when that cannot be known.
	Free func(dir string) (int64, error)
	// Step is told right before and right after each commit what it is of, so
	// that tests can end the process at any of them; nil in the program.
	Step func(what string)
}

// DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	dir      string
	opt      Options
	readers  *sql.DB
	writers  *sql.DB
	w        *writer
	pack     *packer
	opened   *openedParts
	inside   *inside
	file     os.FileInfo
	mark     string   // names this process while it has the database open
	written  sync.Map // drafts that were saved here
	warnings []string
}

// Open opens the database in dir and makes both when they are missing. The
// folder becomes 0700 and the files 0600.
func Open(ctx context.Context, dir string, opt Options) (*DB, error) {
	d := &DB{dir: dir, opt: opt.filled(), opened: newOpenedParts(), inside: &inside{}}
	path := filepath.Join(dir, FileName)
	warnings, err := secure(dir, path)
	if err != nil {
		return nil, wrap("open "+path, err)
	}
	if d.file, err = os.Stat(path); err != nil {
		return nil, wrap("open "+path, err)
	}
	d.warnings, d.mark = warnings, fmt.Sprintf("%s%d.%d", settingOpen, os.Getpid(), d.opt.Now().UnixNano())
	if d.pack, err = newPacker(); err != nil {
		return nil, wrap("open", err)
	}
	if err := d.connect(ctx, path); err != nil {
		_ = d.Close()
		return nil, wrap("open "+path, err)
	}
	return d, nil
}

// logLimit is what the write-ahead log shrinks to when it is begun anew; while
// somebody reads during a first sync, it can grow far beyond that.
const logLimit = "PRAGMA journal_size_limit = 16777216"

func (d *DB) connect(ctx context.Context, path string) error {
	d.writers = openPool(d.dsn(path, "_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-32768&_secure_delete=on"))
	d.writers.SetMaxOpenConns(1)
	conn, err := d.writers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open the writing connection: %w", err)
	}
	if _, err := conn.ExecContext(ctx, logLimit); err != nil {
		return fmt.Errorf("limit the log: %w", err)
	}
	d.w = newWriter(conn)
	if err := migrate(ctx, conn, migrations(), d.opt.Step); err != nil {
		return err
	}
	d.readers = openPool(d.dsn(path, "_query_only=true&_cache_size=-16384"))
	d.readers.SetMaxOpenConns(4)
	d.readers.SetMaxIdleConns(4)
	if err := d.w.look(ctx); err != nil {
		return err
	}
	if d.w.epoch, err = d.epoch(ctx); err != nil {
		return err
	}
	return d.prepareIndex(ctx)
}

func (d *DB) dsn(path, more string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	u.RawQuery = fmt.Sprintf("_busy_timeout=%d&_foreign_keys=on&%s", d.opt.BusyTimeout.Milliseconds(), more)
	return u.String()
}

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = systemRandom
	}
	if o.Score == nil {
		o.Score = score
	}
	if o.Step == nil {
		o.Step = func(string) {}
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 10 * time.Second
	}
	return o
}

// Warnings tells what Open had to mend, as codes of the catalogue.
func (d *DB) Warnings() []string { return d.warnings }

// inPlace tells whether the file that is open is the one that others find.
func (d *DB) inPlace() error {
	info, err := os.Stat(d.Path())
	if err != nil || !os.SameFile(info, d.file) {
		return errors.Join(ErrGone, err)
	}
	return nil
}

// Path gives the file the database is kept in.
func (d *DB) Path() string { return filepath.Join(d.dir, FileName) }

// Close ends all connections. Writes under way are finished first.
func (d *DB) Close() error {
	d.DropPrivateIndex()
	var errs []error
	if d.readers != nil {
		errs = append(errs, d.readers.Close())
	}
	if d.w != nil {
		d.unmark()
		errs = append(errs, d.w.close())
	}
	if d.writers != nil {
		errs = append(errs, d.writers.Close())
	}
	d.pack.close()
	return errors.Join(errs...)
}

// secure makes the folder and the file with narrow permissions and narrows
// those that are too wide. It gives the codes of what it had to mend.
func secure(dir, path string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make the file: %w", err)
	}
	var warnings []string
	if narrowed(dir, 0o700) {
		warnings = append(warnings, "storage.folder_mode")
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if narrowed(path+suffix, 0o600) {
			warnings = append(warnings, "storage.file_mode")
		}
	}
	return warnings, nil
}

// narrowed takes away permissions beyond mode and tells whether there were any
// that were not its owner's. A file system without permissions is left alone.
func narrowed(path string, mode os.FileMode) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&^mode == 0 {
		return false
	}
	_ = os.Chmod(path, mode)
	return true
}
