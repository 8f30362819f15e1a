package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Apply replays the user's acts in order. Neighbours that differ only in the
// message go in one command.
func (c *Client) Apply(ctx context.Context, tasks []accounts.Task) (done []int64, err error) {
	l, err := c.borrow(ctx)
	if err != nil {
		return nil, err
	}
	defer l.release()
	for len(tasks) > 0 {
		n := 1
		for n < len(tasks) && n < 500 && together(tasks[0], tasks[n]) {
			n++
		}
		if err := l.apply(ctx, tasks[:n]); err != nil {
			return done, l.after(err)
		}
		for _, t := range tasks[:n] {
			done = append(done, t.ID)
		}
		tasks = tasks[n:]
	}
	return done, nil
}

func together(a, b accounts.Task) bool {
	return a.Kind == b.Kind && a.Folder == b.Folder && a.Validity == b.Validity && a.Tag == b.Tag && a.Target == b.Target
}

// apply does one group of tasks. All of them can be done again without harm
// when the answer to the first time was lost: flags are set or taken off one by
// one, and what was moved is not found any more. A message that is gone, moved
// by then or deleted elsewhere, leaves nothing to do.
func (l *lane) apply(ctx context.Context, group []accounts.Task) error {
	uids := make([]uint32, len(group))
	for i := range group {
		uids[i] = group[i].UID
	}
	t := group[0]
	set := uidSet(uids)
	if len(set) == 0 {
		return fmt.Errorf("imap: %s: no UID: %w", t.Kind, accounts.ErrRefused)
	}
	err := l.act(ctx, t, set)
	if !errors.Is(err, accounts.ErrRefused) || l.current == nil {
		return err
	}
	s, reopened := l.openFor(ctx, t) // some servers refuse what names a message that is gone
	if reopened != nil {
		return err
	}
	there, asked := s.present(ctx, uids)
	if asked != nil {
		return err
	}
	left := uidSet(slices.DeleteFunc(uids, func(u uint32) bool { return !there[u] }))
	switch {
	case len(left) == 0:
		return nil
	case left.String() == set.String():
		return err
	}
	return l.act(ctx, t, left)
}

func (l *lane) act(ctx context.Context, t accounts.Task, set imap.UIDSet) error {
	s, err := l.openFor(ctx, t)
	if err != nil {
		return err
	}
	if t.Kind == conversation.ActArchive || t.Kind == conversation.ActDelete {
		return l.away(ctx, s, set, t)
	}
	op, flag, err := flagOf(t)
	if err != nil {
		return err
	}
	return s.store(ctx, set, op, flag)
}

// openFor opens the folder of a task for writing. When its UIDs have lost
// their meaning the task cannot be done as it stands.
func (l *lane) openFor(ctx context.Context, t accounts.Task) (*session, error) {
	s, sel, err := l.selectFolder(ctx, t.Folder, true)
	if err != nil {
		return nil, err
	}
	if t.Validity != 0 && sel.UIDValidity != t.Validity {
		return nil, fmt.Errorf("imap: %q: %w: %w", t.Folder, accounts.ErrStale, accounts.ErrRefused)
	}
	return s, nil
}

// flagOf gives the flag that an act sets or takes away. A word that cannot be
// a flag is refused here: the library would close the connection over it.
func flagOf(t accounts.Task) (imap.StoreFlagsOp, imap.Flag, error) {
	switch t.Kind {
	case conversation.ActRead:
		return imap.StoreFlagsAdd, imap.FlagSeen, nil
	case conversation.ActUnread:
		return imap.StoreFlagsDel, imap.FlagSeen, nil
	case conversation.ActStar:
		return imap.StoreFlagsAdd, imap.FlagFlagged, nil
	case conversation.ActUnstar:
		return imap.StoreFlagsDel, imap.FlagFlagged, nil
	case conversation.ActTag, conversation.ActUntag:
		if !validKeyword(t.Tag) {
			return 0, "", fmt.Errorf("imap: %q cannot be a keyword: %w", t.Tag, accounts.ErrRefused)
		}
		if t.Kind == conversation.ActTag {
			return imap.StoreFlagsAdd, imap.Flag(t.Tag), nil
		}
		return imap.StoreFlagsDel, imap.Flag(t.Tag), nil
	}
	return 0, "", fmt.Errorf("imap: act %q: %w", t.Kind, accounts.ErrUnsupported)
}

// validKeyword tells whether a word is an atom (RFC 9051, section 9).
func validKeyword(w string) bool {
	return w != "" && len(w) <= 100 && !strings.ContainsFunc(w, notAtom)
}

// store sets or takes off one flag. It asks for no UNCHANGEDSINCE (RFC 7162,
// section 3.1.3): since only the one flag is touched that the user meant,
// nothing that was set elsewhere meanwhile is lost, and of two who mean the same
// flag the later one has it.
func (s *session) store(ctx context.Context, set imap.UIDSet, op imap.StoreFlagsOp, flag imap.Flag) error {
	return s.do(ctx, "store", func() error {
		return s.c.Store(set, &imap.StoreFlags{Op: op, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
	})
}
