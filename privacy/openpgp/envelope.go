package openpgp

import (
	"fmt"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// The packet types that are looked at before the library parses them (RFC
// 9580, 5).
const (
	tagSession     = 1
	tagSignature   = 2
	tagPhrase      = 3
	tagOnePass     = 4
	tagSecretKey   = 5
	tagPublicKey   = 6
	tagCompressed  = 8
	tagUnprotected = 9
	tagMarker      = 10
	tagLiteral     = 11
	tagProtected   = 18
	tagOCB         = 20 // of GnuPG, read but never written
	tagPadding     = 21
	tagOptional    = 40 // from here on unknown packets may be skipped
)

// envelope is a sealed message taken apart but not opened.
type envelope struct {
	sessions []*packet.EncryptedKey // nil for one of an unknown sort
	phrases  []*packet.OpaquePacket
	data     *packet.OpaquePacket
	size     int
}

// readEnvelope reads the outer packets. There has to be exactly one message
// with nothing after it: what follows would be neither protected nor shown.
func readEnvelope(sealed []byte) (*envelope, error) {
	if len(sealed) > maxSealed {
		return nil, ErrTooLarge
	}
	bodies, err := unarmor(sealed, blockMessage)
	if err != nil || len(bodies) != 1 {
		return nil, fmt.Errorf("%d messages: %w", len(bodies), ErrIntegrity)
	}
	e := &envelope{size: len(bodies[0])}
	err = eachPacket(bodies[0], e.take)
	if err == nil && e.data == nil {
		err = ErrIntegrity
	}
	return e, err
}

// take is given the outer packets one after the other.
func (e *envelope) take(op *packet.OpaquePacket) error {
	if e.data != nil || len(e.sessions)+len(e.phrases) >= maxSessions {
		return ErrIntegrity
	}
	switch op.Tag {
	case tagSession:
		p, _ := op.Parse()
		session, _ := p.(*packet.EncryptedKey)
		e.sessions = append(e.sessions, session)
	case tagPhrase:
		e.phrases = append(e.phrases, op)
	case tagProtected, tagOCB:
		e.data = op
	default: // also data without protection, which others may change
		return ErrIntegrity
	}
	return nil
}

// eachPacket gives the packets to a function, without those that carry
// nothing. Any irregularity is ErrIntegrity.
func eachPacket(raw []byte, take func(*packet.OpaquePacket) error) error {
	for len(raw) > 0 {
		op, rest, err := nextPacket(raw)
		if err != nil {
			return fmt.Errorf("packet: %w: %w", err, ErrIntegrity)
		}
		raw = rest
		if op.Tag == tagMarker || op.Tag == tagPadding || op.Tag >= tagOptional {
			continue
		}
		if err := take(op); err != nil {
			return err
		}
	}
	return nil
}

func (e *envelope) readers() []uint64 {
	var out []uint64
	for _, s := range e.sessions {
		if s == nil {
			out = append(out, 0)
			continue
		}
		out = append(out, s.KeyId)
	}
	return out
}

// aead tells whether the data is SEIPD version 2 (RFC 9580, 5.13.2).
func (e *envelope) aead() bool {
	return e.data.Tag == tagProtected && len(e.data.Contents) > 0 && e.data.Contents[0] == 2
}

// quantum asks it of every reader: one classical session key packet is enough
// to read the message later.
func (e *envelope) quantum() bool {
	for _, s := range e.sessions {
		if s == nil || !hybrid(s.Algo) {
			return false
		}
	}
	return len(e.sessions) > 0 && len(e.phrases) == 0
}
