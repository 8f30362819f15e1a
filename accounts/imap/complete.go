package imap

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Complete fetches the whole of one message. ErrRefused says that the server
// has it no more: its folder is gone or was made anew, or it was deleted.
func (c *Client) Complete(ctx context.Context, copied accounts.Copy) (accounts.Copy, error) {
	l, err := c.borrow(ctx)
	if err != nil {
		return accounts.Copy{}, err
	}
	defer l.release()
	for _, i := range []items{wholeItems, bodyItems} { // what is said of a message may be nonsense where it is none
		var whole accounts.Copy
		whole, err = l.complete(ctx, copied, i)
		if err == nil {
			return whole, nil
		}
		l.after(err)
		if !errors.Is(err, errBroken) || errors.Is(err, errLimit) {
			break
		}
	}
	return accounts.Copy{}, fmt.Errorf("imap: message %d of %q: %w", copied.UID, copied.Folder, err)
}

func (l *lane) complete(ctx context.Context, copied accounts.Copy, i items) (accounts.Copy, error) {
	s, sel, err := l.selectFolder(ctx, copied.Folder, false)
	switch {
	case errors.Is(err, accounts.ErrFolder):
		return copied, errors.Join(accounts.ErrRefused, err)
	case err != nil:
		return copied, err
	case copied.UID == 0, copied.Validity != 0 && sel.UIDValidity != copied.Validity:
		return copied, fmt.Errorf("made anew since: %w", accounts.ErrRefused)
	}
	whole, found, err := s.one(ctx, copied.UID, i)
	if err != nil {
		return copied, err
	}
	if !found {
		return copied, fmt.Errorf("not there any more: %w", accounts.ErrRefused)
	}
	whole.Folder, whole.Validity = copied.Folder, sel.UIDValidity
	whole.Size = int64(len(whole.Raw))
	if i != wholeItems {
		whole.Flags, whole.Received = copied.Flags, copied.Received
	}
	return whole, nil
}

// one fetches a single message of the folder that is open. One that came with
// another size than the server tells is asked for twice.
func (s *session) one(ctx context.Context, uid uint32, i items) (c accounts.Copy, found bool, err error) {
	if c, found, err = s.just(ctx, uid, i); err == nil && found && c.Size > 0 && c.Size != int64(len(c.Raw)) {
		return s.just(ctx, uid, i)
	}
	return c, found, err
}

func (s *session) just(ctx context.Context, uid uint32, i items) (c accounts.Copy, found bool, err error) {
	err = s.do(ctx, "fetch", func() error {
		cmd := s.c.Fetch(imap.UIDSetNum(imap.UID(uid)), s.fetchOptions(i))
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			got, whole, err := readMessage(m, i)
			if err != nil {
				s.conn.Close() // the rest of the answer is of no use
				return err
			}
			if whole && got.UID == uid {
				c, found = got, true
			}
		}
		return cmd.Close()
	})
	return c, found, err
}
