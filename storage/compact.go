package storage

import (
	"context"
	"fmt"
	"os"

	"github.com/caliopen/caliopen-tui/conversation"
)

// compactSteps are told to the progress of Compact one by one.
const compactSteps = 4

// Compact gives space back: sources that no message needs any more go, the
// search index is joined, and the file is written anew without free pages. The
// program may be running beside it: readers go on, and who wants to write
// waits. It gives the bytes on disk before and after; ErrFull when the disk has
// no room for the second copy that is needed meanwhile.
func (d *DB) Compact(ctx context.Context, progress func(done, total int)) (before, after int64, err error) {
	before = d.occupied()
	for i, step := range [compactSteps]func(context.Context) error{d.dropUnused, d.OptimizeIndex, d.roomToCompact, d.Vacuum} {
		if progress != nil {
			progress(i, compactSteps)
		}
		if err := step(ctx); err != nil {
			return before, d.occupied(), err
		}
	}
	if progress != nil {
		progress(compactSteps, compactSteps)
	}
	return before, d.occupied(), nil
}

// occupied gives the bytes of the database with its log.
func (d *DB) occupied() (n int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(d.Path() + suffix); err == nil {
			n += info.Size()
		}
	}
	return n
}

// dropUnused removes sources that belong to no message and no copy, such as the
// one from before a message was edited, some at a time.
func (d *DB) dropUnused(ctx context.Context) error {
	for {
		n := 0
		err := d.write(ctx, "drop unused sources", func(t *tx) error {
			unused, err := collect(t, scanOne[int64], `SELECT r.id FROM raw r WHERE NOT EXISTS (SELECT 1 FROM message WHERE raw = r.id)
				AND NOT EXISTS (SELECT 1 FROM location WHERE raw = r.id) AND NOT EXISTS (SELECT 1 FROM witness WHERE raw = r.id) LIMIT 500`)
			if err != nil {
				return err
			}
			n = len(unused)
			for _, id := range unused {
				if err := t.dropRaw(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// roomToCompact checks that the disk has room for what VACUUM writes: all that
// is in use goes to a file beside the database, and from there to its log.
func (d *DB) roomToCompact(ctx context.Context) error {
	if d.opt.Free == nil {
		return nil
	}
	var pages, unused, size int64
	if err := d.readers.QueryRowContext(ctx, "SELECT page_count, freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size").
		Scan(&pages, &unused, &size); err != nil {
		return wrap("compact", err)
	}
	free, err := d.opt.Free(d.dir)
	if err != nil {
		return wrap("compact", err)
	}
	if need := 2 * (pages - unused) * size; free < need {
		return wrap("compact", fmt.Errorf("%d bytes needed, %d free: %w", need, free, conversation.ErrFull))
	}
	return nil
}

// inMemory is up to how many bytes VACUUM works in memory.
const inMemory = 64 << 20

// Vacuum writes the file anew without the pages that nothing needs any more,
// and empties the log as far as no reader needs it.
func (d *DB) Vacuum(ctx context.Context) error {
	if err := d.w.acquire(ctx); err != nil {
		return wrap("vacuum", err)
	}
	defer d.w.release()
	statements := []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"}
	if d.occupied() > inMemory {
		// A large copy must not lie in memory. It is in a file without a name
		// in the data folder, never in the system's temporary one.
		if err := os.Setenv("SQLITE_TMPDIR", d.dir); err != nil {
			return wrap("vacuum", err)
		}
		defer func() { _ = os.Unsetenv("SQLITE_TMPDIR") }()
		statements = append([]string{"PRAGMA temp_store = FILE"}, append(statements, "PRAGMA temp_store = MEMORY")...)
	}
	for _, q := range statements {
		if _, err := d.w.conn.ExecContext(ctx, q); err != nil {
			_, _ = d.w.conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA temp_store = MEMORY")
			return wrap("vacuum", fmt.Errorf("%s: %w", q, err))
		}
	}
	return nil
}
