package link

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// IsCut tells whether an error means that the connection is gone, by the
// network or by a deadline, rather than that something wrong came through it.
func IsCut(err error) bool {
	var network net.Error
	return isCut(err) || errors.As(err, &network)
}

func isCut(err error) bool {
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed,
		os.ErrDeadlineExceeded, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
