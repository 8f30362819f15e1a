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
	bodyItems                // the message alone
	headerItems              // its header alone
)

func (s *session) fetchOptions(i items) *imap.FetchOptions {
	o := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	switch i {
	case wholeItems:
		o.Flags, o.InternalDate, o.ModSeq = true, true, s.caps.Has(imap.CapCondStore)
	case headerItems:
		o.BodySection[0].Specifier = imap.PartSpecifierHeader
	}
	return o
}

// arrivals fetches what the mirror does not have, the newest first.
func (p *pass) arrivals(ctx context.Context, v *visitState) error {
	uids, err := p.unknown(ctx, v)
	if err != nil {
		return err
	}
	p.total += len(uids)
	f := &fetcher{pass: p, v: v}
	for chunk := range slices.Chunk(uids, p.config.batch()) {
		p.m.Progress(p.done, p.total, v.f.Name)
		if err := p.yield(ctx); err != nil {
			return err
		}
		if err := f.get(ctx, chunk); err != nil {
			return err
		}
		p.done += len(chunk)
	}
	p.m.Progress(p.done, p.total, v.f.Name)
	return f.cut
}

// fetcher fetches messages of one folder.
type fetcher struct {
	*pass
	v    *visitState
	cut  error           // a message that cut the connection is left for the next pass
	got  map[uint32]bool // of the current command
	held []accounts.Copy // not yet handed to the mirror
	size int

	silent int // messages in a row that the server lists and does not give
}

// get fetches a set of messages, whatever it takes: what could not be read is
// narrowed down to single messages, which are set aside.
func (f *fetcher) get(ctx context.Context, uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	rest, err := f.once(ctx, uids, wholeItems)
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
	f.got = make(map[uint32]bool, len(uids))
	err = s.do(ctx, "fetch", func() error {
		cmd := s.c.Fetch(uidSet(uids), s.fetchOptions(i))
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
	if _, known := f.v.have[c.UID]; !whole || c.UID == 0 || known {
		return nil
	}
	c.Folder, c.Validity = f.v.f.Name, f.v.f.Validity
	f.got[c.UID] = true
	if i == headerItems {
		return mirrored("quarantine", f.m.Quarantine(ctx, c, reasonUnreadable))
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
	for _, c := range held {
		f.v.have[c.UID] = c.Flags
	}
	return nil
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

func newestFirst(uids map[uint32]bool) []uint32 {
	out := slices.Sorted(maps.Keys(uids))
	slices.Reverse(out)
	return out
}
