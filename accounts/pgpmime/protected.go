package pgpmime

import (
	"bytes"
	"mime"
	"slices"
	"strings"
	"unicode"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// protected takes in the header fields inside a layer. They are believed only
// when the layer holds: inside a seal, or under a signature that is good.
//
// The parameter hp says that all fields of the message are inside (RFC 9788,
// 2.1). Before it there was protected-headers="v1", under which programs put
// this or that inside, so that the subject alone is believed; and before that
// a first part with the fields in it, also for the subject alone.
func (r *reader) protected(e entity) {
	if !r.out.Opened && !slices.ContainsFunc(r.out.Signatures, func(s openpgp.Signature) bool { return s.State == openpgp.Good && !s.Elsewhere }) {
		return
	}
	s := &r.out.Security
	switch hp := strings.ToLower(e.media.params["hp"]); {
	case hp == "cipher" || hp == "clear":
		r.fields(e)
		s.ProtectedHeaders = "clear"
		if hp == "cipher" && r.out.Opened && r.subjectHidden(e) {
			s.ProtectedHeaders = "cipher"
		}
	case strings.EqualFold(e.media.params["protected-headers"], "v1"):
		r.legacy(e.all("Subject"))
	default:
		r.legacy(older(e))
	}
	if r.out.Opened {
		r.inside(e)
	}
}

// fields takes over the fields of the message; those that describe the MIME
// part, and those that are read apart, are none of them.
func (r *reader) fields(e entity) {
	r.out.Fields = []Field{}
	for _, f := range e.fields {
		name := strings.ToLower(f.Name)
		value := strings.TrimSpace(f.Value)
		switch {
		case name == "hp-outer":
			if n, v, ok := strings.Cut(value, ":"); ok {
				r.out.Outer = append(r.out.Outer, Field{strings.TrimSpace(n), strings.TrimSpace(v)})
			}
		case strings.HasPrefix(name, "content-"), name == "mime-version", strings.HasPrefix(name, "autocrypt"), strings.HasPrefix(name, "caliopen"):
		default:
			r.out.Fields = append(r.out.Fields, Field{f.Name, value})
		}
	}
}

// subjectHidden tells whether the subject inside stands nowhere outside: in
// neither the fields as they came nor as the sender says he wrote them, however
// it is encoded there, and not in the field where Exchange keeps a second copy.
func (r *reader) subjectHidden(e entity) bool {
	subject := letters(e.get("Subject"))
	if subject == "" {
		return true
	}
	for _, f := range append(slices.Clone(r.out.Outer), r.root.fields...) {
		outside := letters(f.Value)
		switch strings.ToLower(f.Name) {
		case "subject", "thread-topic":
			if outside != "" && (strings.Contains(outside, subject) || strings.Contains(subject, outside)) {
				return false
			}
		default:
			if outside == subject {
				return false
			}
		}
	}
	return true
}

// letters gives the letters and digits of a field, decoded (RFC 2047), in lower
// case: what somebody reads of it.
func letters(value string) string {
	var words mime.WordDecoder
	if decoded, err := words.DecodeHeader(value); err == nil {
		value = decoded
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, value)
}

// legacy takes over a subject, unless there is none or more than one.
func (r *reader) legacy(subjects []string) {
	if len(subjects) != 1 {
		return
	}
	r.out.Fields, r.out.Legacy = []Field{{"Subject", subjects[0]}}, true
	r.out.Security.ProtectedHeaders = "legacy"
}

// older gives the subjects in the oldest forms (Memory Hole): the fields of the
// message on the entity, its author among them, or in a first part of type
// text/rfc822-headers. A subject alone on the entity is no such form.
func older(e entity) []string {
	if len(e.all("From")) == 1 && e.get("From") != "" {
		return e.all("Subject")
	}
	parts, ok := e.parts()
	if !ok || e.media.name != "multipart/mixed" || len(parts) < 2 || parts[0].media.name != "text/rfc822-headers" {
		return nil
	}
	return read(parts[0].decoded()).all("Subject")
}

// inside notes what only the inside of a seal may say.
func (r *reader) inside(e entity) {
	r.out.Gossip = e.all("Autocrypt-Gossip")
	r.out.Autocrypt = e.all("Autocrypt")
	if c := e.all("Caliopen"); len(c) == 1 {
		r.out.Caliopen = c[0]
		r.out.Security.Caliopen = r.out.Security.ProtectedHeaders == "cipher"
		r.out.Security.Padded = toBucket(len(e.raw)) && padding(e)
	}
}

// toBucket tells whether a size is one of those to which messages are padded.
func toBucket(n int) bool { return n >= smallestPadded && bucket(n) == n }

// padding tells whether something stands behind the last boundary, where no
// program shows it (RFC 2046, 5.1.1).
func padding(e entity) bool {
	boundary := e.media.params["boundary"]
	if !strings.HasPrefix(e.media.name, "multipart/") || boundary == "" {
		return false
	}
	closing := []byte("\n--" + boundary + "--")
	i := bytes.LastIndex(e.body, closing)
	return i >= 0 && len(bytes.TrimSpace(e.body[i+len(closing):])) > 0
}
