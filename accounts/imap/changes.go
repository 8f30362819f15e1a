package imap

import (
	"context"
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// changes brings the flags of what was there before up to date, and forgets
// what is gone.
func (p *pass) changes(ctx context.Context, v *visitState) error {
	if v.new { // the flags came with the messages
		return nil
	}
	if err := p.reopen(ctx, v); err != nil {
		return err
	}
	if v.f.ModSeq != 0 && v.sel.HighestModSeq >= v.f.ModSeq {
		if err := p.changedSince(ctx, v); err != nil {
			return err
		}
		if len(v.have) == int(v.sel.NumMessages) {
			return nil
		}
		there, err := p.current.present(ctx, slices.Collect(maps.Keys(v.have)))
		if err != nil {
			return err
		}
		return p.remove(ctx, v, there)
	}
	return p.compareAll(ctx, v)
}

// reopen makes sure that the folder is open: fetching may have ended with a new
// connection.
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
	all := imap.UIDSet{{Start: 1, Stop: 0}}
	if err := p.current.each(ctx, all, o, c.note); err != nil {
		return err
	}
	return c.flush()
}

// compareAll reads the flags of every message, and learns from that too which
// are gone. It serves servers without modification sequences, folders never
// synced completely, and sequences that went back.
func (p *pass) compareAll(ctx context.Context, v *visitState) error {
	o := &imap.FetchOptions{UID: true, Flags: true, ModSeq: p.current.caps.Has(imap.CapCondStore)}
	c := &collector{ctx: ctx, p: p, v: v, seen: make(map[uint32]bool, len(v.have))}
	last := slices.Max(slices.Collect(maps.Keys(v.have)))
	if err := p.current.each(ctx, imap.UIDSet{{Start: 1, Stop: imap.UID(last)}}, o, c.note); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		return err
	}
	return p.remove(ctx, v, c.seen)
}

// collector gathers changes of flags.
type collector struct {
	ctx     context.Context
	p       *pass
	v       *visitState
	seen    map[uint32]bool // nil when not of interest
	changes []accounts.FlagChange
}

func (c *collector) note(uid uint32, flags accounts.Flags) bool {
	old, known := c.v.have[uid]
	if !known {
		return true
	}
	if c.seen != nil {
		c.seen[uid] = true
	}
	if !sameFlags(old, flags) {
		c.changes = append(c.changes, accounts.FlagChange{UID: uid, Flags: flags})
		c.v.have[uid] = flags
	}
	return true
}

func (c *collector) flush() error {
	if len(c.changes) == 0 {
		return nil
	}
	// What was added in this pass must be stored before it can be changed.
	if err := c.p.m.Flush(c.ctx); err != nil {
		return mirrored("flush", err)
	}
	return mirrored("set flags", c.p.m.SetFlags(c.ctx, c.v.f.Name, c.v.f.Validity, c.changes))
}

// remove forgets the copies that are not among those still there.
func (p *pass) remove(ctx context.Context, v *visitState, there map[uint32]bool) error {
	var gone []uint32
	for uid := range v.have {
		if !there[uid] {
			gone = append(gone, uid)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if err := p.brake(v.f.Name, len(gone), len(v.have)); err != nil {
		return err
	}
	slices.Sort(gone)
	if err := p.m.Flush(ctx); err != nil {
		return mirrored("flush", err)
	}
	for _, uid := range gone {
		delete(v.have, uid)
	}
	return mirrored("remove", p.m.Remove(ctx, v.f.Name, v.f.Validity, gone, nil))
}
