package mime

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// Bounds of the tree. Deeper and later parts are not followed; they are still
// in the message as received.
const (
	maxDepth = 50
	maxParts = 1000
	maxKeep  = 8 << 20 // of one part that is read as text
)

// builder makes the tree of a message from its header and body.
type builder struct {
	warn  *warnings
	parts int
	want  func(p *part) bool // whose content is kept
	limit int                // of the content kept
	base  string             // path of the root; "" for the message itself
	fails bool               // something could not be read and another parser may do better
	extra int                // how much of attached texts may be kept still
}

// readable keeps the contents that a message is shown and judged by.
func readable(p *part) bool {
	return p.is("text/plain", "text/html") && (p.disposition != "attachment" || first(p.path))
}

// first tells the path of what a message begins with, in however many layers.
func first(path string) bool { return strings.Trim(path, "1.") == "" }

// root reads the message.
func (b *builder) root(h header, body []byte) *part {
	p := newPart(h, b.base)
	if p.multipart() && p.media.params["boundary"] == "" {
		p.boundary(body)
	}
	if !p.multipart() {
		p.path = cmp.Or(b.base, "1")
	}
	b.fill(p, bytes.NewReader(body), 0)
	return p
}

// boundary finds the boundary of a multipart that declares none: the first
// line that looks like one. Without any, the body is a text.
func (p *part) boundary(body []byte) {
	for len(body) > 0 {
		line, rest := cutLine(body)
		if len(line) > 2 && len(line) < 80 && bytes.HasPrefix(line, []byte("--")) && line[2] != '-' && bytes.Contains(rest, line) {
			if p.media.params == nil {
				p.media.params = map[string]string{}
			}
			p.media.params["boundary"] = string(bytes.TrimSpace(line[2:]))
			return
		}
		body = rest
	}
	p.media = mediaType{name: "text/plain"}
}

// fill reads the content of a part.
func (b *builder) fill(p *part, r io.Reader, depth int) {
	b.parts++
	switch {
	case !p.multipart():
		b.leaf(p, r)
	case depth >= maxDepth:
		b.warn.add(warnDeep)
		p.media = mediaType{name: "application/octet-stream"}
	case p.media.params["boundary"] == "":
		b.fails = true
		p.media = mediaType{name: "text/plain"}
		b.leaf(p, r)
	default:
		b.children(p, r, depth)
	}
}

// children reads the parts of a multipart. The low-level reader is used, which
// neither decodes nor fails on an unknown encoding.
func (b *builder) children(p *part, r io.Reader, depth int) {
	mr := textproto.NewMultipartReader(r, p.media.params["boundary"])
	for n := 1; ; n++ {
		if b.parts >= maxParts {
			b.warn.add(warnParts)
			return
		}
		sub, err := mr.NextPart()
		if err != nil {
			b.ended(p, err)
			return
		}
		k := newPart(convert(sub.Header), number(p.path, n))
		if k.header.get("content-type") == "" && p.is("multipart/digest") {
			k.media = mediaType{name: "message/rfc822"} // RFC 2046, 5.1.5
		}
		p.kids = append(p.kids, k)
		b.fill(k, sub, depth+1)
	}
}

// ended judges why no more parts come. That the last boundary is missing is
// the usual end of a cut mail, and all of it has been read.
func (b *builder) ended(p *part, err error) {
	switch {
	case err == io.EOF:
	case cutOff(err) && len(p.kids) > 0:
		b.warn.add(warnTruncated)
	default:
		b.fails = true
	}
}

// cutOff tells whether the multipart reader met the end of the message. It
// wraps the end of input in a text of its own.
func cutOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || err.Error() == "multipart: NextPart: EOF" || err.Error() == "multipart: NextPart: unexpected EOF"
}

func number(parent string, n int) string {
	if parent == "" {
		return strconv.Itoa(n)
	}
	return parent + "." + strconv.Itoa(n)
}

// convert takes over the header of a part.
func convert(h textproto.Header) header {
	out := make(header, 0, h.Len())
	fields := h.Fields()
	for fields.Next() && len(out) < maxFields {
		v := fields.Value()
		out = append(out, field{lower(fields.Key()), v[:min(len(v), maxValue)]})
	}
	return out
}

// leaf reads a single part: its content when it is wanted, else its size only.
func (b *builder) leaf(p *part, r io.Reader) {
	if !b.want(p) {
		p.size = b.measure(p, r)
		return
	}
	limit := b.limit + b.limit/2 // of the encoded form
	raw, err := io.ReadAll(io.LimitReader(r, int64(limit)))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		b.fails = true
	}
	if len(raw) == limit {
		b.warn.add(warnLong)
	}
	var ok bool
	p.content, ok = decodeTransfer(raw, p.encoding())
	if !ok {
		b.warn.add(warnEncoding)
	}
	p.size = int64(len(p.content))
}

// measure gives the decoded size of a part without decoding it.
func (b *builder) measure(p *part, r io.Reader) int64 {
	c := counter{base64: p.encoding() == "base64", keep: maxHead}
	if searchable(p) {
		c.keep = min(2*maxExtra, max(b.extra, maxHead)) // base64 and quoted-printable take more than what they stand for
	}
	_, _ = io.Copy(&c, r) // a cut part has the size it has
	p.head = c.head
	if c.keep > maxHead {
		b.extra -= len(c.head)
	}
	if c.base64 {
		return c.n * 3 / 4
	}
	return c.n
}

// maxHead is how much of an attachment is kept, to tell what it is.
const maxHead = 256

// counter counts bytes, for base64 those of its alphabet only.
type counter struct {
	n      int64
	head   []byte // the first bytes, as they are
	keep   int    // so many of them
	base64 bool
	counts [256]uint8 // 1 for each byte of the alphabet, once known
	known  bool
}

func (c *counter) Write(p []byte) (int, error) {
	if room := c.keep - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(room, len(p))]...)
	}
	if !c.base64 {
		c.n += int64(len(p))
		return len(p), nil
	}
	c.learn()
	for _, b := range p { // without a branch: attachments are most of all bytes
		c.n += int64(c.counts[b])
	}
	return len(p), nil
}

func (c *counter) learn() {
	if c.known {
		return
	}
	c.known = true
	for b := range c.counts {
		if base64Byte(byte(b)) {
			c.counts[b] = 1
		}
	}
}
