package imap

import (
	"context"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	// maxListed bounds how many UIDs are taken from a server for one folder.
	maxListed = 20_000_000
	// slack is how many messages may come between opening a folder and listing it.
	slack = 64
	// listWindow is how many messages one search is about: also where UIDs come
	// one by one the answer stays well below what one answer may hold.
	listWindow = 50_000
	// askedAtOnce is how many single UIDs one search names.
	askedAtOnce = 500
)

// listed gives the UIDs in the folder that is open, from a window of its
// messages by number: the newest n, or all. Messages that vanish meanwhile move
// the others down, never up, so that going downwards misses none. all tells
// whether the whole folder was looked at.
func (s *session) listed(ctx context.Context, messages, n int, c imap.SearchCriteria) (found spans, all bool, err error) {
	left, high := messages, 0 // 0 stands for whatever is the last one
	for left > 0 && n > 0 {
		size := min(left, n, listWindow)
		got, ok, err := s.window(ctx, left-size+1, high, size, c)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			found, err := s.listEach(ctx, imap.UIDSet{{Start: 1, Stop: 0}}, messages)
			return found, true, err
		}
		found = found.with(got)
		left, high, n = left-size, left-size, n-size
	}
	return found, left == 0, nil
}

// window searches among the messages numbered low to high, 0 standing for the
// last one. It does not believe an answer that is larger than that.
func (s *session) window(ctx context.Context, low, high, size int, c imap.SearchCriteria) (spans, bool, error) {
	if low > 1 || high > 0 {
		c.SeqNum = []imap.SeqSet{{{Start: uint32(low), Stop: uint32(high)}}}
	}
	set, err := s.search(ctx, &c)
	if err != nil {
		return nil, false, err
	}
	found, ok := believed(set, size+slack)
	return found, ok, nil
}

// listFrom gives the UIDs from low on. The ranges of an extended search
// (RFC 4731) are only believed when they hold no more numbers than the folder
// has messages; else each UID has to come in an answer of its own.
func (s *session) listFrom(ctx context.Context, low uint32, messages int) (spans, error) {
	from := imap.UIDSet{{Start: imap.UID(low), Stop: 0}}
	set, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{from}})
	if err != nil {
		return nil, err
	}
	found, ok := believed(set, messages+slack)
	if !ok {
		found, err = s.listEach(ctx, from, messages)
	}
	return found.from(low), err // "low:*" holds the last message, however low
}

// listEach has every UID told by itself.
func (s *session) listEach(ctx context.Context, set imap.UIDSet, messages int) (spans, error) {
	var uids []uint32
	limit := min(messages+slack, maxListed)
	err := s.each(ctx, set, &imap.FetchOptions{UID: true}, func(uid uint32, _ accounts.Flags) bool {
		uids = append(uids, uid)
		return len(uids) < limit
	})
	return spansOf(uids), err
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
	for chunk := range slices.Chunk(sorted, askedAtOnce) {
		set, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{uidSet(chunk)}})
		if err != nil {
			return nil, err
		}
		for _, u := range chunk {
			there[u] = set.Contains(imap.UID(u))
		}
	}
	return there, nil
}
