package storage

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// SavedSearches lists the searches that have a name, in alphabetical order.
func (d *DB) SavedSearches(ctx context.Context) (list []conversation.SavedSearch, err error) {
	err = d.read(ctx, "saved searches", func(q querier) error {
		list, err = query(ctx, q, func(r *sql.Rows, s *conversation.SavedSearch) error { return r.Scan(&s.Name, &s.Query) },
			"SELECT name, query FROM saved_search ORDER BY lower(name), name")
		return err
	})
	return list, err
}

// SaveSearch keeps a search, in place of that of the same name.
func (d *DB) SaveSearch(ctx context.Context, s conversation.SavedSearch) error {
	if strings.TrimSpace(s.Name) == "" || strings.TrimSpace(s.Query) == "" {
		return fmt.Errorf("storage: save a search without name or words: %w", conversation.ErrUsage)
	}
	return d.write(ctx, "save a search", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO saved_search (name, query) VALUES (?, ?)", s.Name, s.Query)
	})
}

// DropSearch forgets a saved search.
func (d *DB) DropSearch(ctx context.Context, name string) error {
	return d.write(ctx, "forget a search", func(t *tx) error {
		return t.exec("DELETE FROM saved_search WHERE name = ?", name)
	})
}
