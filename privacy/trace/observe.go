package trace

import (
	"bytes"
	"strings"
)

// Observe reads the header of a mail as it was received; a body behind it is
// not looked at. It never fails, runs in linear time and bounds what it keeps:
// what cannot be read is left out.
func Observe(header []byte) Observations {
	var o Observations
	rest := header[:min(len(header), maxHeader)]
	for len(rest) > 0 {
		var field []byte
		field, rest = cutField(rest)
		name, value, ok := bytes.Cut(field, []byte{':'})
		if !ok {
			if len(bytes.TrimSpace(field)) == 0 {
				break // the empty line that ends the header
			}
			continue
		}
		o.take(bytes.TrimRight(name, " \t"), value[:min(len(value), maxField)])
	}
	return o
}

// cutField cuts the first field, continuation lines included, from a header.
func cutField(b []byte) (field, rest []byte) {
	end := 0
	for {
		i := bytes.IndexByte(b[end:], '\n')
		if i < 0 {
			return b, nil
		}
		end += i + 1
		if end >= len(b) || b[end] != ' ' && b[end] != '\t' || blank(b[:end]) {
			return b[:end], b[end:]
		}
	}
}

func blank(line []byte) bool { return len(line) <= 2 && len(bytes.TrimSpace(line)) == 0 }

func (o *Observations) take(name, value []byte) {
	switch len(name) {
	case len("Received"):
		if bytes.EqualFold(name, []byte("Received")) && len(o.Hops) < maxHops {
			o.Hops = append(o.Hops, readReceived(value))
		}
	case len("Authentication-Results"):
		if bytes.EqualFold(name, []byte("Authentication-Results")) && len(o.Claims) < maxClaims {
			c := readResults(value)
			c.Above = len(o.Hops)
			o.Claims = append(o.Claims, c)
		}
	case len("DKIM-Signature"):
		o.DKIM = o.DKIM || bytes.EqualFold(name, []byte("DKIM-Signature"))
	case len("From"):
		if bytes.EqualFold(name, []byte("From")) {
			o.From += countAddresses(value)
		}
	case len("List-Id"):
		if o.List == "" && bytes.EqualFold(name, []byte("List-Id")) {
			o.List = listID(value)
		}
	}
}

// listID reads the identifier in angle brackets (RFC 2919 section 3).
func listID(value []byte) string {
	_, after, ok := bytes.Cut(value, []byte{'<'})
	if !ok {
		return ""
	}
	id, _, _ := bytes.Cut(after, []byte{'>'})
	return clean(id)
}

// countAddresses counts the addresses of a From field (RFC 5322 section 3.6.2):
// those in angle brackets, and bare ones, between separators that stand
// outside of quotes and comments.
func countAddresses(value []byte) int {
	n, angles, bare := 0, 0, 0
	end := func() {
		n += max(angles, min(bare, 1))
		angles, bare = 0, 0
	}
	lex(value, ",;<", func(t token) bool {
		switch {
		case t.kind == separator && t.text[0] == '<':
			angles++
		case t.kind == separator:
			end()
		case t.kind == word && bytes.IndexByte(t.text, '@') >= 0:
			bare++
		}
		return true
	})
	end()
	return n
}

// plain makes words safe to keep: printable ASCII, short.
func plain(b []byte) string {
	b = b[:min(len(b), maxName)]
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, string(b))
}

// clean makes a name safe to keep and to compare: plain, lower case.
func clean(b []byte) string { return strings.ToLower(plain(bytes.TrimSpace(b))) }

// host is clean without the dot of the root.
func host(b []byte) string { return strings.TrimSuffix(clean(b), ".") }
