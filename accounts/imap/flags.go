package imap

import (
	"context"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
)

// maxListed bounds how many UIDs are taken from a server for one folder.
const maxListed = 20_000_000

// slack is how many messages may come between opening a folder and listing it.
const slack = 64

// searchChunk is how many UIDs one search is about.
const searchChunk = 20_000

// merge adds flags as the server names them. "\Recent" says something about
// the session, not about the message.
func merge(f accounts.Flags, flags []imap.Flag) accounts.Flags {
	for _, flag := range flags {
		switch flag {
		case imap.FlagSeen:
			f.Seen = true
		case imap.FlagFlagged:
			f.Flagged = true
		case imap.FlagAnswered:
			f.Answered = true
		case imap.FlagDraft:
			f.Draft = true
		case imap.FlagDeleted:
			f.Deleted = true
		default:
			if !strings.HasPrefix(string(flag), `\`) {
				f.Keywords = append(f.Keywords, string(flag))
			}
		}
	}
	slices.Sort(f.Keywords)
	f.Keywords = slices.Compact(f.Keywords)
	return f
}

// sameFlags compares what is set, not when it was set.
func sameFlags(a, b accounts.Flags) bool {
	ka, kb := slices.Sorted(slices.Values(a.Keywords)), slices.Sorted(slices.Values(b.Keywords))
	a.Keywords, b.Keywords, a.ModSeq, b.ModSeq = nil, nil, 0, 0
	return a.Seen == b.Seen && a.Flagged == b.Flagged && a.Answered == b.Answered &&
		a.Draft == b.Draft && a.Deleted == b.Deleted && slices.Equal(ka, kb)
}

// unknown lists the UIDs on the server that the mirror does not have, newest
// first. After a complete pass only those from the next UID on can be new.
func (p *pass) unknown(ctx context.Context, v *visitState) ([]uint32, error) {
	low, next := max(v.f.UIDNext, 1), uint32(v.sel.UIDNext)
	switch {
	case v.sel.NumMessages == 0, v.f.UIDNext != 0 && next == v.f.UIDNext:
		return nil, nil
	case next != 0 && next < low: // a server that went back is believed in nothing
		low = 1
	}
	listed, err := p.current.uidsFrom(ctx, low, int(v.sel.NumMessages))
	if err != nil {
		return nil, err
	}
	for uid := range listed {
		if _, ok := v.have[uid]; ok {
			delete(listed, uid)
		}
	}
	return newestFirst(listed), nil
}

// uidsFrom lists the UIDs from low on. The ranges of an extended search
// (RFC 4731) are only unfolded when they hold no more numbers than the folder
// has messages; else each UID has to come in an answer of its own.
func (s *session) uidsFrom(ctx context.Context, low uint32, messages int) (map[uint32]bool, error) {
	from := imap.UIDSet{{Start: imap.UID(low), Stop: 0}}
	if s.caps.Has(imap.CapESearch) {
		set, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{from}})
		if err != nil {
			return nil, err
		}
		if uids, ok := unfold(set, low, messages+slack); ok {
			return uids, nil
		}
	}
	uids := map[uint32]bool{}
	err := s.each(ctx, from, &imap.FetchOptions{UID: true}, func(uid uint32, _ accounts.Flags) bool {
		if uid >= low {
			uids[uid] = true
		}
		return len(uids) < maxListed
	})
	return uids, err
}

func unfold(set imap.UIDSet, low uint32, limit int) (map[uint32]bool, bool) {
	uids := map[uint32]bool{}
	for _, r := range set {
		if r.Stop == 0 || r.Start == 0 || int64(r.Stop)-int64(r.Start)+int64(len(uids)) >= int64(limit) {
			return nil, false
		}
		for u := uint64(max(uint32(r.Start), low)); u <= uint64(r.Stop); u++ {
			uids[uint32(u)] = true
		}
	}
	return uids, true
}

// search gives the UIDs that match, as ranges.
func (s *session) search(ctx context.Context, criteria *imap.SearchCriteria) (imap.UIDSet, error) {
	var options *imap.SearchOptions
	if s.caps.Has(imap.CapESearch) {
		options = &imap.SearchOptions{ReturnAll: true}
	}
	var data *imap.SearchData
	err := s.do(ctx, "search", func() (err error) {
		data, err = s.c.UIDSearch(criteria, options).Wait()
		return err
	})
	if err != nil {
		return nil, err
	}
	set, _ := data.All.(imap.UIDSet)
	return set, nil
}

// each fetches something small of a set of messages and hands it on, one by
// one, until f says that it is enough.
func (s *session) each(ctx context.Context, set imap.UIDSet, o *imap.FetchOptions, f func(uint32, accounts.Flags) bool) error {
	return s.do(ctx, "fetch flags", func() error {
		cmd := s.c.Fetch(set, o)
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			uid, flags := readFlags(m)
			if uid != 0 && !f(uid, flags) {
				s.conn.Close()
				cmd.Close()
				return errBroken
			}
		}
		return cmd.Close()
	})
}

func readFlags(m *imapclient.FetchMessageData) (uid uint32, f accounts.Flags) {
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			f = merge(f, item.Flags)
		case imapclient.FetchItemDataModSeq:
			f.ModSeq = item.ModSeq
		}
	}
	return uid, f
}

// present tells which of the given messages are still in the folder. Only the
// numbers asked about are looked up in the server's ranges, which may be as
// wide as it likes.
func (s *session) present(ctx context.Context, uids []uint32) (map[uint32]bool, error) {
	there := make(map[uint32]bool, len(uids))
	sorted := slices.Sorted(slices.Values(uids))
	for chunk := range slices.Chunk(sorted, searchChunk) {
		window := imap.UIDSet{{Start: imap.UID(chunk[0]), Stop: imap.UID(chunk[len(chunk)-1])}}
		set, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{window}})
		if err != nil {
			return nil, err
		}
		for _, u := range chunk {
			there[u] = set.Contains(imap.UID(u))
		}
	}
	return there, nil
}
