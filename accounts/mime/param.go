package mime

import (
	"mime"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
)

// mediaType is a Content-Type or Content-Disposition with its parameters, the
// names in lower case.
type mediaType struct {
	name   string
	params map[string]string
}

// parseMedia reads such a field (RFC 2045, 5.1; RFC 2231). What the standard
// library refuses is read by a looser rule.
func parseMedia(s string) mediaType {
	if s == "" {
		return mediaType{}
	}
	if strings.Contains(s, "*") {
		return looseMedia(s) // knows more charsets, and which name counts
	}
	name, params, err := mime.ParseMediaType(s)
	if err != nil {
		return looseMedia(s)
	}
	return mediaType{name, params}
}

// looseMedia takes what stands between semicolons outside of quotes.
func looseMedia(s string) mediaType {
	pieces := pgpmime.Semicolons(s[:min(len(s), maxLoose)])
	m := mediaType{strings.ToLower(strings.Trim(pieces[0], " \t\"'")), map[string]string{}}
	if first, _, ok := strings.Cut(m.name, " "); ok {
		m.name = first
	}
	for _, p := range pieces[1:] {
		k, v, ok := strings.Cut(p, "=")
		k = strings.ToLower(strings.TrimSpace(k))
		if _, twice := m.params[k]; ok && k != "" && !twice {
			m.params[k] = unquote(strings.TrimSpace(v))
		}
	}
	m.continued()
	return m
}

const maxLoose = 16 << 10

// continued puts together the pieces "name*0", "name*1*" of RFC 2231, 3.
func (m mediaType) continued() {
	for _, k := range []string{"filename", "name", "boundary"} {
		if k == "boundary" && m.params[k] != "" {
			continue // servers on the way know only the plain one
		}
		if v, ok := m.params[k+"*"]; ok {
			m.params[k] = extended(v)
			continue
		}
		var b strings.Builder
		for i := range 100 {
			v, ok := m.params[k+"*"+itoa(i)]
			if !ok {
				v, ok = m.params[k+"*"+itoa(i)+"*"]
			}
			if !ok {
				break
			}
			b.WriteString(v)
		}
		if b.Len() > 0 {
			m.params[k] = extended(b.String())
		}
	}
}

// extended decodes "charset'language'percent-escaped".
func extended(s string) string {
	name, rest, ok := strings.Cut(s, "'")
	if !ok {
		return s
	}
	_, text, ok := strings.Cut(rest, "'")
	if !ok {
		return s
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && hexOK(text[i+1], text[i+2]) {
			out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return toUTF8(out, name, nil)
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return strings.Trim(s, `"`)
	}
	return strings.ReplaceAll(strings.TrimSuffix(s[1:], `"`), `\"`, `"`)
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + itoa(i%10)
}

// partName gives the name a part has as a file, "" when it has none.
func partName(disposition, content mediaType) string {
	for _, m := range []mediaType{disposition, content} {
		for _, k := range []string{"filename", "name"} {
			if v := m.params[k]; v != "" {
				return decodeText(v)
			}
		}
	}
	return ""
}
