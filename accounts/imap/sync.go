package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// pass is one run of Sync.
type pass struct {
	*lane
	m          accounts.Mirror
	done       int
	total      int
	reconnects int
	problems   []error // of single folders; the others go on
}

// Sync brings the mirror up to date: the inbox first, in each folder the
// newest messages first. An error in one folder does not keep the others from
// being synced. The server is only read.
func (c *Client) Sync(ctx context.Context, m accounts.Mirror) error {
	if err := c.first.take(ctx); err != nil {
		return err
	}
	defer c.first.release()
	p := &pass{lane: c.first, m: m}
	known, err := m.Folders(ctx)
	if err != nil {
		return fmt.Errorf("imap: folders of the mirror: %w", err)
	}
	boxes, complete, err := p.folders(ctx, known)
	if err != nil {
		return err
	}
	for _, box := range boxes {
		if err := p.visit(ctx, box, find(known, box)); err != nil {
			return err
		}
	}
	if complete {
		if err := p.forget(ctx, known, boxes); err != nil {
			return err
		}
	}
	if err := m.Flush(ctx); err != nil {
		return fmt.Errorf("imap: mirror: %w", err)
	}
	return errors.Join(p.problems...)
}

func find(known []accounts.Folder, box mailbox) accounts.Folder {
	i := slices.IndexFunc(known, func(f accounts.Folder) bool { return f.Name == box.name })
	if i < 0 {
		return accounts.Folder{Name: box.name, Use: box.use}
	}
	f := known[i]
	f.Use = box.use
	return f
}

// visit syncs one folder and sorts its errors: those of the connection and of
// the mirror end the pass, the others are kept for the end.
func (p *pass) visit(ctx context.Context, box mailbox, f accounts.Folder) error {
	if unchanged(box.status, f) {
		return nil
	}
	err := p.yield(ctx)
	if err == nil {
		err = p.folder(ctx, f)
	}
	p.after(err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errMirror), ctx.Err() != nil:
		return err
	case errors.Is(err, accounts.ErrOffline), errors.Is(err, accounts.ErrAuth), errors.Is(err, accounts.ErrCertificate):
		return err
	}
	p.log.Warn("imap: folder not synced", "folder", f.Name, "err", err)
	p.problems = append(p.problems, err)
	return nil
}

// unchanged compares the status of a folder with the last complete pass. The
// modification sequence (RFC 7162) is needed for that: without it a change of
// flags would not show.
func unchanged(s mailStatus, f accounts.Folder) bool {
	return s.validity != 0 && s.validity == f.Validity && s.next == f.UIDNext && f.UIDNext != 0 &&
		s.messages == f.Messages && s.modSeq != 0 && s.modSeq == f.ModSeq
}

// errMirror marks errors of the local side.
var errMirror = errors.New("local mirror")

func mirrored(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("imap: %s: %w", what, errors.Join(errMirror, err))
}

// visitState is a folder being synced.
type visitState struct {
	f    accounts.Folder // as of the last pass
	sel  imap.SelectData // as of now
	have map[uint32]accounts.Flags
	new  bool // nothing was here before this pass
}

// folder brings one folder up to date.
func (p *pass) folder(ctx context.Context, f accounts.Folder) error {
	_, sel, err := p.selectFolder(ctx, f.Name, false)
	if err != nil {
		return err
	}
	v := &visitState{f: f, sel: *sel}
	if f.Validity != sel.UIDValidity {
		if err := p.begin(ctx, v); err != nil {
			return err
		}
	}
	if err := p.load(ctx, v); err != nil {
		return err
	}
	if v.settled() {
		return nil
	}
	if err := p.arrivals(ctx, v); err != nil {
		return err
	}
	if err := p.changes(ctx, v); err != nil {
		return err
	}
	return p.finish(ctx, v)
}

// begin starts a folder from nothing: it is new, or its UIDs have lost their
// meaning (RFC 9051, section 2.3.1.1).
func (p *pass) begin(ctx context.Context, v *visitState) error {
	if v.f.Validity != 0 {
		old, err := p.m.Have(ctx, v.f.Name, v.f.Validity)
		if err != nil {
			return mirrored("have", err)
		}
		if err := p.brake(v.f.Name, len(old)-int(v.sel.NumMessages), len(old)); err != nil {
			return err
		}
		if err := p.m.Reset(ctx, v.f.Name, v.sel.UIDValidity); err != nil {
			return mirrored("reset", err)
		}
	}
	v.f = accounts.Folder{Name: v.f.Name, Use: v.f.Use, Validity: v.sel.UIDValidity}
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

func (p *pass) load(ctx context.Context, v *visitState) error {
	if err := p.m.Flush(ctx); err != nil { // what is still being stored counts
		return mirrored("flush", err)
	}
	have, err := p.m.Have(ctx, v.f.Name, v.f.Validity)
	if err != nil {
		return mirrored("have", err)
	}
	v.have = make(map[uint32]accounts.Flags, len(have))
	for _, h := range have {
		v.have[h.UID] = h.Flags
	}
	v.new = len(have) == 0
	return nil
}

// settled tells that nothing changed since the last complete pass.
func (v *visitState) settled() bool {
	return unchanged(mailStatus{
		validity: v.sel.UIDValidity, next: uint32(v.sel.UIDNext),
		messages: v.sel.NumMessages, modSeq: v.sel.HighestModSeq,
	}, v.f) && len(v.have) == int(v.sel.NumMessages)
}

// finish notes a complete pass. What it stores is what the server said when
// the folder was opened, so that whatever happened since is found next time.
func (p *pass) finish(ctx context.Context, v *visitState) error {
	if err := p.m.Flush(ctx); err != nil {
		return mirrored("flush", err)
	}
	v.f.UIDNext = uint32(v.sel.UIDNext)
	if v.short() {
		v.f.UIDNext = 0
	}
	v.f.ModSeq = v.sel.HighestModSeq
	v.f.Messages = v.sel.NumMessages
	delete(p.missing, v.f.Name)
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

// short tells that the folder had more messages than are known now. Some may
// have been deleted meanwhile; to be sure, the next pass looks at all of them.
func (v *visitState) short() bool {
	n := 0
	for uid := range v.have {
		if uid < uint32(v.sel.UIDNext) {
			n++
		}
	}
	return n < int(v.sel.NumMessages)
}

// patience is how long a large loss has to last before it is believed.
const patience = 10 * time.Minute

// brake stops a pass that would forget most of a folder at once: a server that
// lost its disk looks exactly like a user who deleted everything. It lets go
// when the loss is still there some time later.
func (p *pass) brake(folder string, gone, of int) error {
	if gone <= 100 || gone*2 <= of {
		delete(p.missing, folder)
		return nil
	}
	since, seen := p.missing[folder]
	if seen && p.now().Sub(since) >= patience {
		return nil
	}
	if !seen {
		p.missing[folder] = p.now()
	}
	return fmt.Errorf("imap: %d of %d messages of %q are gone from the server: %w", gone, of, folder, accounts.ErrManyGone)
}

// forget drops folders that the server does not list any more.
func (p *pass) forget(ctx context.Context, known []accounts.Folder, boxes []mailbox) error {
	for _, f := range known {
		if slices.ContainsFunc(boxes, func(b mailbox) bool { return b.name == f.Name }) {
			continue
		}
		if err := p.brake(f.Name, int(f.Messages), int(f.Messages)); err != nil {
			p.problems = append(p.problems, err)
			continue
		}
		if err := p.m.DropFolder(ctx, f.Name); err != nil {
			return mirrored("drop folder", err)
		}
	}
	return nil
}
