package openpgp

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
)

// The sorts of armored blocks (RFC 9580, 6.2.1).
const (
	blockMessage   = "PGP MESSAGE"
	blockSignature = "PGP SIGNATURE"
	blockPublic    = "PGP PUBLIC KEY BLOCK"
	blockPrivate   = "PGP PRIVATE KEY BLOCK"
)

var armorBegin = []byte("-----BEGIN PGP ")

// block is one armored block, decoded.
type block struct {
	kind string
	body []byte
}

// binary tells whether the bytes begin with an OpenPGP packet: its first bit
// is set. A text may begin so too, but packets are never a valid text.
func binary(data []byte) bool { return len(data) > 0 && data[0]&0x80 != 0 && !utf8.Valid(data) }

// unarmor gives the bodies of all blocks of the wanted sorts. Text around
// them is ignored, blocks that cannot be decoded end the reading.
func unarmor(data []byte, kinds ...string) ([][]byte, error) {
	if binary(data) {
		return [][]byte{data}, nil
	}
	all, err := blocks(data)
	var out [][]byte
	for _, b := range all {
		for _, k := range kinds {
			if b.kind == k {
				out = append(out, b.body)
			}
		}
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("no armored block: %w", io.ErrUnexpectedEOF)
	}
	return out, err
}

// blocks cuts the text at each beginning of a block, because the decoder of
// the library reads past the end of the one it gives.
func blocks(data []byte) ([]block, error) {
	var out []block
	starts := beginnings(data)
	for i, from := range starts {
		to := len(data)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		if b, ok := plainArmor(data[from:to]); ok {
			out = append(out, b)
			continue
		}
		b, err := armor.Decode(bytes.NewReader(data[from:to]))
		if err != nil {
			return out, fmt.Errorf("armor: %w", err)
		}
		var body bytes.Buffer
		body.Grow((to-from)*3/4 + bytes.MinRead)
		if _, err := body.ReadFrom(b.Body); err != nil {
			return out, fmt.Errorf("armor: %w", err)
		}
		out = append(out, block{kind: b.Type, body: body.Bytes()})
	}
	return out, nil
}

func beginnings(data []byte) []int {
	var out []int
	for at := 0; len(out) < maxBlocks; {
		i := bytes.Index(data[at:], armorBegin)
		if i < 0 {
			break
		}
		if blank(data[bytes.LastIndexByte(data[:at+i], '\n')+1 : at+i]) {
			out = append(out, at+i)
		}
		at += i + len(armorBegin)
	}
	return out
}

// blank tells whether nothing stands before the beginning of a block, but for
// spaces and the mark that some editors put before a text.
func blank(before []byte) bool {
	return len(before) < 64 && len(bytes.TrimSpace(bytes.TrimPrefix(before, []byte("\ufeff")))) == 0
}

// enarmor writes a block. The checksum is for GnuPG 2.2, which takes the last
// line of a block without one for broken base64 and then fails although the
// signature is good; next to version 6 it shall not be there (RFC 9580, 6.1).
func enarmor(kind string, body []byte, checksum bool) ([]byte, error) {
	var out bytes.Buffer
	w, err := armor.EncodeWithChecksumOption(&out, kind, nil, checksum)
	if err != nil {
		return nil, fmt.Errorf("armor: %w", err)
	}
	if _, err = w.Write(body); err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("armor: %w", err)
	}
	return append(out.Bytes(), '\n'), nil
}
