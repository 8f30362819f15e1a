package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Reasons of quarantine, as codes.
const (
	reasonUnreadable = "mail.unreadable" // what the server sends cannot be understood
	reasonTooBig     = "mail.too-big"    // larger than the limit
	reasonNoAnswer   = "mail.no-answer"  // the server has it and does not give it
	reasonUndated    = "mail.undated"    // it is here, and what the server says about it cannot be understood
)

// patientTries is how many passes a message may cut the connection before it
// is set aside: a bad network is not the message's fault.
const patientTries = 3

// maxSilent is how many messages in a row a server may list and not give before
// the folder is left for another time.
const maxSilent = 1000

// single deals with one message that ended the connection: it is asked for by
// itself, since that may not happen again, then without anything the server says
// about it, then only for its header.
func (f *fetcher) single(ctx context.Context, uid uint32, cause error) error {
	if errors.Is(cause, accounts.ErrOffline) && f.suspect(uid) < patientTries {
		f.v.cut = fmt.Errorf("imap: message %d of %q: %w (%v)", uid, f.v.f.Name, accounts.ErrTemporary, cause)
		return nil
	}
	reason := reasonUnreadable
	if errors.Is(cause, errLimit) {
		reason = reasonTooBig
	}
	for _, i := range []items{f.items, bodyItems, headerItems} {
		if i == bodyItems && (reason == reasonTooBig || f.items == headItems) {
			continue
		}
		rest, err := f.once(ctx, []uint32{uid}, i)
		switch {
		case err == nil && len(rest) == 0:
			if i == bodyItems {
				return f.undated(ctx, uid)
			}
			return nil
		case errors.Is(err, errMirror) || ctx.Err() != nil:
			return err
		case err != nil:
			if err := f.again(ctx, err); err != nil {
				return err
			}
		}
	}
	return f.setAside(ctx, uid, reason)
}

func (f *fetcher) setAside(ctx context.Context, uid uint32, reason string) error {
	c := accounts.Copy{Folder: f.v.f.Name, Validity: f.v.f.Validity, UID: uid}
	f.log.Warn("imap: message set aside", "folder", c.Folder, "uid", uid, "reason", reason)
	f.know([]accounts.Copy{c})
	return mirrored("quarantine", f.m.Quarantine(ctx, c, reason))
}

// undated notes that of a message only the bytes could be had: its flags are
// asked for in the next pass, and when it came, later.
func (f *fetcher) undated(ctx context.Context, uid uint32) error {
	f.v.plain = true
	if err := f.m.Flush(ctx); err != nil { // what is added after it would end the quarantine
		return mirrored("flush", err)
	}
	c := accounts.Copy{Folder: f.v.f.Name, Validity: f.v.f.Validity, UID: uid}
	return mirrored("quarantine", f.m.Quarantine(ctx, c, reasonUndated))
}

// keepHeader keeps at least the header of a message that cannot be read.
func (f *fetcher) keepHeader(ctx context.Context, c accounts.Copy) error {
	f.know([]accounts.Copy{c})
	return mirrored("quarantine", f.m.Quarantine(ctx, c, reasonUnreadable))
}

func (f *fetcher) suspect(uid uint32) int {
	key := copyKey{f.v.f.Name, f.v.f.Validity, uid}
	f.suspects[key]++
	return f.suspects[key]
}

// unanswered deals with messages that a good answer left out: those that are
// gone meanwhile are no loss; the others are asked for one by one.
func (f *fetcher) unanswered(ctx context.Context, uids []uint32) error {
	s := f.current
	there, err := s.present(ctx, uids)
	if err != nil {
		return err
	}
	for i, uid := range uids {
		if !there[uid] {
			continue
		}
		if f.trusts(uid) {
			return f.get(ctx, slices.DeleteFunc(slices.Clone(uids[i:]), func(u uint32) bool { return !there[u] }))
		}
		if f.silent > maxSilent {
			return fmt.Errorf("imap: %q lists what it does not give: %w", f.v.f.Name, accounts.ErrTemporary)
		}
		if err := f.insist(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

// insist asks for one message once more. Some servers name the UID after the
// body; such an answer belongs to nothing for the library, and is picked up
// where it leaves unasked answers.
func (f *fetcher) insist(ctx context.Context, uid uint32) error {
	if f.items == headItems { // what gives no header may still give the message
		f.items = wholeItems
		defer func() { f.items = headItems }()
	}
	s := f.current
	stray := make(chan accounts.Copy, 1)
	s.catch(stray)
	defer s.catch(nil)
	rest, err := f.once(ctx, []uint32{uid}, f.items)
	if err != nil || len(rest) == 0 {
		return err
	}
	wait := 500 * time.Millisecond
	if f.silent++; f.silent > 3 { // a server that lists what it does not have
		wait = 0
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case c := <-stray:
		if c.UID == uid {
			c.Folder, c.Validity = f.v.f.Name, f.v.f.Validity
			f.held, f.silent = append(f.held, c), 0
			return f.flush(ctx)
		}
	case <-timer.C:
	}
	return f.setAside(ctx, uid, reasonNoAnswer)
}

func (s *session) catch(stray chan accounts.Copy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stray = stray
}
