package mime

import (
	"bytes"

	"github.com/jhillyerd/enmime/v2"
)

// Bounds within which enmime may try. It needs twice the time for each level
// of multiparts left open, so messages that could nest are kept from it.
const (
	secondSize  = 25 << 20
	secondMulti = 10
)

// second reads a message that go-message could not read whole. It gives nil
// when enmime must not try, or finds no more than was found before.
func second(raw []byte, first *part, want func(*part) bool, base string) *part {
	if len(raw) > secondSize || multiparts(raw) > secondMulti {
		return nil
	}
	p := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.DisableTextConversion(true), enmime.DisableCharacterDetection(true), enmime.RawContent(true), enmime.MaxStoredPartErrors(10), enmime.SetCustomParseMediaType(looseType))
	root, err := p.ReadParts(bytes.NewReader(skipEnvelope(raw)))
	if err != nil || root == nil {
		return nil
	}
	out := adopt(root, base, want, 0)
	if out == nil || weight(out) <= weight(first) {
		return nil
	}
	return out
}

// looseType reads a media type by this package's own rule, which takes what
// enmime makes of a line without colon: it appends it to the field before.
func looseType(s string) (string, map[string]string, []string, error) {
	m := parseMedia(s)
	if m.params == nil {
		m.params = map[string]string{}
	}
	return m.name, m.params, nil, nil
}

// multiparts counts how many multiparts a message could hold.
func multiparts(raw []byte) int {
	n := 0
	for rest := raw; n <= secondMulti; n++ {
		i := indexFold(rest, "multipart/")
		if i < 0 {
			break
		}
		rest = rest[i+1:]
	}
	return n
}

// indexFold finds a lower-case ASCII word in whatever case.
func indexFold(b []byte, word string) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], word[len(word)-1])
		if i < 0 {
			return -1
		}
		end := from + i + 1
		if start := end - len(word); start >= 0 && bytes.EqualFold(b[start:end], []byte(word)) {
			return start
		}
		from = end
	}
}

// adopt takes over a tree of enmime's, whose contents are still encoded.
func adopt(e *enmime.Part, path string, want func(*part) bool, depth int) *part {
	var h header
	for k, vs := range e.Header {
		for _, v := range vs {
			h = append(h, field{lower(k), v})
		}
	}
	p := newPart(h, path)
	if e.FirstChild == nil || depth > maxDepth {
		if path == "" {
			p.path = "1"
		}
		if p.multipart() {
			p.media = mediaType{name: "text/plain"}
		}
		content, _ := decodeTransfer(e.Content, p.encoding())
		p.size = int64(len(content))
		if want(p) || p.size > 0 && p.is("text/plain", "text/html") {
			p.content = content
		}
		return p
	}
	n := 0
	for k := e.FirstChild; k != nil; k = k.NextSibling {
		n++
		p.kids = append(p.kids, adopt(k, number(path, n), want, depth+1))
	}
	return p
}

// weight is how much a tree gives to read.
func weight(p *part) (n int64) {
	p.walk(func(q *part) {
		if !q.multipart() {
			n += q.size
		}
	})
	return n
}
