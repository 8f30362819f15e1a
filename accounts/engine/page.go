package engine

import (
	"context"
	"slices"
	"sort"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// pager is a store that gives what a folder has in parts.
type pager interface {
	HaveFrom(ctx context.Context, a conversation.AccountID, folder string, validity, uid uint32, n int) ([]accounts.Have, error)
}

// HaveFrom lists up to n copies of a folder from a UID on.
func (m *mirror) HaveFrom(ctx context.Context, folder string, validity, uid uint32, n int) ([]accounts.Have, error) {
	if p, ok := m.w.o.Store.(pager); ok {
		m.w.rests.proved(toFetch)
		if err := m.Flush(ctx); err != nil {
			return nil, err
		}
		return p.HaveFrom(ctx, m.w.id(), m.place(folder), validity, uid, n)
	}
	all, err := m.Have(ctx, folder, validity)
	from := sort.Search(len(all), func(i int) bool { return all[i].UID >= uid })
	return slices.Clone(all[from:min(from+n, len(all))]), err
}
