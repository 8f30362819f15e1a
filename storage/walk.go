package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Kept is one message as it is kept, for those who take messages out.
type Kept struct {
	ID            conversation.MessageID
	Protocol      conversation.Protocol
	At            time.Time // when it was received, or when it was written
	Read, Starred bool
	Tags          []string
	Partial       bool // Raw is the header alone
	Raw           []byte
	Err           error // why Raw is not here: conversation.ErrSealed while the keys are locked
}

// Walk gives the messages that match a query to f, oldest first, and how many
// there are with each. Without a query it gives every message, wherever it
// lies. An error of f ends the walk.
func (d *DB) Walk(ctx context.Context, qu *conversation.Query, f func(k Kept, total int) error) error {
	ids, err := d.walked(ctx, qu)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	for _, id := range ids {
		k, err := d.kept(ctx, id)
		if errors.Is(err, conversation.ErrNotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return err
		}
		if err := f(k, len(ids)); err != nil {
			return err
		}
	}
	return nil
}

// walked gives the row of each message that a walk comes to.
func (d *DB) walked(ctx context.Context, qu *conversation.Query) (ids []int64, err error) {
	if qu == nil {
		ids, err = query(ctx, d.readers, scanOne[int64], "SELECT id FROM message WHERE away <> ?", awayHidden)
		return ids, wrap("list messages", err)
	}
	err = d.search(ctx, "search", func(q querier, private bool) error {
		ss, err := d.compile(ctx, q, qu, private)
		if err != nil {
			return err
		}
		for i := range ss {
			ss[i].lo = ss[i].least // a walk leaves nothing out, however long it takes
		}
		ids, err = newest(ctx, q, ss, -1)
		return err
	})
	return ids, err
}

func (d *DB) kept(ctx context.Context, id int64) (Kept, error) {
	list, err := query(ctx, d.readers, scanKept, `SELECT m.key, m.protocol, coalesce(nullif(m.received, 0), m.date), m.read, m.starred, m.tags,
		r.partial, r.packed, r.sealed, r.sha FROM message m JOIN raw r ON r.id = m.raw WHERE m.id = ?`, id)
	if err != nil {
		return Kept{}, wrap("read a message", err)
	}
	if len(list) == 0 {
		return Kept{}, conversation.ErrNotFound
	}
	k := list[0].Kept
	k.Raw, k.Err = d.unpack(list[0].source)
	if k.Err != nil && !errors.Is(k.Err, conversation.ErrSealed) {
		return k, wrap("read a message", k.Err)
	}
	return k, nil
}

type keptRow struct {
	Kept
	source source
}

func scanKept(r *sql.Rows, k *keptRow) error {
	var at int64
	var tags string
	err := r.Scan(&k.ID, &k.Protocol, &at, &k.Read, &k.Starred, &tags, &k.Partial, &k.source.packed, &k.source.sealed, &k.source.sha)
	k.At, k.Tags = fromUnix(at), keywordList(tags)
	return err
}
