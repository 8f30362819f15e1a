package mime

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// encoding gives the transfer encoding of a part (RFC 2045, 6), cleaned of
// comments and quotes.
func (p *part) encoding() string {
	s := lower(p.header.get("content-transfer-encoding"))
	if i := strings.IndexAny(s, "(;"); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, " \t\"'")
}

func lower(s string) string { return strings.ToLower(s) }

// decodeTransfer decodes a body. What is broken is decoded as far as it makes
// sense and false is given; an unknown encoding is taken for none.
func decodeTransfer(raw []byte, encoding string) ([]byte, bool) {
	switch encoding {
	case "", "7bit", "8bit", "binary":
		return raw, true
	case "base64":
		return decodeBase64(raw)
	case "quoted-printable":
		return decodeQuoted(raw)
	}
	return raw, false
}

// decodeBase64 decodes a body in base64: strictly when it is clean, else by
// passing over what does not belong there.
func decodeBase64(raw []byte) ([]byte, bool) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, err := base64.StdEncoding.Decode(out, raw) // passes over line ends itself
	if err == nil {
		return out[:n], true
	}
	blanks := bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, raw)
	n, err = base64.StdEncoding.Decode(out, blanks)
	if err == nil {
		return out[:n], true
	}
	return lenientBase64(raw), false
}

// decodeQuoted decodes quoted-printable (RFC 2045, 6.7), passing through what
// is no escape.
func decodeQuoted(raw []byte) ([]byte, bool) {
	out := make([]byte, 0, len(raw))
	ok := true
	for len(raw) > 0 {
		line, rest := raw, []byte(nil)
		end := ""
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line, rest, end = raw[:i], raw[i+1:], "\n"
		}
		line = bytes.TrimRight(line, " \t\r")
		if soft := bytes.HasSuffix(line, []byte{'='}); soft {
			line, end = line[:len(line)-1], ""
		}
		var clean bool
		out, clean = quotedLine(out, line)
		ok = ok && clean
		out = append(out, end...)
		raw = rest
	}
	return out, ok
}

func quotedLine(out, line []byte) ([]byte, bool) {
	ok := true
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] != '=':
			out = append(out, line[i])
		case i+2 < len(line) && hexOK(line[i+1], line[i+2]):
			out = append(out, unhex(line[i+1])<<4|unhex(line[i+2]))
			i += 2
		default:
			ok = false
			out = append(out, '=')
		}
	}
	return out, ok
}
