package pgpmime

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
)

// media is a Content-Type, names in lower case.
type media struct {
	name   string // "" when it cannot be told for sure
	params map[string]string
}

// maxMedia bounds the value that is read as a media type.
const maxMedia = 16 << 10

// parseMedia reads a Content-Type (RFC 2045, 5.1). Parameters without value,
// which some programs write, are passed over; one that stands twice makes the
// type unknown, since others might believe the other one.
func parseMedia(value string) media {
	if len(value) > maxMedia {
		return media{}
	}
	pieces := Semicolons(value)
	m := media{strings.ToLower(strings.TrimSpace(pieces[0])), map[string]string{}}
	for _, p := range pieces[1:] {
		k, v, ok := strings.Cut(p, "=")
		k = strings.ToLower(strings.TrimSpace(k))
		if !ok || k == "" {
			continue
		}
		if _, twice := m.params[k]; twice || k == "boundary*" || k == "boundary*0" || k == "boundary*0*" {
			return media{}
		}
		m.params[k] = unquote(strings.TrimSpace(v))
	}
	return m
}

// Semicolons splits a field of parameters at the semicolons outside of quoted
// strings (RFC 2045, 5.1).
func Semicolons(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// unquote takes the quotes off a parameter's value.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// decoded gives the body of an entity without its transfer encoding (RFC 2045,
// 6); as it is when that is broken or unknown.
func (e entity) decoded() []byte {
	switch strings.ToLower(e.get("Content-Transfer-Encoding")) {
	case "base64":
		tight := bytes.Map(func(r rune) rune {
			if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
				return -1
			}
			return r
		}, e.body)
		out := make([]byte, base64.StdEncoding.DecodedLen(len(tight)))
		if n, err := base64.StdEncoding.Decode(out, tight); err == nil {
			return out[:n]
		}
	case "quoted-printable":
		if out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(e.body))); err == nil {
			return out
		}
	}
	return e.body
}
