package imap

import (
	"context"
	"errors"
	"fmt"
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

// apply does one group of tasks.
func (l *lane) apply(ctx context.Context, group []accounts.Task) error {
	t := group[0]
	s, err := l.openFor(ctx, t)
	if err != nil {
		return err
	}
	uids := make([]uint32, len(group))
	for i := range group {
		uids[i] = group[i].UID
	}
	set := uidSet(uids)
	if len(set) == 0 {
		return fmt.Errorf("imap: %s: no UID: %w", t.Kind, accounts.ErrRefused)
	}
	switch t.Kind {
	case conversation.ActArchive, conversation.ActDelete:
		return s.away(ctx, set, t)
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
		return nil, fmt.Errorf("imap: %q was made anew since: %w", t.Folder, accounts.ErrRefused)
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

func (s *session) store(ctx context.Context, set imap.UIDSet, op imap.StoreFlagsOp, flag imap.Flag) error {
	return s.do(ctx, "store", func() error {
		return s.c.Store(set, &imap.StoreFlags{Op: op, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
	})
}

// away archives or deletes. Without a folder to move to, archiving makes one
// and deleting is for good.
func (s *session) away(ctx context.Context, set imap.UIDSet, t accounts.Task) error {
	target := t.Target
	if target == "" && t.Kind == conversation.ActArchive {
		target = "Archive"
	}
	if target == "" || target == t.Folder {
		if t.Kind == conversation.ActArchive {
			return nil // it is there already
		}
		return s.expunge(ctx, set)
	}
	err := s.move(ctx, set, target)
	if errors.Is(err, accounts.ErrFolder) {
		if err := s.create(ctx, target); err != nil {
			return err
		}
		err = s.move(ctx, set, target)
	}
	return err
}

// move moves messages. The library's own way for servers without MOVE
// (RFC 6851) deletes before it knows that the copy was made, so it is only
// used where the server does it in one step.
func (s *session) move(ctx context.Context, set imap.UIDSet, target string) error {
	if s.caps.Has(imap.CapMove) {
		return s.do(ctx, fmt.Sprintf("move to %q", target), func() error {
			_, err := s.c.Move(set, target).Wait()
			return err
		})
	}
	err := s.do(ctx, fmt.Sprintf("copy to %q", target), func() error {
		_, err := s.c.Copy(set, target).Wait()
		return err
	})
	if err != nil {
		return err
	}
	return s.expunge(ctx, set)
}

// expunge marks messages as deleted and takes them away. Without UIDPLUS
// (RFC 4315) they stay marked: a plain EXPUNGE would take along what other
// programs marked.
func (s *session) expunge(ctx context.Context, set imap.UIDSet) error {
	if err := s.store(ctx, set, imap.StoreFlagsAdd, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	return s.do(ctx, "expunge", func() error { return s.c.UIDExpunge(set).Close() })
}

func (s *session) create(ctx context.Context, name string) error {
	return s.do(ctx, fmt.Sprintf("create %q", name), func() error {
		return s.c.Create(name, nil).Wait()
	})
}
