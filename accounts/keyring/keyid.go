package keyring

import (
	"crypto/sha1" //nolint:gosec // version 4 key IDs are made with it (RFC 9580, 5.5.4.2); nothing rests on it
	"crypto/sha256"
	"encoding/binary"
)

// Packet tags of public and secret keys (RFC 9580, 5).
const (
	tagSecret       = 5
	tagPublic       = 6
	tagSecretSubkey = 7
	tagPublicSubkey = 14
)

// keyIDs gives the key IDs of a certificate's primary key and subkeys without
// parsing it: all certificates have to be looked through to find whose subkey
// signed something, and parsing checks every signature in them. What it cannot
// read it leaves out. Only public keys are read: the packet of a secret key
// does not tell where its public half ends.
func keyIDs(raw []byte) []uint64 {
	var out []uint64
	for len(raw) > 0 {
		tag, body, rest, ok := nextPacket(raw)
		if !ok {
			return out
		}
		if tag == tagPublic || tag == tagPublicSubkey {
			if id, ok := keyID(body); ok {
				out = append(out, id)
			}
		}
		raw = rest
	}
	return out
}

// keyID computes a key ID (RFC 9580, 5.5.4).
func keyID(body []byte) (uint64, bool) {
	if len(body) == 0 || len(body) > 0xffff {
		return 0, false
	}
	switch body[0] {
	case 4:
		sum := sha1.Sum(append([]byte{0x99, byte(len(body) >> 8), byte(len(body))}, body...))
		return binary.BigEndian.Uint64(sum[12:]), true
	case 6:
		head := append([]byte{0x9b}, binary.BigEndian.AppendUint32(nil, uint32(len(body)))...)
		sum := sha256.Sum256(append(head, body...))
		return binary.BigEndian.Uint64(sum[:8]), true
	}
	return 0, false
}

// nextPacket takes one packet off (RFC 9580, 4.2). Partial lengths are not
// allowed for keys and signatures.
func nextPacket(raw []byte) (tag byte, body, rest []byte, ok bool) {
	if len(raw) < 2 || raw[0]&0x80 == 0 {
		return 0, nil, nil, false
	}
	var n, size int
	if raw[0]&0x40 != 0 {
		tag = raw[0] & 0x3f
		n, size = newLength(raw[1:])
	} else {
		tag = raw[0] >> 2 & 0x0f
		n, size = oldLength(raw[0]&3, raw[1:])
	}
	if size == 0 || n < 0 || n > len(raw)-1-size {
		return 0, nil, nil, false
	}
	start := 1 + size
	return tag, raw[start : start+n], raw[start+n:], true
}

// newLength gives a length and how many bytes tell it, 0 for a bad one.
func newLength(b []byte) (n, size int) {
	switch first := int(b[0]); {
	case first < 192:
		return first, 1
	case first < 224 && len(b) > 1:
		return (first-192)<<8 + int(b[1]) + 192, 2
	case first == 255 && len(b) > 4:
		return int(binary.BigEndian.Uint32(b[1:])), 5
	}
	return 0, 0
}

func oldLength(kind byte, b []byte) (n, size int) {
	switch {
	case kind == 0:
		return int(b[0]), 1
	case kind == 1 && len(b) > 1:
		return int(binary.BigEndian.Uint16(b)), 2
	case kind == 2 && len(b) > 3:
		return int(binary.BigEndian.Uint32(b)), 4
	}
	return 0, 0
}
