package mime

import (
	"bytes"
	"cmp"
)

// manual splits a message by this package's own rule: a line that begins with
// a boundary ends a part, whatever stands around it. It is the last try, for
// messages that both parsers refuse, or that the second one must not see.
type manual struct {
	builder
}

// root reads the message. A declared boundary that is nowhere in the body is
// replaced by what looks like one.
func (b *manual) root(h header, body []byte) *part {
	p := newPart(h, b.base)
	if p.multipart() && !bytes.Contains(body, []byte("--"+p.media.params["boundary"])) {
		p.boundary(body)
	}
	if !p.multipart() {
		p.path = cmp.Or(b.base, "1")
	}
	b.fill(p, body, 0)
	if !p.multipart() {
		p.path = cmp.Or(b.base, "1")
	}
	return p
}

func (b *manual) fill(p *part, body []byte, depth int) {
	b.parts++
	pieces := b.pieces(p, body, depth)
	if len(pieces) == 0 {
		if p.multipart() {
			p.media = mediaType{name: "text/plain"} // its content must not get lost
		}
		b.leaf(p, bytes.NewReader(body))
		return
	}
	for _, piece := range pieces {
		h, content := partHeader(piece, b.warn)
		k := newPart(h, number(p.path, len(p.kids)+1))
		p.kids = append(p.kids, k)
		b.fill(k, content, depth+1)
	}
}

// pieces gives the parts of a multipart, none for a part to be read in one.
func (b *manual) pieces(p *part, body []byte, depth int) [][]byte {
	boundary := p.media.params["boundary"]
	if !p.multipart() || boundary == "" || depth >= maxDepth {
		return nil
	}
	return segments(body, []byte("--"+boundary), maxParts-b.parts)
}

// segments cuts a body at the lines of a boundary, at most into n pieces. What
// stands before the first and behind the closing one is left out.
func segments(body, mark []byte, n int) [][]byte {
	var out [][]byte
	start := -1
	for at := 0; at < len(body) && len(out) < n; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if tail, ok := bytes.CutPrefix(line, mark); ok {
			tail = bytes.TrimSpace(tail)
			closing := string(tail) == "--"
			if len(tail) == 0 || closing {
				if start >= 0 {
					out = append(out, chomp(body[start:at]))
				}
				start = next
			}
			if closing {
				return out
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) && len(out) < n {
		out = append(out, body[start:])
	}
	return out
}

// chomp takes off the line end that belongs to the boundary.
func chomp(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
}

// partHeader reads the header of a part. One that begins with an empty line, or
// with what is no field, has none.
func partHeader(b []byte, warn *warnings) (header, []byte) {
	first, rest := cutLine(b)
	if len(bytes.TrimSpace(first)) == 0 {
		return nil, rest
	}
	if !startsWithField(b) {
		return nil, b
	}
	return readHeader(b, 0, warn)
}
