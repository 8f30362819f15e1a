package storage

import (
	"context"
)

// placed tells whether a message lies in some folders, given twice as a list in
// JSON. What is being moved counts as being there already.
const placed = `(+m.folder IN (SELECT value FROM json_each(?)) OR
	EXISTS (SELECT 1 FROM location l WHERE l.message = m.id AND +l.folder IN (SELECT value FROM json_each(?))))`

// HasPlace tells whether a word after "in:" means any folder at all.
func (d *DB) HasPlace(ctx context.Context, name string) (bool, error) {
	c := &compiler{ctx: ctx, q: d.readers, memo: map[string]string{}}
	found, err := c.folders(name)
	return found != "[]", wrap("look for a folder", err)
}
