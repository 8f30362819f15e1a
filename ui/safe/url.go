package safe

import (
	"strings"
)

// maxURL is the longest address handed to a terminal; longer ones are refused
// by several of them, and nobody can check them by eye.
const maxURL = 2048

// URL makes an address fit for a terminal hyperlink (OSC 8). Only http, https
// and mailto pass; every byte that is not printable ASCII, and ";" which
// separates the fields of the sequence, is percent-escaped. It gives "" for
// what must not be a link.
func URL(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxURL || !allowed(s) {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		escape(&b, s[i])
	}
	if b.Len() > maxURL {
		return ""
	}
	return b.String()
}

// allowed tells whether the address has one of the schemes that are opened.
func allowed(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return strings.HasPrefix(rest, "//") && len(rest) > 2
	case "mailto":
		return true
	}
	return false
}

func escape(b *strings.Builder, c byte) {
	const hex = "0123456789ABCDEF"
	if c > ' ' && c <= '~' && !strings.ContainsRune("\"<>\\^`{|};", rune(c)) {
		b.WriteByte(c)
		return
	}
	b.WriteByte('%')
	b.WriteByte(hex[c>>4])
	b.WriteByte(hex[c&15])
}
