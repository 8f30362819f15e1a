package openpgp

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// content is what stands inside a seal: one literal and its signatures.
type content struct {
	data       []byte
	name       string
	signatures []pair
	literals   int
	onePass    []*packet.OpaquePacket
	limit      int64
	depth      int
}

// pair is a signature with the packet that announced it, if any.
type pair struct{ onePass, signature *packet.OpaquePacket }

// readContent reads the packets inside a seal (RFC 9580, 10.3). More than one
// literal is refused: only one of them could be shown and judged.
func readContent(raw []byte, limit int64) (*content, error) {
	c := &content{limit: limit}
	if err := eachPacket(raw, c.take); err != nil {
		return nil, err
	}
	if c.literals != 1 {
		return nil, fmt.Errorf("%d literals: %w", c.literals, ErrIntegrity)
	}
	for _, o := range c.onePass { // announced, but never made
		c.signatures = append(c.signatures, pair{onePass: o})
	}
	return c, nil
}

func (c *content) take(op *packet.OpaquePacket) error {
	switch op.Tag {
	case tagCompressed:
		return c.unpack(op)
	case tagOnePass:
		if c.literals > 0 {
			return ErrIntegrity
		}
		c.onePass = append(c.onePass, op)
	case tagSignature:
		c.sign(op)
	case tagLiteral:
		return c.literal(op)
	default:
		return fmt.Errorf("packet %d inside a seal: %w", op.Tag, ErrIntegrity)
	}
	return nil
}

// sign pairs a signature with the last announcement that is still open: they
// bracket what they sign.
func (c *content) sign(op *packet.OpaquePacket) {
	p := pair{signature: op}
	if n := len(c.onePass); n > 0 && c.literals > 0 {
		p.onePass = c.onePass[n-1]
		c.onePass = c.onePass[:n-1]
	} else if c.literals > 0 {
		p.signature = nil // never announced: not a signature of this message
	}
	c.signatures = append(c.signatures, p)
}

// literal takes the text out of its packet (RFC 9580, 5.9): format, length of
// the file name, the name, four bytes of time, and the rest.
func (c *content) literal(op *packet.OpaquePacket) error {
	b := op.Contents
	if len(b) < 2 || len(b) < 6+int(b[1]) {
		return ErrIntegrity
	}
	c.literals++
	c.name = string(b[2 : 2+int(b[1])])
	c.data = b[6+int(b[1]):]
	return nil
}

// unpack reads a compressed packet as far as the limit allows.
func (c *content) unpack(op *packet.OpaquePacket) error {
	if c.depth++; c.depth > maxDepth {
		return ErrTooLarge
	}
	p, err := op.Parse()
	packed, ok := p.(*packet.Compressed)
	if err != nil || !ok {
		return ErrIntegrity
	}
	raw, err := io.ReadAll(packed.LimitedBodyReader(&c.limit))
	if errors.Is(err, pgperrors.ErrMessageTooLarge) {
		return ErrTooLarge
	}
	if err != nil {
		return fmt.Errorf("compressed: %w: %w", err, ErrIntegrity)
	}
	c.limit -= int64(len(raw))
	return eachPacket(raw, c.take)
}

// agrees tells whether a one-pass packet announces that signature: type, hash
// and algorithm are the same, and for version 6 the salt as well.
func (p pair) agrees() bool {
	if p.onePass == nil {
		return true
	}
	o, s := p.onePass.Contents, p.signature.Contents
	if len(o) < 13 || len(s) < 6 || s[0] == 3 {
		return false
	}
	if o[1] != s[1] || o[2] != s[3] || o[3] != s[2] || (o[0] == 6) != (s[0] == 6) {
		return false
	}
	return o[0] != 6 || bytes.Contains(s, o[5:5+min(int(o[4]), len(o)-5)])
}
