package storage

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Adopt makes copies of messages whose source is here already further copies
// of those. Raw of each copy is its header alone; it gives those not known.
func (d *DB) Adopt(_ context.Context, _ conversation.AccountID, copies []accounts.Copy) (unknown []accounts.Copy, c accounts.Change, err error) {
	return copies, c, nil
}

// Partial gives a copy of a message of which only the header is here, and its
// account.
func (d *DB) Partial(context.Context, conversation.MessageID) (conversation.AccountID, accounts.Copy, error) {
	return "", accounts.Copy{}, conversation.ErrNotFound
}
