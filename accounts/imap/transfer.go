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

// away archives or deletes: it moves. A folder to move to is made where there
// is none, so that no act of the user is final on the server.
func (l *lane) away(ctx context.Context, s *session, set imap.UIDSet, t accounts.Task) error {
	target := t.Target
	if target == "" {
		target = map[conversation.ActKind]string{conversation.ActArchive: "Archive", conversation.ActDelete: "Trash"}[t.Kind]
	}
	if target == t.Folder {
		return nil // it is there already
	}
	err := l.move(ctx, s, set, t.Folder, target)
	if !errors.Is(err, accounts.ErrFolder) && !errors.Is(err, accounts.ErrRefused) {
		return err
	}
	made, lacking := l.provide(ctx, target)
	if lacking != nil || !made {
		return err
	}
	if s, err = l.openFor(ctx, t); err != nil {
		return err
	}
	return l.move(ctx, s, set, t.Folder, target)
}

// provide makes a folder where there is none. Servers need not say that this is
// why they refused (RFC 9051, section 6.4.7, asks for TRYCREATE).
func (l *lane) provide(ctx context.Context, name string) (made bool, err error) {
	s, err := l.connect(ctx)
	if err != nil {
		return false, err
	}
	boxes, err := s.list(ctx)
	if err != nil || slices.ContainsFunc(boxes, func(b mailbox) bool { return b.name == name }) {
		return false, l.after(err)
	}
	return true, l.after(s.create(ctx, name))
}

// create makes a folder. One that is there already is as good: the answer to
// an earlier try may have been lost.
func (s *session) create(ctx context.Context, name string) error {
	err := s.do(ctx, fmt.Sprintf("create %q", name), func() error {
		return s.c.Create(name, nil).Wait()
	})
	var said *imap.Error
	if errors.As(err, &said) && strings.EqualFold(string(said.Code), string(imap.ResponseCodeAlreadyExists)) {
		return nil
	}
	return err
}

// move moves messages. A server with MOVE (RFC 6851) does it in one step, so
// that after a lost answer each message is in one of both folders. The library's
// own way for the others deletes before it knows that the copy was made.
func (l *lane) move(ctx context.Context, s *session, set imap.UIDSet, from, target string) error {
	if s.caps.Has(imap.CapMove) {
		return s.do(ctx, fmt.Sprintf("move to %q", target), func() error {
			_, err := s.c.Move(set, target).Wait()
			return err
		})
	}
	s, copied, err := l.copied(ctx, s, set, from, target)
	if err != nil {
		return err
	}
	if missing := without(set, copied); len(missing) > 0 {
		var data *imap.CopyData
		err := s.do(ctx, fmt.Sprintf("copy to %q", target), func() (err error) {
			data, err = s.c.Copy(missing, target).Wait()
			return err
		})
		if err != nil {
			return err
		}
		if data.UIDValidity != 0 { // COPYUID (RFC 4315) names what was really copied
			set = within(set, append(slices.Clone(copied), data.SourceUIDs...))
		}
	}
	if len(set) == 0 {
		return nil
	}
	return s.expunge(ctx, set)
}

// without gives what is in a set and not in the other one.
func without(set, other imap.UIDSet) (left imap.UIDSet) {
	return filter(set, func(u imap.UID) bool { return !other.Contains(u) })
}

func within(set, other imap.UIDSet) imap.UIDSet {
	return filter(set, other.Contains)
}

// filter goes through a set made here, which holds no open ranges.
func filter(set imap.UIDSet, keep func(imap.UID) bool) (left imap.UIDSet) {
	uids, _ := set.Nums()
	for _, u := range uids {
		if keep(u) {
			left.AddNum(u)
		}
	}
	return left
}

// copied tells which messages are in the target already, byte for byte: when
// the answer to COPY was lost, doing it again would make a second copy. The
// folder is open again afterwards.
func (l *lane) copied(ctx context.Context, s *session, set imap.UIDSet, from, target string) (*session, imap.UIDSet, error) {
	here, err := s.prints(ctx, set)
	if err != nil {
		return nil, nil, err
	}
	s, _, err = l.selectFolder(ctx, target, false)
	if errors.Is(err, accounts.ErrFolder) || errors.Is(err, accounts.ErrRefused) {
		s, _, err = l.selectFolder(ctx, from, true)
		return s, nil, err // COPY will tell
	}
	if err != nil {
		return nil, nil, err
	}
	twins, taken := map[imap.UID]imap.UID{}, map[imap.UID]bool{}
	for _, p := range here {
		uid, err := s.twin(ctx, p, taken)
		if err != nil {
			return nil, nil, err
		}
		if uid != 0 {
			twins[p.uid] = uid
		}
	}
	there, err := s.digests(ctx, twins)
	if err != nil {
		return nil, nil, err
	}
	if s, _, err = l.selectFolder(ctx, from, true); err != nil {
		return nil, nil, err
	}
	var done imap.UIDSet
	for uid, sum := range there {
		own, err := s.digest(ctx, uid)
		if err != nil {
			return nil, nil, err
		}
		if own == sum {
			done.AddNum(uid)
		}
	}
	return s, done, nil
}

// expunge marks messages as deleted and takes them away. Without UIDPLUS
// (RFC 4315), or where the server offers it and refuses (ProtonMail/proton-bridge#123),
// they stay marked: a plain EXPUNGE would take along what other programs marked.
func (s *session) expunge(ctx context.Context, set imap.UIDSet) error {
	if err := s.store(ctx, set, imap.StoreFlagsAdd, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	err := s.do(ctx, "expunge", func() error { return s.c.UIDExpunge(set).Close() })
	if errors.Is(err, accounts.ErrRefused) {
		return nil
	}
	return err
}
