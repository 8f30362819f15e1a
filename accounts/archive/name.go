package archive

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// errNoMaildir says that there is no Maildir in a folder.
var errNoMaildir = errors.New("no Maildir: it has neither \"cur\" nor \"new\"")

// longestName bounds one part of a folder's name, in bytes.
const longestName = 100

// stem gives the name of a folder for a file: without what tells its form.
func stem(path string) string {
	name := filepath.Base(abs(path))
	for _, ext := range []string{".gz", ".mbox", ".mbx", ".sbd", ".eml", ".emlx"} {
		if n := len(name) - len(ext); n > 0 && strings.EqualFold(name[n:], ext) {
			name = name[:n]
		}
	}
	return name
}

// folderName joins the parts of a folder's name. Names on a disk may hold
// anything; these are valid UTF-8 without control characters.
func folderName(prefix string, parts []string) string {
	var out []string
	for _, p := range append([]string{prefix}, parts...) {
		if p = cleanName(p); p != "" {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return "import"
	}
	return strings.Join(out, "/")
}

func cleanName(part string) string {
	var b strings.Builder
	for i, r := range part {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(part[i:], "\uFFFD"):
			fmt.Fprintf(&b, "%%%02X", part[i])
		case unicode.IsControl(r) || r == '/':
			b.WriteByte('_')
		default:
			b.WriteRune(r)
		}
		if b.Len() > longestName {
			break
		}
	}
	return strings.TrimSpace(b.String())
}

// dotted gives the path that a folder of Maildir++ has in its name: ".Sent.2020"
// is 2020 in Sent. Others stand for themselves.
func dotted(name string) []string {
	rest, ok := strings.CutPrefix(name, ".")
	if !ok {
		return []string{decodeUTF7(name)}
	}
	parts := strings.Split(rest, ".")
	for i := range parts {
		parts[i] = decodeUTF7(parts[i])
	}
	return parts
}

// decodeUTF7 reads the modified UTF-7 in which IMAP servers name folders (RFC
// 3501, section 5.1.3). What is not written so is left as it is.
func decodeUTF7(name string) string {
	var b strings.Builder
	rest := name
	for rest != "" {
		plain, after, found := strings.Cut(rest, "&")
		b.WriteString(plain)
		if !found {
			break
		}
		code, next, closed := strings.Cut(after, "-")
		if !closed {
			return name
		}
		rest = next
		if code == "" {
			b.WriteByte('&')
			continue
		}
		data, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(code, ",", "/"))
		if err != nil || len(data)%2 != 0 {
			return name
		}
		units := make([]uint16, len(data)/2)
		for i := range units {
			units[i] = uint16(data[2*i])<<8 | uint16(data[2*i+1])
		}
		b.WriteString(string(utf16.Decode(units)))
	}
	return b.String()
}
