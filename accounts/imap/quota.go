package imap

import (
	"context"
	"errors"

	"github.com/emersion/go-imap/v2/imapclient"
)

// Quota tells how full the mailbox is, in per cent, 0 when the server does not
// say (RFC 9208). It is for telling the user in time, and nothing depends on it:
// a server whose answer cannot be understood is not asked again.
func (c *Client) Quota(ctx context.Context) (percent int, err error) {
	if c.quotaless.Load() {
		return 0, nil
	}
	l, err := c.borrow(ctx)
	if err != nil {
		return 0, err
	}
	defer l.release()
	s, err := l.connect(ctx)
	if err != nil {
		return 0, err
	}
	if !s.caps.Has("QUOTA") {
		return 0, nil
	}
	var roots []imapclient.QuotaData
	err = s.do(ctx, "quota", func() error {
		roots, err = s.c.GetQuotaRoot("INBOX").Wait()
		return err
	})
	if errors.Is(err, errBroken) {
		c.quotaless.Store(true)
	}
	for _, root := range roots {
		for _, r := range root.Resources {
			percent = max(percent, share(r.Usage, r.Limit))
		}
	}
	return percent, l.after(err)
}

// share gives a part in per cent, at most the whole.
func share(of, limit int64) int {
	switch {
	case limit <= 0 || of <= 0:
		return 0
	case of >= limit:
		return 100
	}
	return int(float64(of) / float64(limit) * 100)
}
