package mime

import (
	"strings"
)

// part is one node of a message's tree.
type part struct {
	path        string // as IMAP numbers it: "1", "2.1"; "" for a multipart that is the message
	header      header
	media       mediaType
	disposition string
	name        string
	content     []byte // decoded from its transfer encoding; kept for the parts that are read
	head        []byte // first bytes, still encoded, of a part whose content is not kept
	size        int64  // of the decoded content
	kids        []*part
}

func newPart(h header, path string) *part {
	p := &part{path: path, header: h, media: parseMedia(h.get("content-type"))}
	if !strings.Contains(p.media.name, "/") {
		p.media.name = "text/plain" // also for "text", as old programs wrote
	}
	d := parseMedia(h.get("content-disposition"))
	p.disposition = d.name
	p.name = partName(d, p.media)
	return p
}

func (p *part) is(types ...string) bool {
	for _, t := range types {
		if p.media.name == t {
			return true
		}
	}
	return false
}

func (p *part) multipart() bool { return strings.HasPrefix(p.media.name, "multipart/") }

// attached tells whether a part is meant as a file rather than to be read in
// place.
func (p *part) attached() bool {
	if p.disposition == "attachment" {
		return true
	}
	return p.name != "" && p.disposition != "inline" || !p.is("text/plain", "text/html")
}

// text gives the decoded text of a part.
func (p *part) text(warn *warnings) string {
	declared := p.media.params["charset"]
	if declared == "" && p.is("text/html") {
		declared = metaCharset(p.content)
	}
	return strings.ReplaceAll(toUTF8(p.content, declared, warn), "\r\n", "\n")
}

// metaCharset finds the charset that HTML declares of itself.
func metaCharset(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 2048)]))
	_, after, ok := strings.Cut(head, "charset=")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, `"' `)
	if i := strings.IndexAny(after, "\"' />;"); i >= 0 {
		return after[:i]
	}
	return ""
}

// find gives the part of that path, or nil.
func (p *part) find(path string) *part {
	if p.path == path && !p.multipart() {
		return p
	}
	for _, k := range p.kids {
		if f := k.find(path); f != nil {
			return f
		}
	}
	return nil
}

// walk calls f for each part, parents first.
func (p *part) walk(f func(*part)) {
	f(p)
	for _, k := range p.kids {
		k.walk(f)
	}
}
