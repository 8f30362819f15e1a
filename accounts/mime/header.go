package mime

import (
	"bytes"
	"strings"
)

// Bounds of what is read of one header. go-message refuses more than a
// megabyte; here the rest is left unread and the body is still found.
const (
	maxHeader = 1 << 20
	maxFields = 4000
	maxValue  = 256 << 10
)

// field is one header field, its value unfolded (RFC 5322, 2.2.3) and not yet
// decoded.
type field struct {
	name  string // lower case
	value string
}

// header is the fields of a message or part, in order.
type header []field

// get gives the value of the first field of that name (lower case), or "". The
// first is taken when a field stands twice: it is what servers on the way saw.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// has tells whether a field of that name is there.
func (h header) has(name string) bool {
	for _, f := range h {
		if f.name == name {
			return true
		}
	}
	return false
}

// all gives the values of every field of that name.
func (h header) all(name string) []string {
	var vs []string
	for _, f := range h {
		if f.name == name {
			vs = append(vs, f.value)
		}
	}
	return vs
}

// split reads the header of a raw message and finds its body. Lines that are
// no fields are passed over; a text that does not begin with a field at all has
// no header and is all body.
func split(raw []byte, warn *warnings) (header, []byte) {
	rest := skipEnvelope(raw)
	if !startsWithField(rest) {
		warn.add(warnNoHeader)
		return nil, raw
	}
	return readHeader(rest, len(raw)-len(rest), warn)
}

// readHeader reads fields up to the empty line and gives what is behind it.
// offset is what was passed over before.
func readHeader(b []byte, offset int, warn *warnings) (header, []byte) {
	r := headerReader{warn: warn}
	rest := b
	for len(rest) > 0 {
		line, after := cutLine(rest)
		rest = after
		if len(line) == 0 || len(bytes.TrimSpace(line)) == 0 && !headerGoesOn(after) {
			break
		}
		r.line(line, offset+len(b)-len(rest))
	}
	r.flush()
	return r.fields, rest
}

// headerGoesOn tells whether a header goes on behind a line of white space,
// which some programs write inside of folded fields and others at the end.
func headerGoesOn(rest []byte) bool {
	return len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t' || startsWithField(rest))
}

// skipEnvelope passes over empty lines and the separator of mailbox files
// ("From zoe@example.org Sat …", also escaped) before the header.
func skipEnvelope(raw []byte) []byte {
	for len(raw) > 0 {
		line, rest := cutLine(raw)
		if len(bytes.TrimSpace(line)) > 0 && !separator(line) {
			break
		}
		raw = rest
	}
	return raw
}

// separator tells the line that begins a mail in a mailbox file. "From :" with
// a space is a header field of a careless program.
func separator(line []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimPrefix(line, []byte{'>'}), []byte("From "))
	return ok && !bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte{':'})
}

// startsWithField tells whether the first line looks like a header field.
func startsWithField(b []byte) bool {
	line, _ := cutLine(b[:min(len(b), 1000)])
	name, _, ok := bytes.Cut(line, []byte{':'})
	return ok && validName(bytes.TrimRight(name, " \t"))
}

// validName tells whether a field name is made of what RFC 5322, 2.2 allows.
func validName(name []byte) bool {
	if len(name) == 0 || len(name) > 200 {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c > '~' || c == ':' {
			return false
		}
	}
	return true
}

// cutLine cuts the first line, whatever its end, from b.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte{'\r'}), nil
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), b[i+1:]
}

// headerReader collects fields line by line.
type headerReader struct {
	warn   *warnings
	fields header
	name   string
	value  strings.Builder
}

func (r *headerReader) line(line []byte, offset int) {
	if offset > maxHeader || len(r.fields) >= maxFields {
		r.warn.add(warnHeaderLong)
		return
	}
	if line[0] == ' ' || line[0] == '\t' {
		r.add(line)
		return
	}
	name, value, ok := bytes.Cut(line, []byte{':'})
	name = bytes.TrimRight(name, " \t")
	if !ok || !validName(name) {
		r.warn.add(warnHeader)
		return
	}
	r.flush()
	r.name = strings.ToLower(string(name))
	r.add(bytes.TrimLeft(value, " \t"))
}

// add appends a line to the value of the current field.
func (r *headerReader) add(line []byte) {
	if r.name == "" {
		return
	}
	if r.value.Len()+len(line) > maxValue {
		r.warn.add(warnHeaderLong)
		line = line[:max(0, maxValue-r.value.Len())]
	}
	r.value.Write(line)
}

func (r *headerReader) flush() {
	if r.name != "" {
		r.fields = append(r.fields, field{r.name, strings.TrimSpace(r.value.String())})
	}
	r.name = ""
	r.value.Reset()
}
