package keyfind

import (
	"encoding/binary"
	"errors"
	"net/mail"
	"strings"
)

// The packets of a certificate (RFC 9580, 5).
const (
	tagSignature = 2
	tagPrimary   = 6
	tagUserID    = 13
	tagSubkey    = 14
)

var errPacket = errors.New("not the packets of a certificate")

// packet is one packet with its header as it was.
type packet struct {
	tag   byte
	whole []byte
	body  []byte
}

// packets cuts the binary form of certificates into packets.
func packets(data []byte) ([]packet, error) {
	var out []packet
	for len(data) > 0 {
		tag, head, length, err := header(data)
		if err != nil || length > len(data)-head {
			return nil, errPacket
		}
		out = append(out, packet{tag, data[:head+length], data[head : head+length]})
		data = data[head+length:]
	}
	return out, nil
}

// header reads a packet's header (RFC 9580, 4.2). Packets of unknown length
// have no place in a certificate.
func header(data []byte) (tag byte, head, length int, err error) {
	switch {
	case data[0]&0xc0 == 0xc0:
		head, length = newLength(data)
		tag = data[0] & 0x3f
	case data[0]&0x80 != 0:
		head, length = oldLength(data)
		tag = data[0] >> 2 & 0x0f
	}
	if head == 0 || length < 0 {
		return 0, 0, 0, errPacket
	}
	return tag, head, length, nil
}

func newLength(data []byte) (head, length int) {
	switch {
	case len(data) >= 2 && data[1] < 192:
		return 2, int(data[1])
	case len(data) >= 3 && data[1] < 224:
		return 3, (int(data[1])-192)<<8 + int(data[2]) + 192
	case len(data) >= 6 && data[1] == 255:
		return 6, int(binary.BigEndian.Uint32(data[2:]))
	}
	return 0, 0
}

func oldLength(data []byte) (head, length int) {
	switch kind := data[0] & 3; {
	case kind == 0 && len(data) >= 2:
		return 2, int(data[1])
	case kind == 1 && len(data) >= 3:
		return 3, int(binary.BigEndian.Uint16(data[1:]))
	case kind == 2 && len(data) >= 5:
		return 5, int(binary.BigEndian.Uint32(data[1:]))
	}
	return 0, 0
}

// onlyAddress takes away from one certificate the user IDs that do not name an
// address, with what others signed about them. Revocations stay. ErrAnswer when nothing
// of that address is left.
func onlyAddress(cert []byte, address string) ([]byte, error) {
	all, err := packets(cert)
	if err != nil {
		return nil, err
	}
	var out []byte
	keep, named := false, false
	for _, p := range all {
		switch p.tag {
		case tagPrimary, tagSubkey:
			keep = true
		case tagUserID:
			keep = names(string(p.body), address)
			named = named || keep
		case tagSignature: // belongs to what stands before it
		default:
			keep = false
		}
		if keep {
			out = append(out, p.whole...)
		}
	}
	if !named {
		return nil, ErrAnswer
	}
	return out, nil
}

// names tells whether a user ID names exactly that address and nothing else
// that looks like one.
func names(id, address string) bool {
	if strings.Count(id, "@") != strings.Count(address, "@") {
		return false
	}
	bare := strings.TrimSpace(id)
	if inner, ok := strings.CutSuffix(bare, ">"); ok {
		if open := strings.LastIndexByte(inner, '<'); open >= 0 {
			bare = inner[open+1:]
		}
	} else if a, err := mail.ParseAddress(bare); err == nil {
		bare = a.Address
	}
	return same(bare, address)
}
