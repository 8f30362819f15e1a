package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	// askedAgain is how many copies in quarantine one pass asks for at most.
	askedAgain = 20
	// cutAgain is how many of them may end the connection in one pass.
	cutAgain = 3
)

// askAgain asks once more for what was set aside long enough ago: the server, or
// what stood between, may be sound by now. What still cannot be had waits for
// longer each time, and keeps nothing else from coming.
func (p *pass) askAgain(ctx context.Context) error {
	due, err := p.m.Aside(ctx)
	if err != nil {
		return mirrored("aside", err)
	}
	due = due[:min(len(due), askedAgain)]
	slices.SortStableFunc(due, func(a, b accounts.Aside) int { return cmp.Compare(a.Copy.Folder, b.Copy.Folder) })
	cuts := 0
	for _, a := range due {
		if cuts >= cutAgain {
			return nil
		}
		if err := p.yield(ctx); err != nil {
			return err
		}
		err := p.after(p.onceMore(ctx, a))
		switch {
		case errors.Is(err, errMirror), errors.Is(err, accounts.ErrAuth), errors.Is(err, accounts.ErrCertificate), ctx.Err() != nil:
			return err
		case err != nil && lost(err):
			cuts++
		}
	}
	return nil
}

// onceMore asks for one copy in quarantine. What fails before it is asked for
// says nothing about it.
func (p *pass) onceMore(ctx context.Context, a accounts.Aside) error {
	c := a.Copy
	s, sel, err := p.selectFolder(ctx, c.Folder, false)
	if err != nil || sel.UIDValidity != c.Validity {
		return err
	}
	there, err := s.present(ctx, []uint32{c.UID})
	if err != nil {
		return err
	}
	if !there[c.UID] {
		return mirrored("remove", p.m.Remove(ctx, c.Folder, c.Validity, []uint32{c.UID}, nil))
	}
	whole, found, err := s.one(ctx, c.UID, wholeItems)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil || !found:
		p.log.Warn("imap: message still set aside", "folder", c.Folder, "uid", c.UID, "reason", a.Reason, "err", err)
		return errors.Join(err, mirrored("quarantine", p.m.Quarantine(ctx, c, a.Reason)))
	}
	whole.Folder, whole.Validity = c.Folder, c.Validity
	if err := p.m.Add(ctx, []accounts.Copy{whole}); err != nil {
		return fmt.Errorf("imap: message %d of %q: %w", c.UID, c.Folder, mirrored("add", err))
	}
	p.done++
	return nil
}
