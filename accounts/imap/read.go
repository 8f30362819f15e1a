package imap

import (
	"errors"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
)

// errTorn is about a literal that ended too early. Its answer must be left
// alone from then on: the library would go on reading it beside its own
// reader.
var errTorn = errors.New("literal cut short")

// readMessage reads one answer, and tells whether it holds the message asked
// for.
func readMessage(m *imapclient.FetchMessageData, i items) (c accounts.Copy, whole bool, err error) {
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			c.UID = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			c.Flags = merge(c.Flags, item.Flags)
		case imapclient.FetchItemDataModSeq:
			c.Flags.ModSeq = item.ModSeq
		case imapclient.FetchItemDataInternalDate:
			c.Received = item.Time.UTC()
		case imapclient.FetchItemDataRFC822Size:
			c.Size = item.Size
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			raw, err := readLiteral(item.Literal)
			if err != nil {
				return c, false, errors.Join(errTorn, io.ErrUnexpectedEOF, err)
			}
			if wanted(item.Section, i) {
				c.Raw, whole = raw, true
			}
		}
	}
	return c, whole, nil
}

func wanted(s *imap.FetchItemBodySection, i items) bool {
	specifier := imap.PartSpecifierNone
	if i == headerItems || i == headItems {
		specifier = imap.PartSpecifierHeader
	}
	return s.Specifier == specifier && len(s.Part) == 0 && s.Partial == nil
}

// readLiteral reads a whole literal. Little is reserved on the server's word
// alone.
func readLiteral(l imap.LiteralReader) ([]byte, error) {
	if l.Size() > 1<<20 {
		raw, err := io.ReadAll(l)
		if err == nil && int64(len(raw)) != l.Size() {
			err = io.ErrUnexpectedEOF
		}
		return raw, err
	}
	raw := make([]byte, l.Size())
	_, err := io.ReadFull(l, raw)
	return raw, err
}
