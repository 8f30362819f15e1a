package imap

import "github.com/caliopen/caliopen-tui/accounts"

// A literal says itself how long it is, and when that is wrong part of a message
// would be taken for all of it. What the server tells as the size of the message
// (RFC 9051, section 2.3.4) is compared with what came.

// liesAllowed is how many messages of an account come twice because their size
// is told wrongly. Some servers estimate it (mail of Exchange, of POP gateways):
// from then on theirs is not looked at.
const liesAllowed = 3

// odd tells whether a message has another size than the server tells, so that
// it is not taken yet: it is asked for once more, and what comes then counts if
// the command ends well.
func (f *fetcher) odd(c accounts.Copy, i items) bool {
	if i != wholeItems && i != bodyItems {
		return false
	}
	told, again := f.sizes[c.UID]
	if i == wholeItems {
		told = c.Size
	}
	if told == 0 || told == int64(len(c.Raw)) || f.misjudges.Load() >= liesAllowed {
		return false
	}
	if f.sizes == nil {
		f.sizes = map[uint32]int64{}
	}
	f.sizes[c.UID] = told
	if again {
		f.doubt = append(f.doubt, c)
	}
	return true
}

// believe takes the messages that came with another size than the server tells
// once more.
func (f *fetcher) believe() {
	for _, c := range f.doubt {
		f.log.Warn("imap: size told wrongly", "folder", c.Folder, "uid", c.UID, "told", f.sizes[c.UID], "came", len(c.Raw))
		f.misjudges.Add(1)
		f.got[c.UID] = true
		f.held = append(f.held, c)
	}
	f.doubt = nil
}

// trusts tells that a message was left for its size alone, by which nothing is
// left any more: what else is to come need not be asked for one by one.
func (f *fetcher) trusts(uid uint32) bool {
	_, odd := f.sizes[uid]
	if !odd || f.misjudges.Load() < liesAllowed {
		return false
	}
	clear(f.sizes)
	return true
}
