package openpgp

import (
	"bytes"
	"encoding/base64"
)

// longestLine is the longest line of an armor that is decoded at once.
const longestLine = 96

var (
	armorLine = []byte("-----BEGIN ")
	armorEnd  = []byte("-----END ")
	armorTail = []byte("-----")
)

// plainArmor decodes an armored block (RFC 9580, 6.2) as programs write it,
// line by line and without copies, which is several times faster than reading
// it as a stream. Of anything else it says no; that is for the library.
func plainArmor(text []byte) (b block, ok bool) {
	line, rest, ok := armoredLine(text)
	if !ok || !bytes.HasPrefix(line, armorLine) || !bytes.HasSuffix(line, armorTail) || len(line) <= len(armorLine)+len(armorTail) {
		return b, false
	}
	b.kind = string(line[len(armorLine) : len(line)-len(armorTail)])
	for {
		if line, rest, ok = armoredLine(rest); len(line) == 0 || !ok {
			break
		}
		if bytes.IndexByte(line, ':') < 0 {
			return b, false
		}
	}
	if ok {
		b.body, ok = plainLines(rest)
	}
	return b, ok
}

func plainLines(text []byte) (body []byte, ok bool) {
	body = make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, last := 0, false
	for len(text) > 0 {
		line, rest, ok := armoredLine(text)
		switch {
		case !ok:
			return nil, false
		case bytes.HasPrefix(line, armorEnd), len(line) == 5 && line[0] == '=':
			return body[:n], true
		case last || len(line) == 0 || len(line)%4 != 0:
			return nil, false
		}
		last = line[len(line)-1] == '='
		got, err := base64.StdEncoding.Decode(body[n:], line)
		if err != nil || !last && got != len(line)/4*3 {
			return nil, false
		}
		n, text = n+got, rest
	}
	return nil, false // without an end
}

// armoredLine cuts a line off, without the blanks at its ends, which the library
// does not see either. One that is too long is none.
func armoredLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		i = len(b)
	}
	return bytes.TrimSpace(b[:i]), b[min(i+1, len(b)):], i <= longestLine
}
