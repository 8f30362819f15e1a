package imap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// append stores a message in a folder.
func (s *session) append(ctx context.Context, folder string, raw []byte, at time.Time) error {
	return s.do(ctx, fmt.Sprintf("append to %q", folder), func() error {
		cmd := s.c.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
		_, written := cmd.Write(raw)
		closed := cmd.Close()
		if _, err := cmd.Wait(); err != nil {
			return err // what the server says tells more than that it took no more bytes
		}
		return errors.Join(written, closed)
	})
}
