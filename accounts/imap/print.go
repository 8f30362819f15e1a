package imap

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
)

// print is by what a message is found again in another folder.
type print struct {
	uid  imap.UID
	id   string // Message-ID without its brackets, "" when it has none
	size int64
}

// maxTwins bounds how many of the messages that a server finds are looked at,
// the newest first. Some find all of them whatever they are asked
// (jstedfast/MailKit#1143).
const maxTwins = 50

// prints asks for the prints of messages.
func (s *session) prints(ctx context.Context, set imap.UIDSet) (out []print, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Message-ID"}}
	o := &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}
	err = s.do(ctx, "fetch names", func() error {
		cmd := s.c.Fetch(set, o)
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			p, err := readPrint(m)
			if err != nil {
				s.conn.Close()
				return err
			}
			if p.uid != 0 {
				out = append(out, p)
			}
		}
		return cmd.Close()
	})
	return out, err
}

func readPrint(m *imapclient.FetchMessageData) (p print, err error) {
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			p.uid = item.UID
		case imapclient.FetchItemDataRFC822Size:
			p.size = item.Size
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			raw, err := readLiteral(item.Literal)
			if err != nil {
				return p, errors.Join(errTorn, io.ErrUnexpectedEOF, err)
			}
			p.id = messageID(raw)
		}
	}
	return p, nil
}

// messageID reads the value of the one field asked for, folded or not.
func messageID(header []byte) string {
	_, value, _ := strings.Cut(string(header), ":")
	return bare(strings.Join(strings.Fields(value), ""))
}

// bare takes off the brackets, which not all who write a Message-ID put.
func bare(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
}

// twin finds a message in the open folder: one of the same Message-ID and size
// that is not another one's twin.
func (s *session) twin(ctx context.Context, p print, taken map[imap.UID]bool) (imap.UID, error) {
	found, err := s.named(ctx, p.id, p.size)
	for _, f := range found {
		if !taken[f.uid] {
			taken[f.uid] = true
			return f.uid, err
		}
	}
	return 0, err
}

// named finds messages of that Message-ID in the open folder, of that size where
// one is given, the newest first. The server's word is not enough: what it finds
// is looked at. A server that cannot search is asked for its newest messages.
func (s *session) named(ctx context.Context, id string, size int64) (found []print, err error) {
	if !searchable(id) && size == 0 {
		return nil, nil
	}
	set, err := s.search(ctx, criteria(id, size))
	if errors.Is(err, accounts.ErrRefused) {
		set, err = s.search(ctx, &imap.SearchCriteria{})
	}
	if err != nil {
		return nil, err
	}
	newest := latest(set, maxTwins)
	if len(newest) == 0 {
		return nil, nil
	}
	all, err := s.prints(ctx, newest)
	for _, p := range all {
		if p.id == bare(id) && (size == 0 || p.size == size) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b print) int { return int(int64(b.uid) - int64(a.uid)) })
	return found, err
}

// searchable tells whether a Message-ID can be asked for.
func searchable(id string) bool {
	return bare(id) != "" && !strings.ContainsFunc(id, func(r rune) bool { return unicode.IsControl(r) || r > '~' })
}

func criteria(id string, size int64) *imap.SearchCriteria {
	c := &imap.SearchCriteria{}
	if searchable(id) {
		c.Header = []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: bare(id)}}
	}
	if size > 1 {
		c.Larger, c.Smaller = size-1, size+1
	}
	return c
}

// latest gives the highest numbers of a set, whose ranges may be as wide as the
// server likes.
func latest(set imap.UIDSet, n int) (out imap.UIDSet) {
	ranges := slices.Clone(set)
	slices.SortFunc(ranges, func(a, b imap.UIDRange) int { return int(int64(b.Stop) - int64(a.Stop)) })
	for _, r := range ranges {
		for u := r.Stop; u >= r.Start && u > 0 && n > 0; u-- {
			out.AddNum(u)
			n--
		}
	}
	return out
}

// digest gives the hash of a whole message of the open folder.
func (s *session) digest(ctx context.Context, uid imap.UID) (sum [sha256.Size]byte, err error) {
	o := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	err = s.do(ctx, "fetch to compare", func() error {
		cmd := s.c.Fetch(imap.UIDSetNum(uid), o)
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			c, whole, err := readMessage(m, bodyItems)
			if err != nil {
				s.conn.Close()
				return err
			}
			if whole && imap.UID(c.UID) == uid {
				sum = sha256.Sum256(c.Raw)
			}
		}
		return cmd.Close()
	})
	return sum, err
}

// digests gives those of the values, by the keys.
func (s *session) digests(ctx context.Context, of map[imap.UID]imap.UID) (map[imap.UID][sha256.Size]byte, error) {
	out := make(map[imap.UID][sha256.Size]byte, len(of))
	for key, uid := range of {
		sum, err := s.digest(ctx, uid)
		if err != nil {
			return nil, err
		}
		if sum != ([sha256.Size]byte{}) {
			out[key] = sum
		}
	}
	return out, nil
}
