package imap

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// advance brings up to n messages of a folder, and in the first round what
// changed. The state of the folder is noted when it is complete, and at the end
// of the first round.
func (p *pass) advance(ctx context.Context, v *visitState, n int) error {
	first := !v.opened
	if err := p.survey(ctx, v); err != nil || v.over {
		return err
	}
	if err := p.bring(ctx, v, n); err != nil {
		return err
	}
	if first {
		if err := p.changes(ctx, v); err != nil {
			return err
		}
	}
	switch {
	case v.whole && len(v.todo) == 0 && v.cut != nil:
		return v.cut // what is left makes the next pass look again
	case v.whole && len(v.todo) == 0:
		defer p.close(v)
		return p.finish(ctx, v)
	case first:
		return p.suspend(ctx, v)
	}
	return nil
}

// survey finds out what is to be brought: at first what is new and the newest
// of what never came, later everything.
func (p *pass) survey(ctx context.Context, v *visitState) error {
	switch {
	case !v.opened:
		v.opened = true
		return p.arrive(ctx, v)
	case v.whole:
		return nil
	}
	if err := p.reopen(ctx, v); err != nil {
		return err
	}
	if err := p.recount(ctx, v); err != nil {
		return err
	}
	if err := p.list(ctx, v, maxListed); err != nil {
		return err
	}
	if !v.whole { // nobody has that many: what is listed is brought, and nothing taken for gone
		v.whole = true
		v.cut = fmt.Errorf("imap: %q with %d messages: %w", v.f.Name, v.sel.NumMessages, accounts.ErrUnsupported)
		return nil
	}
	return p.removeAbsent(ctx, v)
}

// arrive opens a folder and finds out what is new in it. It ends the work on
// one in which nothing changed.
func (p *pass) arrive(ctx context.Context, v *visitState) error {
	switch {
	case v.extent.None:
		p.close(v)
		return p.leaveAlone(ctx, v)
	case v.bare():
		p.close(v)
		return p.saveBare(ctx, v)
	}
	if err := p.open(ctx, v); err != nil {
		return err
	}
	if v.settled() {
		p.close(v)
		return nil
	}
	low, next := v.f.UIDNext, uint32(v.sel.UIDNext)
	switch {
	case v.sel.NumMessages == 0, v.extent.Days == 0 && low != 0 && next == low:
		v.whole = true
		p.expect(v, 0)
		return nil
	case v.extent.Days == 0 && low != 0 && next-low <= listWindow:
		found, err := p.current.listFrom(ctx, low, int(v.sel.NumMessages))
		v.todo, v.whole = found.without(v.known), true
		p.expect(v, v.todo.count())
		return err
	case v.extent.Days > 0:
		return p.list(ctx, v, maxListed)
	}
	return p.list(ctx, v, portion)
}

// list finds out which of the n newest messages of the open folder are to be
// brought.
func (p *pass) list(ctx context.Context, v *visitState, n int) error {
	s, messages := p.current, v.count
	there, all, err := s.listed(ctx, messages, n, imap.SearchCriteria{})
	if err != nil {
		return err
	}
	wanted := there
	if v.extent.Days > 0 {
		if wanted, _, err = s.listed(ctx, messages, n, since(v.extent, p.now())); err != nil {
			return err
		}
		if v.familiar { // what is older and was here is recognised
			v.young, wanted = wanted, there
		}
	}
	v.todo, v.whole = wanted.without(v.known), all
	if v.whole {
		v.there = there
		p.expect(v, v.todo.count())
		return nil
	}
	p.expect(v, max(v.todo.count(), messages-v.known.count()))
	return nil
}

// leaveAlone makes a folder known of which nothing is brought here.
func (p *pass) leaveAlone(ctx context.Context, v *visitState) error {
	if !v.fresh {
		return nil
	}
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

// bare tells that a folder is new and empty, which its status says already.
func (v *visitState) bare() bool {
	s := v.box.status
	return v.fresh && s.messages == 0 && s.validity != 0 && s.next != 0 && s.modSeq != 0
}

func (p *pass) saveBare(ctx context.Context, v *visitState) error {
	s := v.box.status
	v.f.Validity, v.f.UIDNext, v.f.ModSeq, v.f.Cursor = s.validity, s.next, s.modSeq, scope(v.extent)
	return mirrored("save folder", p.m.SaveFolder(ctx, v.f))
}

// close ends the work on a folder in this pass.
func (p *pass) close(v *visitState) {
	v.over = true
	v.here, v.there, v.todo = table{}, nil, nil
	if v != p.inbox {
		v.known = nil
	}
	p.expect(v, 0)
}

// stirring has a pass that is under way look at the inbox soon when something
// was heard.
func (c *Client) stirring(news func()) func() {
	return func() {
		c.stirred.Store(true)
		news()
	}
}

// look brings what came into the inbox since it was last looked at, so that
// new mail does not wait for what is years old. Whatever it does not manage is
// left for the next pass, which finds it in any case.
func (p *pass) look(ctx context.Context) error {
	v := p.inbox
	if v == nil || v.top == 0 || !p.stirred.Swap(false) && p.now().Sub(p.lookedAt) < lookEvery {
		return nil
	}
	p.lookedAt = p.now()
	_, sel, err := p.selectFolder(ctx, v.f.Name, false)
	if err != nil || sel.UIDValidity != v.f.Validity || uint32(sel.UIDNext) <= v.top {
		return p.passable(err)
	}
	found, err := p.current.listFrom(ctx, v.top, int(sel.NumMessages))
	if err != nil {
		return p.passable(err)
	}
	f := &fetcher{pass: p, v: v}
	some := found.without(v.known).newest(portion)
	if err := f.take(ctx, some); err != nil {
		return err
	}
	p.done += some.count()
	v.top = uint32(sel.UIDNext)
	return nil
}

// passable lets what the server refuses pass; a connection that is gone is
// opened anew by what comes next.
func (p *pass) passable(err error) error {
	p.after(err)
	if errors.Is(err, accounts.ErrAuth) || errors.Is(err, accounts.ErrCertificate) || errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
