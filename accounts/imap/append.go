package imap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// onTheWay is how much of a message may still be on its way once all of it was
// written, and slowLine how fast a line has to be for it.
const (
	onTheWay = 4 << 20
	slowLine = 64 << 10 // bytes a second
)

// append stores a message in a folder.
func (s *session) append(ctx context.Context, folder string, raw []byte, at time.Time) error {
	quiet := s.quiet + time.Duration(min(len(raw), onTheWay)/slowLine)*time.Second
	return s.within(ctx, quiet, fmt.Sprintf("append to %q", folder), func() error {
		cmd := s.c.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
		_, written := cmd.Write(raw)
		closed := cmd.Close()
		if _, err := cmd.Wait(); err != nil {
			return err // what the server says tells more than that it took no more bytes
		}
		return errors.Join(written, closed)
	})
}
