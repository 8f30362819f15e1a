package imap

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// headsFirst tells whether the headers of a folder's messages are fetched
// before anything else: because no more than those is wanted, or because most
// of what stands there is likely to be here already.
func (v *visitState) headsFirst() bool {
	switch {
	case v.extent.Headers, v.familiar, v.f.Use == accounts.UseAll:
		return true
	case v.f.Use == accounts.UseTrash, v.f.Use == accounts.UseArchive:
		return v.f.UIDNext != 0 // what comes later was moved there
	}
	return false
}

// takeHeads fetches headers, has the mirror recognise what it has, and brings
// the rest.
func (f *fetcher) takeHeads(ctx context.Context, uids []uint32) error {
	f.items, f.heads = headItems, nil
	err := f.get(ctx, uids)
	f.items = wholeItems
	slices.SortFunc(f.heads, func(a, b accounts.Copy) int { return cmp.Compare(b.UID, a.UID) })
	heads := slices.CompactFunc(f.heads, func(a, b accounts.Copy) bool { return a.UID == b.UID })
	f.heads = nil
	if err != nil || len(heads) == 0 {
		return err
	}
	unknown, err := f.m.Adopt(ctx, heads)
	if err != nil {
		return mirrored("adopt", err)
	}
	f.adopted(heads, unknown)
	if f.v.extent.Days > 0 && f.v.familiar {
		unknown = slices.DeleteFunc(unknown, func(c accounts.Copy) bool { return !f.v.young.has(c.UID) })
	}
	if f.v.extent.Headers {
		return f.addHeaders(ctx, unknown)
	}
	return f.getWhole(ctx, unknown)
}

// adopted notes the copies that the mirror recognised.
func (f *fetcher) adopted(heads, unknown []accounts.Copy) {
	lacking := make(map[uint32]bool, len(unknown))
	for _, c := range unknown {
		lacking[c.UID] = true
	}
	heads = slices.DeleteFunc(slices.Clone(heads), func(c accounts.Copy) bool { return lacking[c.UID] })
	f.know(heads)
	if f.v.fresh {
		f.moved += len(heads)
	}
}

// addHeaders keeps the headers alone. A message that has nothing else is whole.
func (f *fetcher) addHeaders(ctx context.Context, copies []accounts.Copy) error {
	for _, c := range copies {
		c.Partial = c.Size == 0 || c.Size > int64(len(c.Raw))
		f.held = append(f.held, c)
	}
	return f.flush(ctx)
}

// getWhole fetches whole what only the headers are read of.
func (f *fetcher) getWhole(ctx context.Context, copies []accounts.Copy) error {
	uids := make([]uint32, len(copies))
	for i, c := range copies {
		uids[i] = c.UID
	}
	slices.SortFunc(uids, func(a, b uint32) int { return cmp.Compare(b, a) })
	for len(uids) > 0 {
		some := uids[:min(len(uids), f.pace.n)]
		began := time.Now()
		if err := f.get(ctx, some); err != nil {
			return err
		}
		f.pace.took(len(some), time.Since(began))
		uids = uids[len(some):]
	}
	return nil
}
