package imap

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// visitState is a folder being synced. What lies on the server is brought here
// in portions over several visits; its state is only noted as complete at the
// end, as of the first visit, so that a pass that breaks off skips nothing.
type visitState struct {
	box      mailbox
	f        accounts.Folder // as of the last pass
	sel      imap.SelectData // as of the first visit
	extent   accounts.Extent
	familiar bool // what it holds is likely to be here under other UIDs
	fresh    bool // no pass knew it before
	opened   bool // visited in this pass
	over     bool // nothing more is to be done in this pass

	here  table  // what was here before
	known spans  // what is here now
	there spans  // what is on the server, while that is needed
	todo  spans  // what of it is wanted and not here
	young spans  // where only some days are kept and more may be recognised, what is fetched if it is not
	whole bool   // todo is all of it
	count int    // messages in the folder when it was last asked
	top   uint32 // everything below is known or to be brought
	left  int    // how many are to come, as far as that can be told
	cut   error  // why something is left for the next pass
	plain bool   // of something only the bytes could be had: its flags are asked for in the next pass
}

// open opens a folder for the first time in a pass and finds out what is here.
func (p *pass) open(ctx context.Context, v *visitState) error {
	_, sel, err := p.selectFolder(ctx, v.f.Name, false)
	if err != nil {
		return err
	}
	v.sel, v.top, v.count = *sel, uint32(sel.UIDNext), int(sel.NumMessages)
	if v.f.Validity != sel.UIDValidity || v.wentBack() {
		if err := p.begin(ctx, v); err != nil {
			return err
		}
	}
	words, known := scopeOf(v.f)
	v.familiar = known
	if words != scope(v.extent) {
		v.f.UIDNext = 0
	}
	if v.sel.UIDNext == 0 { // a server that does not tell is believed in nothing
		v.f.UIDNext = 0
	}
	return p.load(ctx, v)
}

// wentBack tells that the server was put back to an older state: it gives UIDs
// out that other messages had, against RFC 9051, section 2.3.1.1.
func (v *visitState) wentBack() bool {
	next := uint32(v.sel.UIDNext)
	return v.f.Validity == v.sel.UIDValidity && next != 0 && next < v.f.UIDNext
}

// recount asks how many messages the open folder has by now: what came since
// it was opened would make a list of it look larger than the folder is.
func (p *pass) recount(ctx context.Context, v *visitState) error {
	s := p.current
	if err := s.do(ctx, "noop", func() error { return s.c.Noop().Wait() }); err != nil {
		return err
	}
	if m := s.c.Mailbox(); m != nil {
		v.count = int(m.NumMessages)
	}
	return nil
}

// begin starts a folder from nothing: it is new, or its UIDs have lost their
// meaning (RFC 9051, section 2.3.1.1).
func (p *pass) begin(ctx context.Context, v *visitState) error {
	v.familiar = p.renamed
	if v.f.Validity != 0 {
		old, err := p.held(ctx, v.f)
		if err != nil {
			return err
		}
		n := len(old.rows)
		if err := p.brake(v.f.Name, n-int(v.sel.NumMessages), n); err != nil {
			return err
		}
		now := v.sel.UIDValidity
		if v.wentBack() {
			now = 0 // what is here has none of its UIDs any more
		}
		if err := p.m.Reset(ctx, v.f.Name, now); err != nil {
			return mirrored("reset", err)
		}
		v.familiar = n > 0
	}
	v.f = accounts.Folder{Name: v.f.Name, Use: v.f.Use, Validity: v.sel.UIDValidity}
	v.f.Cursor = v.noted()
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

func (p *pass) load(ctx context.Context, v *visitState) (err error) {
	if err := p.m.Flush(ctx); err != nil { // what is still being stored counts
		return mirrored("flush", err)
	}
	v.here, err = p.held(ctx, v.f)
	v.known = v.here.uids()
	return err
}

// loadedAtOnce is how many copies are taken from the mirror at once.
const loadedAtOnce = 10_000

// held gives what is here of a folder.
func (p *pass) held(ctx context.Context, f accounts.Folder) (t table, err error) {
	pager, ok := p.m.(accounts.Pager)
	if !ok {
		all, err := p.m.Have(ctx, f.Name, f.Validity)
		for _, h := range all {
			t.add(h)
		}
		return t, mirrored("have", err)
	}
	for from := uint32(1); ; {
		page, err := pager.HaveFrom(ctx, f.Name, f.Validity, from, loadedAtOnce)
		if err != nil {
			return t, mirrored("have", err)
		}
		for _, h := range page {
			t.add(h)
		}
		if len(page) < loadedAtOnce || page[len(page)-1].UID == 1<<32-1 {
			return t, nil
		}
		from = page[len(page)-1].UID + 1
	}
}

// unchanged compares the status of a folder with the last complete pass. The
// modification sequence (RFC 7162) is needed for that: without it a change of
// flags would not show.
func unchanged(s mailStatus, f accounts.Folder) bool {
	return s.validity != 0 && s.validity == f.Validity && s.next == f.UIDNext && f.UIDNext != 0 &&
		s.messages == f.Messages && s.modSeq != 0 && s.modSeq == f.ModSeq &&
		!strings.Contains(f.Cursor, braked) // what had been lost is back: that has to be noted
}

// settled tells that nothing changed since the last complete pass.
func (v *visitState) settled() bool {
	return unchanged(mailStatus{
		validity: v.sel.UIDValidity, next: uint32(v.sel.UIDNext),
		messages: v.sel.NumMessages, modSeq: v.sel.HighestModSeq,
	}, v.f) && (v.extent.Days > 0 || len(v.here.rows) == int(v.sel.NumMessages))
}

// finish notes a complete pass. What it stores is what the server said when
// the folder was first opened, so that whatever happened since is found next
// time.
func (p *pass) finish(ctx context.Context, v *visitState) error {
	if err := p.m.Flush(ctx); err != nil {
		return mirrored("flush", err)
	}
	v.f.UIDNext = uint32(v.sel.UIDNext)
	if v.short() {
		v.f.UIDNext = 0
	}
	v.f.ModSeq = v.seen()
	v.f.Messages = v.sel.NumMessages
	v.f.Cursor = scope(v.extent)
	delete(p.missing, v.f.Name)
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

// suspend notes how far a folder is that still lacks some: the flags of what is
// here are those of its first visit, or younger. It is compared with the
// server's as a whole by whoever goes on.
func (p *pass) suspend(ctx context.Context, v *visitState) error {
	f := v.f
	f.UIDNext, f.Messages = 0, 0
	f.ModSeq, f.Cursor = v.seen(), v.noted()
	return mirrored("save folder", p.m.SaveFolder(ctx, f))
}

// seen gives how far the flags are known: not at all when some are not.
func (v *visitState) seen() uint64 {
	if v.plain {
		return 0
	}
	return v.sel.HighestModSeq
}

// short tells that the folder had more messages than are known now. Some may
// have been deleted meanwhile; to be sure, the next pass looks at all of them.
func (v *visitState) short() bool {
	if v.extent.Days > 0 { // the older ones are not wanted
		return false
	}
	next := uint32(v.sel.UIDNext)
	if next == 0 {
		return true
	}
	return v.known.below(next) < int(v.sel.NumMessages)
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

// braked begins the word in the state of a folder that says since when most of
// it is gone, in seconds: another process may be the one that looks again.
const braked = "gone="

// recall reads since when folders lack most of what they held.
func (p *pass) recall(known []accounts.Folder) {
	for _, f := range known {
		for _, w := range strings.Fields(f.Cursor) {
			text, ok := strings.CutPrefix(w, braked)
			at, err := strconv.ParseInt(text, 10, 64)
			if _, seen := p.missing[f.Name]; ok && err == nil && !seen {
				p.missing[f.Name] = time.Unix(at, 0)
			}
		}
	}
}

// keepMissing notes in the state of folders what recall reads.
func (p *pass) keepMissing(ctx context.Context) error {
	if len(p.missing) == 0 {
		return nil
	}
	known, err := p.m.Folders(ctx)
	if err != nil {
		return mirrored("folders", err)
	}
	for _, f := range known {
		since, ok := p.missing[f.Name]
		if !ok || f.Local || strings.Contains(f.Cursor, braked) {
			continue
		}
		f.Cursor = strings.TrimSpace(f.Cursor + " " + braked + strconv.FormatInt(since.Unix(), 10))
		if err := p.m.SaveFolder(ctx, f); err != nil {
			return mirrored("save folder", err)
		}
	}
	return nil
}

// errMirror marks errors of the local side.
var errMirror = errors.New("local mirror")

func mirrored(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("imap: %s: %w", what, errors.Join(errMirror, err))
}
