package imap

import (
	"context"
	"errors"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	// comparedAtOnce is how many messages one command asks the flags of.
	comparedAtOnce = 10_000
	// changedAtOnce is how many changes are handed to the mirror at once.
	changedAtOnce = 5_000
)

// changes brings the flags of what was there before up to date, and forgets
// what is gone, as far as that can be told yet.
func (p *pass) changes(ctx context.Context, v *visitState) error {
	if len(v.here.rows) == 0 { // the flags came with the messages
		return nil
	}
	if err := p.reopen(ctx, v); err != nil {
		return err
	}
	if v.f.ModSeq == 0 || v.sel.HighestModSeq < v.f.ModSeq {
		return p.compareAll(ctx, v)
	}
	if err := p.changedSince(ctx, v); err != nil {
		return err
	}
	switch {
	case !v.whole: // a later round lists everything
		return nil
	case v.extent.Days == 0 && v.known.count()+v.todo.count() == int(v.sel.NumMessages):
		return nil
	case v.there == nil:
		if err := p.recount(ctx, v); err != nil {
			return err
		}
		there, _, err := p.current.listed(ctx, v.count, maxListed, imap.SearchCriteria{})
		if err != nil {
			return err
		}
		v.there = there
	}
	return p.removeAbsent(ctx, v)
}

// reopen makes sure that the folder is open: another one may have been since.
func (p *pass) reopen(ctx context.Context, v *visitState) error {
	return (&fetcher{pass: p, v: v}).reselect(ctx)
}

// changedSince asks for the flags that changed since the last pass (RFC 7162,
// section 3.1.4.1).
func (p *pass) changedSince(ctx context.Context, v *visitState) error {
	if v.sel.HighestModSeq == v.f.ModSeq {
		return nil
	}
	o := &imap.FetchOptions{UID: true, Flags: true, ModSeq: true, ChangedSince: v.f.ModSeq}
	c := &collector{ctx: ctx, p: p, v: v}
	err := p.current.each(ctx, imap.UIDSet{{Start: 1, Stop: 0}}, o, c.note)
	switch {
	case err == nil:
	case c.err == nil && errors.Is(err, errBroken): // one of the answers; which one shows when some are asked for at a time
		p.after(err)
		if err := c.flush(); err != nil { // what was understood holds
			return err
		}
		return p.compareAll(ctx, v)
	default:
		return errors.Join(c.err, err)
	}
	return c.flush()
}

// compareAll reads the flags of every message that was here, some at a time,
// and learns from that too which are gone. It serves servers without
// modification sequences, and sequences that went back.
func (p *pass) compareAll(ctx context.Context, v *visitState) error {
	var gone spans
	for rows := range slices.Chunk(v.here.rows, comparedAtOnce) {
		lacking, err := p.compare(ctx, v, rows)
		if err != nil {
			return err
		}
		gone = gone.with(lacking)
	}
	return p.remove(ctx, v, gone)
}

// compare reads the flags of some messages and gives those that are gone. When
// the answer cannot be understood, it is narrowed down to the messages that make
// it so; their flags stay as they are, and are not asked for any more.
func (p *pass) compare(ctx context.Context, v *visitState, rows []row) (gone spans, err error) {
	if err := p.yield(ctx); err != nil {
		return nil, err
	}
	if err := p.reopen(ctx, v); err != nil {
		return nil, err
	}
	o := &imap.FetchOptions{UID: true, Flags: true, ModSeq: p.current.caps.Has(imap.CapCondStore)}
	c := &collector{ctx: ctx, p: p, v: v, first: rows[0].uid, seen: make([]bool, len(rows))}
	asked, mute := p.audible(v, rows)
	if len(asked) == 0 {
		return nil, nil
	}
	if err := p.current.each(ctx, asked, o, c.note); err != nil {
		if c.err != nil || !errors.Is(err, errBroken) || p.reconnects >= maxReconnects {
			return nil, errors.Join(c.err, err)
		}
		p.after(err)
		p.reconnects++
		if err := c.flush(); err != nil { // what was understood holds
			return nil, err
		}
		return p.narrow(ctx, v, rows)
	}
	for i, r := range rows {
		if !c.seen[i] && !mute.has(r.uid) {
			gone.push(r.uid, r.uid)
		}
	}
	return gone, c.flush()
}

// narrow compares halves of what could not be compared as a whole.
func (p *pass) narrow(ctx context.Context, v *visitState, rows []row) (spans, error) {
	if len(rows) == 1 {
		p.log.Warn("imap: flags not understood", "folder", v.f.Name, "uid", rows[0].uid)
		p.mute[copyKey{v.f.Name, v.f.Validity, rows[0].uid}] = true
		return nil, nil
	}
	half := len(rows) / 2
	low, err := p.compare(ctx, v, rows[:half])
	if err != nil {
		return nil, err
	}
	high, err := p.compare(ctx, v, rows[half:])
	return low.with(high), err
}

// audible names the messages whose flags can be asked for, and those whose
// cannot.
func (p *pass) audible(v *visitState, rows []row) (asked imap.UIDSet, mute spans) {
	var uids []uint32
	for k := range p.mute {
		if k.folder == v.f.Name && k.validity == v.f.Validity {
			uids = append(uids, k.uid)
		}
	}
	mute = spansOf(uids)
	for _, r := range (spans{{rows[0].uid, rows[len(rows)-1].uid}}).without(mute) {
		asked = append(asked, imap.UIDRange{Start: imap.UID(r.low), Stop: imap.UID(r.high)})
	}
	return asked, mute
}

// collector gathers changes of flags.
type collector struct {
	ctx     context.Context
	p       *pass
	v       *visitState
	first   uint32 // the message that seen begins with
	seen    []bool // nil when not of interest
	changes []accounts.FlagChange
	err     error // of the mirror
}

func (c *collector) note(uid uint32, flags accounts.Flags) bool {
	i := c.v.here.find(uid)
	if i < 0 {
		return true
	}
	if c.seen != nil {
		if at := i - c.v.here.find(c.first); at >= 0 && at < len(c.seen) {
			c.seen[at] = true
		}
	}
	if c.v.here.change(i, flags) {
		c.changes = append(c.changes, accounts.FlagChange{UID: uid, Flags: flags})
	}
	if len(c.changes) >= changedAtOnce {
		c.err = c.flush()
	}
	return c.err == nil
}

func (c *collector) flush() error {
	if len(c.changes) == 0 {
		return nil
	}
	// What was added in this pass must be stored before it can be changed.
	if err := c.p.m.Flush(c.ctx); err != nil {
		return mirrored("flush", err)
	}
	some := c.changes
	c.changes = nil
	return mirrored("set flags", c.p.m.SetFlags(c.ctx, c.v.f.Name, c.v.f.Validity, some))
}

// removeAbsent forgets the copies that a list of the whole folder lacks.
func (p *pass) removeAbsent(ctx context.Context, v *visitState) error {
	gone := v.absent()
	v.there = nil
	return p.remove(ctx, v, gone)
}

// absent gives what is here and not in the list. What came since the folder was
// opened, and was brought, may be younger than the list: it is left to the next
// pass.
func (v *visitState) absent() spans {
	young := v.known.without(v.here.uids()).from(uint32(v.sel.UIDNext))
	return v.known.without(v.there).without(young)
}

// remove forgets copies. When it is most of the folder, they stay, the rest of
// the pass goes on, and the next one looks again.
func (p *pass) remove(ctx context.Context, v *visitState, gone spans) error {
	if len(gone) == 0 {
		return nil
	}
	if err := p.brake(v.f.Name, gone.count(), len(v.here.rows)); err != nil {
		v.cut = err
		return nil
	}
	if err := p.m.Flush(ctx); err != nil {
		return mirrored("flush", err)
	}
	uids := slices.Collect(gone.down())
	slices.Reverse(uids)
	v.known = v.known.without(gone)
	return mirrored("remove", p.m.Remove(ctx, v.f.Name, v.f.Validity, uids, nil))
}
