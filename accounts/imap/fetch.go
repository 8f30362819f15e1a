package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	batchBytes    = 4 << 20 // copies are handed to the mirror at the latest then
	batchCopies   = 250
	maxReconnects = 100 // of one pass
)

// items says what is asked of each message.
type items int

const (
	wholeItems  items = iota // the message and all that the server knows of it
	headItems                // its header, its size, and all that the server knows of it
	bodyItems                // the message alone
	headerItems              // its header alone
)

func (s *session) fetchOptions(i items) *imap.FetchOptions {
	o := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	if i == wholeItems || i == headItems {
		o.Flags, o.InternalDate, o.ModSeq, o.RFC822Size = true, true, s.caps.Has(imap.CapCondStore), true
	}
	if i == headItems || i == headerItems {
		o.BodySection[0].Specifier = imap.PartSpecifierHeader
	}
	return o
}

// bring fetches up to n of the messages that the mirror does not have, the
// newest first.
func (p *pass) bring(ctx context.Context, v *visitState, n int) error {
	f := &fetcher{pass: p, v: v}
	for n > 0 && len(v.todo) > 0 {
		p.tell(v)
		if err := p.yield(ctx); err != nil {
			return err
		}
		if err := p.look(ctx); err != nil {
			return err
		}
		some := f.batch(min(n, f.speed().n))
		began := time.Now()
		if err := f.take(ctx, some); err != nil {
			return err
		}
		count := some.count()
		f.speed().took(count, time.Since(began))
		v.todo = v.todo.without(some)
		n -= count
		p.done += count
		p.expect(v, max(v.left-count, v.todo.count()))
	}
	p.tell(v)
	return nil
}

// longestSet is how long the list of UIDs in a command may get: servers take no
// lines of any length (RFC 9051, section 4, note on line lengths).
const longestSet = 7000

// batch gives the newest messages that are to come, as many as one command can
// name.
func (f *fetcher) batch(n int) spans {
	for {
		some := f.v.todo.newest(n)
		if n <= 1 || len(f.request(some).String()) <= longestSet {
			return some
		}
		n /= 2
	}
}

// request names messages in a command. Numbers between them of which nothing
// is known are named along, since there is nothing there: that makes one range
// of what would be many.
func (f *fetcher) request(some spans) imap.UIDSet {
	var set imap.UIDSet
	for _, r := range some {
		if n := len(set); n > 0 && f.v.extent.Days == 0 && !f.v.known.meets(uint32(set[n-1].Stop)+1, r.low-1) {
			set[n-1].Stop = imap.UID(r.high)
			continue
		}
		set = append(set, imap.UIDRange{Start: imap.UID(r.low), Stop: imap.UID(r.high)})
	}
	return set
}

// fetcher fetches messages of one folder.
type fetcher struct {
	*pass
	v     *visitState
	items items           // what is asked for first
	got   map[uint32]bool // of the current command
	held  []accounts.Copy // not yet handed to the mirror
	heads []accounts.Copy // headers of the current portion
	size  int

	recent map[uint32]bool  // here now, and not yet among what is known
	silent int              // messages in a row that the server lists and does not give
	sizes  map[uint32]int64 // of messages that came with another size than the server tells
	doubt  []accounts.Copy  // came so again with the current command
}

// speed gives the pace of what is fetched first.
func (f *fetcher) speed() *pace {
	if f.v.headsFirst() {
		return &f.headPace
	}
	return &f.pace
}

// take fetches messages: whole, or their headers first.
func (f *fetcher) take(ctx context.Context, some spans) error {
	defer f.settle()
	uids := slices.Collect(some.down())
	if f.v.headsFirst() {
		return f.takeHeads(ctx, uids)
	}
	return f.get(ctx, uids)
}

// get fetches a set of messages, whatever it takes: what could not be read is
// narrowed down to single messages, which are set aside.
func (f *fetcher) get(ctx context.Context, uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	rest, err := f.once(ctx, uids, f.items)
	switch {
	case err == nil && len(rest) > 0:
		return f.unanswered(ctx, rest)
	case err == nil || len(rest) == 0:
		return err
	case !errors.Is(err, errBroken) && !errors.Is(err, accounts.ErrOffline):
		return err
	}
	if err := f.again(ctx, err); err != nil {
		return err
	}
	switch {
	case len(rest) == 1:
		return f.single(ctx, rest[0], err)
	case len(rest) < len(uids): // servers answer in order: the first one left is the suspect
		first := slices.Min(rest)
		others := slices.DeleteFunc(slices.Clone(rest), func(u uint32) bool { return u == first })
		return cmp.Or(f.get(ctx, []uint32{first}), f.get(ctx, others))
	}
	half := len(rest) / 2
	return cmp.Or(f.get(ctx, rest[:half]), f.get(ctx, rest[half:]))
}

// again opens the connection and the folder anew after the given error. A
// pause grows with the number of times, so that a server in trouble is not
// flooded with logins.
func (f *fetcher) again(ctx context.Context, cause error) error {
	f.after(cause)
	f.reconnects++
	if f.reconnects > maxReconnects {
		return fmt.Errorf("imap: too many broken answers: %w", cause)
	}
	if err := pause(ctx, min(time.Duration(f.reconnects/10)*time.Second, 10*time.Second)); err != nil {
		return err
	}
	return f.reselect(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reselect opens the folder when the connection does not have it open.
func (f *fetcher) reselect(ctx context.Context) error {
	if s := f.current; s != nil && s.folder == f.v.f.Name {
		return nil
	}
	_, sel, err := f.selectFolder(ctx, f.v.f.Name, false)
	if err != nil {
		return err
	}
	if sel.UIDValidity != f.v.f.Validity {
		return fmt.Errorf("imap: %q was made anew during the sync: %w", f.v.f.Name, accounts.ErrTemporary)
	}
	return nil
}

// once sends one command and gives the messages that were not answered.
func (f *fetcher) once(ctx context.Context, uids []uint32, i items) (rest []uint32, err error) {
	if err := f.reselect(ctx); err != nil {
		return uids, err
	}
	s := f.current
	f.got, f.doubt = make(map[uint32]bool, len(uids)), nil
	err = s.do(ctx, "fetch", func() error {
		cmd := s.c.Fetch(f.request(spansOf(uids)), s.fetchOptions(i))
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			err := f.receive(ctx, m, i)
			if err == nil {
				continue
			}
			s.conn.Close() // the rest of the answer is of no use
			if !errors.Is(err, errTorn) {
				cmd.Close()
			}
			return err
		}
		return cmd.Close()
	})
	if err == nil {
		f.believe()
	}
	if flushed := f.flush(ctx); flushed != nil {
		return nil, flushed
	}
	for _, u := range uids {
		if !f.got[u] {
			rest = append(rest, u)
		}
	}
	return rest, err
}

// receive reads one answer. One that holds no UID or no message is dropped,
// and asked for again by whoever compares what came with what was asked.
func (f *fetcher) receive(ctx context.Context, m *imapclient.FetchMessageData, i items) error {
	c, whole, err := readMessage(m, i)
	if err != nil {
		return err
	}
	if !whole || c.UID == 0 || f.got[c.UID] || f.recent[c.UID] || f.v.known.has(c.UID) {
		return nil
	}
	c.Folder, c.Validity = f.v.f.Name, f.v.f.Validity
	if f.odd(c, i) {
		return nil
	}
	f.got[c.UID] = true
	switch i {
	case headerItems:
		return f.keepHeader(ctx, c)
	case headItems:
		f.heads = append(f.heads, c)
		return nil
	}
	f.held = append(f.held, c)
	f.size += len(c.Raw)
	if f.size >= batchBytes || len(f.held) >= batchCopies {
		return f.flush(ctx)
	}
	return nil
}

// flush hands what was read to the mirror.
func (f *fetcher) flush(ctx context.Context) error {
	if len(f.held) == 0 {
		return nil
	}
	slices.SortFunc(f.held, func(a, b accounts.Copy) int { return cmp.Compare(b.UID, a.UID) })
	held := f.held
	f.held, f.size = nil, 0
	if err := f.m.Add(ctx, held); err != nil {
		return mirrored("add", err)
	}
	f.know(held)
	return nil
}

// know notes that copies are here now. They join the ranges at the end of a
// command, all at once.
func (f *fetcher) know(copies []accounts.Copy) {
	if f.recent == nil {
		f.recent = make(map[uint32]bool, len(copies))
	}
	for _, c := range copies {
		f.recent[c.UID] = true
	}
}

// settle has what came lately join what is known.
func (f *fetcher) settle() {
	uids := slices.Collect(maps.Keys(f.recent))
	f.v.known = f.v.known.with(spansOf(uids))
	clear(f.recent)
}

// uidSet makes the set of the UIDs given, which are never zero: zero would
// stand for the last message.
func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, u := range slices.Sorted(slices.Values(uids)) {
		if u != 0 {
			set.AddNum(imap.UID(u))
		}
	}
	return set
}
