package storage

import (
	"context"
	"strings"
)

// placed finds the folders that a word after "in:" means: by their name or the
// last parts of it, by what they are for, or by their account.
const placed = `SELECT f.id FROM folder f JOIN account a ON a.id = f.account WHERE f.name <> '' AND
		(lower(f.name) = ? OR lower(f.name) LIKE '%/' || ? ESCAPE '\' OR f.use = ? OR lower(a.name) = ?)`

func placedArgs(name string) []any {
	word := strings.ToLower(name)
	return []any{word, escapeLike(word), word, word}
}

// HasPlace tells whether a word after "in:" means any folder at all.
func (d *DB) HasPlace(ctx context.Context, name string) (ok bool, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT EXISTS ("+placed+")", placedArgs(name)...).Scan(&ok)
	return ok, wrap("look for a folder", err)
}
