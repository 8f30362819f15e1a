package storage

import (
	"context"
	"fmt"
)

// Vacuum writes the file anew without the pages that nothing needs any more,
// and empties the log.
func (d *DB) Vacuum(ctx context.Context) error {
	if err := d.w.acquire(ctx); err != nil {
		return wrap("vacuum", err)
	}
	defer d.w.release()
	for _, q := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := d.w.conn.ExecContext(ctx, q); err != nil {
			return wrap("vacuum", fmt.Errorf("%s: %w", q, err))
		}
	}
	return nil
}
