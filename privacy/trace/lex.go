package trace

import "bytes"

type kind uint8

const (
	word kind = iota
	quoted
	comment
	separator
)

// token is a piece of a structured field; comments and quoted strings come
// without their delimiters, escapes inside them are left as they are.
type token struct {
	kind kind
	text []byte
}

// lex cuts a structured field (RFC 5322 section 3.2) into tokens and hands
// them to use until that says false. The bytes of seps are tokens of their own.
// It takes everything: what is not closed ends with the field. Each byte is
// looked at once.
func lex(b []byte, seps string, use func(token) bool) {
	for i := 0; i < len(b); {
		t := token{kind: word}
		end := i + 1
		switch c := b[i]; {
		case c <= ' ':
			i++
			continue
		case c == '(':
			end = closing(b, i)
			t = token{comment, inner(b, i, end, ')')}
		case c == '"':
			end = unquote(b, i)
			t = token{quoted, inner(b, i, end, '"')}
		case bytes.IndexByte([]byte(seps), c) >= 0:
			t = token{separator, b[i:end]}
		default:
			for end < len(b) && !stops(b[end], seps) {
				end++
			}
			t.text = b[i:end]
		}
		if !use(t) {
			return
		}
		i = end
	}
}

func stops(c byte, seps string) bool {
	if c <= ' ' || c == '(' || c == '"' {
		return true
	}
	for i := 0; i < len(seps); i++ {
		if seps[i] == c {
			return true
		}
	}
	return false
}

// closing finds the end of the comment that opens at i, nested ones included.
func closing(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// unquote finds the end of the quoted string that opens at i.
func unquote(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// inner strips the delimiters of the piece from i to end.
func inner(b []byte, i, end int, closer byte) []byte {
	in := b[i+1 : end]
	if n := len(in); n > 0 && in[n-1] == closer {
		in = in[:n-1]
	}
	return in
}
