package pgpmime

import (
	"bytes"
	"strings"
)

// Bounds of what is read of a mail to find its layers.
const (
	maxHeader = 1 << 20
	maxFields = 4000
	maxValue  = 256 << 10
	maxParts  = 500 // of one multipart
	maxLayers = 4   // signatures around one another
)

// entity is a piece of a mail by its bytes. Nothing of it is copied or made
// anew, since a signature holds for these bytes alone.
type entity struct {
	raw    []byte // header and body
	body   []byte
	fields []Field
	media  media
}

// message reads a mail as it came from a server or a file, which may begin with
// empty lines or with the separator of mailbox files.
func message(raw []byte) entity {
	rest := raw
	for len(rest) > 0 {
		line, after := cut(rest)
		if len(bytes.TrimSpace(line)) > 0 && !bytes.HasPrefix(bytes.TrimPrefix(line, []byte{'>'}), []byte("From ")) {
			break
		}
		rest = after
	}
	return read(rest)
}

// read takes header and body of an entity apart. Bytes that do not begin with
// a header field are all body.
func read(raw []byte) entity {
	e := entity{raw: raw, body: raw}
	if line, rest := cut(raw); len(line) == 0 {
		e.body = rest
	} else if name, _ := fieldOf(line); name != "" {
		e.header()
	}
	e.media = e.contentType()
	return e
}

// header reads the fields up to the first empty line.
func (e *entity) header() {
	rest, from := e.raw, e.raw
	for len(rest) > 0 && len(e.raw)-len(rest) < maxHeader && len(e.fields) < maxFields {
		line, after := cut(rest)
		if len(line) == 0 || line[0] != ' ' && line[0] != '\t' {
			e.field(from[:len(from)-len(rest)])
			from = rest
		}
		rest = after
		if len(line) == 0 {
			from = nil
			break
		}
	}
	if from != nil {
		e.field(from[:len(from)-len(rest)])
	}
	e.body = rest
}

// field takes in one field with the lines it is folded into (RFC 5322, 2.2.3).
// Lines that are no fields are passed over.
func (e *entity) field(lines []byte) {
	name, value := fieldOf(lines)
	if name == "" {
		return
	}
	value = strings.NewReplacer("\r\n", "", "\n", "").Replace(value)
	e.fields = append(e.fields, Field{name, value[:min(len(value), maxValue)]})
}

// fieldOf reads a line as a header field; no name when it is none.
func fieldOf(line []byte) (name, value string) {
	before, after, ok := bytes.Cut(line, []byte{':'})
	before = bytes.TrimRight(before, " \t")
	if !ok || len(before) == 0 || len(before) > 200 {
		return "", ""
	}
	for _, c := range before {
		if c <= ' ' || c > '~' {
			return "", ""
		}
	}
	return string(before), strings.TrimLeft(string(after), " \t")
}

// cut cuts the first line, without its end, from b.
func cut(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte{'\r'}), nil
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), b[i+1:]
}

// all gives the values of every field of that name, whatever its case.
func (e entity) all(name string) []string {
	var out []string
	for _, f := range e.fields {
		if strings.EqualFold(f.Name, name) {
			out = append(out, strings.TrimSpace(f.Value))
		}
	}
	return out
}

// get gives the value of the first field of that name, or "".
func (e entity) get(name string) string {
	for _, f := range e.fields {
		if strings.EqualFold(f.Name, name) {
			return strings.TrimSpace(f.Value)
		}
	}
	return ""
}

// contentType gives the media type of an entity. One that is declared twice is
// unknown: two readers could take it for two things.
func (e entity) contentType() media {
	declared := e.all("Content-Type")
	switch len(declared) {
	case 0:
		return media{name: "text/plain"}
	case 1:
		return parseMedia(declared[0])
	}
	return media{}
}

// parts gives the parts of a multipart by their bytes. ok is false for what is
// no multipart, and for more parts than are looked at.
func (e entity) parts() (parts []entity, ok bool) {
	boundary := e.media.params["boundary"]
	if !strings.HasPrefix(e.media.name, "multipart/") || !fitBoundary(boundary) {
		return nil, false
	}
	pieces := split(e.body, []byte("--"+boundary))
	if len(pieces) > maxParts {
		return nil, false
	}
	for _, p := range pieces {
		parts = append(parts, read(p))
	}
	return parts, true
}

// fitBoundary tells a boundary that stands in a line as it is (RFC 2046,
// 5.1.1): without control characters, and no blank at its end.
func fitBoundary(b string) bool {
	return b != "" && !strings.HasSuffix(b, " ") && strings.IndexFunc(b, func(r rune) bool { return r < ' ' || r == 0x7F }) < 0
}

// split cuts a body at the lines of a boundary (RFC 2046, 5.1.1): nothing but
// blanks may stand behind it, so one that begins like another is none. The line
// end before a boundary belongs to it.
func split(body, mark []byte) [][]byte {
	var out [][]byte
	start := -1
	for at := 0; len(out) <= maxParts; {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		if i > 0 && body[i-1] != '\n' {
			continue
		}
		line, rest := cut(body[i:])
		tail := string(bytes.TrimRight(line[len(mark):], " \t\r"))
		if tail != "" && tail != "--" {
			continue
		}
		if start >= 0 {
			out = append(out, bytes.TrimSuffix(bytes.TrimSuffix(body[start:i], []byte{'\n'}), []byte{'\r'}))
		}
		if tail == "--" {
			return out
		}
		start = len(body) - len(rest)
		at = start
	}
	if start >= 0 && start < len(body) {
		out = append(out, body[start:])
	}
	return out
}

// canonical gives the bytes over which a signature is made: those of the part
// with all line ends as CRLF (RFC 3156, 5).
func canonical(b []byte) []byte {
	bare := bytes.Count(b, []byte{'\n'}) - bytes.Count(b, []byte("\r\n"))
	if bare == 0 {
		return b
	}
	out := make([]byte, 0, len(b)+bare)
	for i, c := range b {
		if c == '\n' && (i == 0 || b[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}
