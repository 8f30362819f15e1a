package imap

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// gmail is the extension by which a provider is known that keeps a copy of
// what is sent by itself.
const gmail imap.Cap = "X-GM-EXT-1"

// Keep stores the copy of a sent mail in the folder for sent mail, marked as
// read, unless the server has it already.
func (c *Client) Keep(ctx context.Context, e conversation.Entry) error {
	l, err := c.borrow(ctx)
	if err != nil {
		return err
	}
	defer l.release()
	s, err := l.connect(ctx)
	if err != nil {
		return err
	}
	if s.caps.Has(gmail) {
		return nil
	}
	folder, err := l.sentFolder(ctx, s)
	if err != nil {
		return l.after(err)
	}
	found, err := l.holds(ctx, folder, e.RFCID)
	if err != nil || found {
		return l.after(err)
	}
	if err := s.append(ctx, folder, copyOf(e), c.now()); err != nil {
		l.drop() // the library may have left the command half written
		return err
	}
	return nil
}

func copyOf(e conversation.Entry) []byte {
	if e.Copy != nil {
		return e.Copy
	}
	return e.Wire
}

// sentFolder finds the folder for sent mail, and makes one where there is none.
func (l *lane) sentFolder(ctx context.Context, s *session) (string, error) {
	boxes, err := s.list(ctx)
	if err != nil {
		return "", err
	}
	for _, b := range boxes {
		if b.use == accounts.UseSent {
			return b.name, nil
		}
	}
	return "Sent", s.create(ctx, "Sent")
}

// Find looks for a mail by its Message-ID where a copy would be: with the sent
// mail, and in the inbox when it went to oneself. The error is ErrUnclear when
// it is in neither and the server cannot tell more.
func (c *Client) Find(ctx context.Context, e conversation.Entry) (bool, accounts.Receipt, error) {
	l, err := c.borrow(ctx)
	if err != nil {
		return false, accounts.Receipt{}, err
	}
	defer l.release()
	s, err := l.connect(ctx)
	if err != nil {
		return false, accounts.Receipt{}, err
	}
	boxes, err := s.list(ctx)
	if err != nil {
		return false, accounts.Receipt{}, l.after(err)
	}
	for _, b := range boxes {
		if b.use != accounts.UseSent && b.use != accounts.UseAll && b.use != accounts.UseInbox {
			continue
		}
		found, err := l.holds(ctx, b.name, e.RFCID)
		if err != nil {
			return false, accounts.Receipt{}, l.after(err)
		}
		if found {
			return true, accounts.Receipt{Saved: b.use == accounts.UseSent}, nil
		}
	}
	return false, accounts.Receipt{}, absent(s)
}

// absent says what it means that there is no copy. Only a provider that keeps
// one by itself proves with that that nothing was sent; elsewhere the copy is
// made after sending, and sending again might send twice.
func absent(s *session) error {
	if s.caps.Has(gmail) {
		return nil
	}
	return fmt.Errorf("imap: no copy among the sent mail: %w", accounts.ErrUnclear)
}

// holds tells whether a folder has a message of that Message-ID.
func (l *lane) holds(ctx context.Context, folder, id string) (bool, error) {
	if !searchable(id) {
		return false, nil
	}
	s, _, err := l.selectFolder(ctx, folder, false)
	if err != nil {
		return false, err
	}
	found, err := s.named(ctx, id, 0)
	return len(found) > 0, err
}
