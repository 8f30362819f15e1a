package storage

import (
	"context"
	"fmt"
)

// LimitPages makes the file as good as full.
func (d *DB) LimitPages(ctx context.Context, n int) error {
	return d.write(ctx, "limit", func(t *tx) error {
		_, err := t.conn.ExecContext(t.ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
}
