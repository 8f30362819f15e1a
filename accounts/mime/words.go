package mime

import (
	"encoding/base64"
	"strings"
)

// decodeText decodes the encoded words (RFC 2047) of an unstructured header
// value, and 8-bit text that was not encoded at all. Words inside quotes,
// without the spaces around them that are due, or with spaces inside are read
// as well; a character split over two words is put together.
func decodeText(s string) string {
	if !strings.Contains(s, "=?") {
		return oneLine(toUTF8([]byte(s), "", nil))
	}
	var d wordDecoder
	for len(s) > 0 {
		w, before, after, ok := nextWord(s)
		if !ok {
			break
		}
		d.plain(before)
		d.word(w)
		s = after
	}
	d.plain(s)
	d.flush()
	return oneLine(d.out.String())
}

// oneLine turns the control characters of white space into spaces: an encoded
// word must not bring a line end into a field that has one line.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\t") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' || r == '\t' || r == ' ' }), " ")
}

// encodedWord is one "=?charset?encoding?text?=".
type encodedWord struct {
	charset string
	data    []byte
}

// nextWord finds the first encoded word of s and what stands around it.
func nextWord(s string) (w encodedWord, before, after string, ok bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], "=?")
		if i < 0 {
			return encodedWord{}, s, "", false
		}
		i += from
		if w, n, ok := readWord(s[i:]); ok {
			return w, s[:i], s[i+n:], true
		}
		from = i + 2
	}
}

// maxWord bounds an encoded word. RFC 2047 allows 75 characters; programs that
// write whole subjects as one word are common.
const maxWord = 16 << 10

// readWord reads the encoded word that s begins with and gives its length.
func readWord(s string) (encodedWord, int, bool) {
	s = s[:min(len(s), maxWord)]
	name, rest, ok := strings.Cut(s[2:min(len(s), 80)], "?")
	if !ok || name == "" || len(rest) < 2 || rest[1] != '?' {
		return encodedWord{}, 0, false
	}
	start := 2 + len(name) + 3
	end := strings.Index(s[start:], "?=")
	if end < 0 {
		return encodedWord{}, 0, false
	}
	data, ok := decodeWord(rest[0], s[start:start+end])
	name, _, _ = strings.Cut(name, "*") // RFC 2231, 5: a language may follow
	return encodedWord{strings.ToLower(name), data}, start + end + 2, ok
}

func decodeWord(encoding byte, text string) ([]byte, bool) {
	switch encoding {
	case 'b', 'B':
		return lenientBase64([]byte(text)), true
	case 'q', 'Q':
		return quoted(text), true
	}
	return nil, false
}

// quoted decodes the Q encoding (RFC 2047, 4.2).
func quoted(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && hexOK(s[i+1], s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func hexOK(a, b byte) bool { return unhex(a) < 16 && unhex(b) < 16 }

// unhex gives the value of a hexadecimal digit, 255 for none.
func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// lenientBase64 decodes base64, passing over everything that is not of its
// alphabet and ending at a padding that more text may follow.
func lenientBase64(b []byte) []byte {
	clean := make([]byte, 0, len(b))
	for _, c := range b {
		if base64Byte(c) {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean)
	return out[:n]
}

func base64Byte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// wordDecoder joins adjacent words of one charset before it decodes them.
type wordDecoder struct {
	out     strings.Builder
	charset string
	data    []byte
	open    bool // the last thing was an encoded word
}

// plain takes text between words; white space between two words vanishes.
func (d *wordDecoder) plain(s string) {
	if s == "" || d.open && strings.TrimSpace(s) == "" {
		return
	}
	d.flush()
	d.out.WriteString(toUTF8([]byte(s), "", nil))
}

func (d *wordDecoder) word(w encodedWord) {
	if d.open && d.charset != w.charset {
		d.flush()
	}
	d.charset, d.open = w.charset, true
	d.data = append(d.data, w.data...)
}

func (d *wordDecoder) flush() {
	if d.open {
		d.out.WriteString(toUTF8(d.data, d.charset, nil))
	}
	d.data, d.open = nil, false
}
