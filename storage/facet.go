package storage

import (
	"context"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Facets counts the newest matches of a query by people, account, year, level
// and so on.
func (d *DB) Facets(context.Context, *conversation.Query) ([]conversation.Facet, error) {
	return nil, nil
}

// Topics gives the topics whose subject holds the words of a search.
func (d *DB) Topics(context.Context, *conversation.Query, int) ([]conversation.FoundTopic, error) {
	return nil, nil
}
