package openpgp

import (
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// nextPacket takes the first packet off (RFC 9580, 4.2). Its contents are bytes
// of raw unless they came in pieces: a mail of some size would else be copied
// several times before it is opened.
func nextPacket(raw []byte) (op *packet.OpaquePacket, rest []byte, err error) {
	switch first := raw[0]; {
	case first&0x80 == 0:
		return nil, nil, ErrIntegrity
	case first&0x40 == 0:
		op = &packet.OpaquePacket{Tag: first & 0x3f >> 2}
		op.Contents, rest, err = oldBody(raw[1:], first&3)
	default:
		op = &packet.OpaquePacket{Tag: first & 0x3f}
		op.Contents, rest, err = newBody(raw[1:])
	}
	return op, rest, err
}

// oldBody reads a body with a legacy length (RFC 9580, 4.2.2): of one, two or
// four octets, or everything that follows.
func oldBody(b []byte, sort byte) (body, rest []byte, err error) {
	if sort == 3 {
		return b, nil, nil
	}
	octets := 1 << sort
	if len(b) < octets {
		return nil, nil, io.ErrUnexpectedEOF
	}
	n := uint64(0)
	for _, c := range b[:octets] {
		n = n<<8 | uint64(c)
	}
	return cutBody(b[octets:], n)
}

// newBody reads a body and its length (RFC 9580, 4.2.1), or the pieces of one.
func newBody(b []byte) (body, rest []byte, err error) {
	whole := len(b)
	for pieces := false; ; pieces = true {
		n, head, partial := lengthOf(b)
		if head == 0 {
			return nil, nil, io.ErrUnexpectedEOF
		}
		piece, after, err := cutBody(b[head:], n)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !pieces && !partial:
			return piece, after, nil
		case !pieces:
			body = make([]byte, 0, whole) // what is inside is never longer
		}
		body, b = append(body, piece...), after
		if !partial {
			return body, b, nil
		}
	}
}

func cutBody(b []byte, n uint64) (body, rest []byte, err error) {
	if uint64(len(b)) < n {
		return nil, nil, io.ErrUnexpectedEOF
	}
	return b[:n:n], b[n:], nil
}

// lengthOf reads a length of the present format; head is how many octets it
// takes, 0 when they are not there.
func lengthOf(b []byte) (n uint64, head int, partial bool) {
	switch {
	case len(b) == 0:
	case b[0] < 192:
		return uint64(b[0]), 1, false
	case b[0] < 224 && len(b) >= 2:
		return uint64(b[0]-192)<<8 + uint64(b[1]) + 192, 2, false
	case b[0] >= 224 && b[0] < 255:
		return 1 << (b[0] & 0x1f), 1, true
	case b[0] == 255 && len(b) >= 5:
		return uint64(b[1])<<24 | uint64(b[2])<<16 | uint64(b[3])<<8 | uint64(b[4]), 5, false
	}
	return 0, 0, false
}
