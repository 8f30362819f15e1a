package storage

import (
	"context"
	"fmt"
)

// settingIndex remembers which module holds the index. The index is derived:
// a build with another module makes its own.
const settingIndex = "index.module"

// prepareIndex makes sure that this build's full-text index is there and was
// not left behind by a build with the other module.
func (d *DB) prepareIndex(ctx context.Context) error {
	var module string
	err := d.readers.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", settingIndex).Scan(&module)
	if _, err = found(err); err != nil {
		return fmt.Errorf("look for the index: %w", err)
	}
	if module != indexModule {
		if err := d.Reindex(ctx); err != nil {
			return err
		}
	}
	_, err = found(d.readers.QueryRowContext(ctx, indexRushing).Scan(&d.w.rushing))
	return err
}

// rush puts the joining of index segments off until the pass is over.
func (t *tx) rush() error {
	if t.rushing {
		return nil
	}
	t.rushing = true
	if err := t.wipe(t.ctx, false); err != nil {
		return err
	}
	return t.all(indexRush())
}

// calm ends what rush began. A process that died in between left the index in
// a rush; the next pass ends it.
func (t *tx) calm() error {
	if !t.rushing {
		return nil
	}
	t.rushing = false
	if err := t.wipe(t.ctx, true); err != nil {
		return err
	}
	return t.all(append(indexCalm(), indexMerge))
}

func (t *tx) all(statements []string) error {
	for _, q := range statements {
		if err := t.exec(q); err != nil {
			return err
		}
	}
	return nil
}

// Reindex builds the full-text index anew in one transaction.
func (d *DB) Reindex(ctx context.Context) error {
	return d.write(ctx, "build the search index", func(t *tx) error {
		for _, q := range append([]string{indexDrop, indexCreate}, indexTuning()...) {
			if _, err := t.conn.ExecContext(t.ctx, q); err != nil {
				return err
			}
		}
		if err := t.fillIndex(ctx); err != nil {
			return err
		}
		return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", settingIndex, indexModule)
	})
}

func (t *tx) fillIndex(ctx context.Context) error {
	var total int
	if _, err := t.get("SELECT count(*) FROM doc", nil, &total); err != nil {
		return err
	}
	for done, last := 0, int64(0); ; done += indexStep {
		if err := ctx.Err(); err != nil {
			return err
		}
		var next int64
		if _, err := t.get("SELECT coalesce(max(id), 0) FROM (SELECT id FROM doc WHERE id > ? ORDER BY id LIMIT ?)", []any{last, indexStep}, &next); err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		if err := t.exec(indexFill, last, next); err != nil {
			return err
		}
		last = next
		if t.db.opt.Progress != nil {
			t.db.opt.Progress(min(done+indexStep, total), total)
		}
	}
}

// indexStep is how many messages are indexed between two looks at the context.
const indexStep = 1000

// OptimizeIndex joins the segments of the full-text index; it is worth its
// seconds once after a first sync.
func (d *DB) OptimizeIndex(ctx context.Context) error {
	return d.write(ctx, "optimize the search index", func(t *tx) error { return t.exec(indexOptimize) })
}

// Features names what this build of the store can do.
func Features() []string { return []string{indexModule} }
