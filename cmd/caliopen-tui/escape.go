package main

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf16"
)

// escaped writes what a terminal would obey as JSON escapes. JSON itself
// demands that of the characters below U+0020 only; DEL, the C1 controls (U+009B
// begins a command in many terminals) and the characters that turn the
// direction of writing or are invisible may stand in it as they are. None of
// them occurs outside a string, so the meaning stays the same.
func escaped(text []byte) []byte {
	if !bytes.ContainsFunc(text, commanding) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case !commanding(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

func commanding(r rune) bool {
	return r >= 0x7F && r <= 0x9F || r > 0x9F && unicode.Is(unicode.Cf, r)
}
