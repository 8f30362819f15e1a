package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// portion is how many messages of a folder are brought in the first round.
// Each further one brings so many times more.
const (
	portion = 500
	growth  = 8
)

// lookEvery is how long new mail in the inbox waits at most for what is fetched
// from the past.
const lookEvery = 30 * time.Second

// pass is one run of Sync.
type pass struct {
	*lane
	m          accounts.Mirror
	done       int
	left       int // over all folders, as far as it is known
	reconnects int
	problems   []error     // of single folders; the others go on
	inbox      *visitState // nil when the server lists none
	lookedAt   time.Time   // when the inbox was last looked at
	renamed    bool        // a folder is gone, and a new one may be what became of it
	moved      int         // messages recognised in new folders
	pace       pace        // of fetching whole messages
	headPace   pace        // of fetching headers
}

// Sync brings the mirror up to date in rounds. The first one brings, of every
// folder, what changed and the newest messages; the later ones what is further
// back, each some times more than the one before, so that the last weeks of all
// folders are here before years of the first. New mail in the inbox is looked
// for in between. An error in one folder does not keep the others from being
// synced. The server is only read.
func (c *Client) Sync(ctx context.Context, m accounts.Mirror) error {
	if err := c.first.take(ctx); err != nil {
		return err
	}
	defer c.first.release()
	m = c.seen.noted(m)
	p := &pass{lane: c.first, m: m, lookedAt: c.now()}
	p.pace, p.headPace = newPace(c.config.Batch), newPace(c.config.Batch)
	known, err := m.Folders(ctx)
	if err != nil {
		return fmt.Errorf("imap: folders of the mirror: %w", err)
	}
	known = slices.DeleteFunc(slices.Clone(known), func(f accounts.Folder) bool { return f.Local })
	boxes, complete, err := p.folders(ctx, known)
	if err != nil {
		return err
	}
	p.recall(known)
	if err := p.introduce(ctx, known, boxes); err != nil {
		return err
	}
	if err := p.rounds(ctx, known, boxes, complete); err != nil {
		return err
	}
	if err := p.askAgain(ctx); err != nil {
		return err
	}
	if complete {
		if err := p.forget(ctx, known, boxes); err != nil {
			return err
		}
	}
	if err := m.Flush(ctx); err != nil {
		return fmt.Errorf("imap: mirror: %w", err)
	}
	if err := p.keepMissing(ctx); err != nil {
		return err
	}
	return errors.Join(p.problems...)
}

// introduce makes those folders known that are for something before the first
// message is: acts move messages to them, and for want of a trash would delete
// for good.
func (p *pass) introduce(ctx context.Context, known []accounts.Folder, boxes []mailbox) error {
	for _, box := range boxes {
		f, fresh := find(known, box)
		if !fresh || box.use == accounts.UseNone {
			continue
		}
		if err := p.m.SaveFolder(ctx, f); err != nil {
			return mirrored("save folder", err)
		}
	}
	return nil
}

// rounds visits the folders until everything is here.
func (p *pass) rounds(ctx context.Context, known []accounts.Folder, boxes []mailbox, complete bool) error {
	p.renamed = complete && len(vanished(known, boxes)) > 0
	states := p.plan(known, boxes)
	for n := portion; len(states) > 0; n = min(n*growth, maxListed) {
		for _, v := range ripe(states) {
			if err := p.visit(ctx, v, n); err != nil {
				return err
			}
		}
		states = slices.DeleteFunc(states, func(v *visitState) bool { return v.over })
	}
	return nil
}

// plan gives the folders in which there may be something to do, and guesses
// from their status how much.
func (p *pass) plan(known []accounts.Folder, boxes []mailbox) []*visitState {
	var states []*visitState
	for _, box := range boxes {
		v := &visitState{box: box, extent: p.extent(box.name, box.use)}
		v.f, v.fresh = find(known, box)
		if box.use == accounts.UseInbox {
			v.top = v.f.UIDNext
			p.inbox = v
		}
		if words, _ := scopeOf(v.f); unchanged(box.status, v.f) && words == scope(v.extent) {
			continue
		}
		p.expect(v, v.guess())
		states = append(states, v)
	}
	return states
}

// guess tells from the status of a folder how much is to come.
func (v *visitState) guess() int {
	if v.extent.None || v.extent.Days > 0 {
		return 0
	}
	n := int(v.box.status.messages)
	if v.f.UIDNext != 0 && v.f.Validity == v.box.status.validity {
		n -= int(v.f.Messages)
	}
	return max(n, 0)
}

// ripe leaves out what holds the messages of all other folders as long as
// those are not here: then most of it is recognised.
func ripe(states []*visitState) []*visitState {
	ripe := slices.DeleteFunc(slices.Clone(states), func(v *visitState) bool {
		return v.box.use == accounts.UseAll && v.opened
	})
	if len(ripe) == 0 {
		return states
	}
	return ripe
}

// find gives the state of a folder as of the last pass, and whether there is
// none.
func find(known []accounts.Folder, box mailbox) (f accounts.Folder, fresh bool) {
	i := slices.IndexFunc(known, func(f accounts.Folder) bool { return f.Name == box.name })
	if i < 0 {
		return accounts.Folder{Name: box.name, Use: box.use}, true
	}
	f = known[i]
	f.Use = box.use
	return f, false
}

// visit works on one folder and sorts its errors: those of the connection and
// of the mirror end the pass, the others are kept for the end.
func (p *pass) visit(ctx context.Context, v *visitState, n int) error {
	err := p.yield(ctx)
	if err == nil {
		err = p.advance(ctx, v, n)
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
	p.log.Warn("imap: folder not synced", "folder", v.f.Name, "err", err)
	p.problems = append(p.problems, err)
	p.close(v)
	return nil
}

// forget drops folders that the server does not list any more.
func (p *pass) forget(ctx context.Context, known []accounts.Folder, boxes []mailbox) error {
	for _, f := range vanished(known, boxes) {
		old, err := p.held(ctx, f)
		if err != nil {
			return err
		}
		n := len(old.rows)
		if err := p.brake(f.Name, n-p.moved, n); err != nil {
			p.problems = append(p.problems, err)
			continue
		}
		p.moved = max(p.moved-n, 0) // of a folder that has another name now
		if err := p.m.DropFolder(ctx, f.Name); err != nil {
			return mirrored("drop folder", err)
		}
	}
	return nil
}

// vanished gives the folders that are not listed any more.
func vanished(known []accounts.Folder, boxes []mailbox) []accounts.Folder {
	listed := make(map[string]bool, len(boxes))
	for _, b := range boxes {
		listed[b.name] = true
	}
	return slices.DeleteFunc(slices.Clone(known), func(f accounts.Folder) bool { return listed[f.Name] })
}

// expect notes how many messages of a folder are to come.
func (p *pass) expect(v *visitState, n int) {
	p.left += n - v.left
	v.left = n
}

// tell says how far the pass is.
func (p *pass) tell(v *visitState) { p.m.Progress(p.done, p.done+p.left, v.f.Name) }
