package safe

import (
	"unicode"

	"golang.org/x/text/width"
)

// kind is what becomes of a rune.
type kind int

const (
	plain   kind = iota
	mark         // combines with the rune before
	newline      // ends a line
	tab          //
	blank        // looks like a space without being one
	flag         // a regional indicator: one cell or two, as the terminal likes
	control      // shown as a control picture
	broken       // shown as U+FFFD
	hidden       // left out
)

// class sorts a rune. The order matters: the ranges that are dangerous come
// before the general categories.
func class(r rune) kind {
	switch {
	case r >= ' ' && r <= '~':
		return plain
	case r == '\n', r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
		return newline
	case r == '\t':
		return tab
	case r < ' ', r == 0x7F:
		return control
	case r <= 0x9F:
		return broken
	}
	return wide(r)
}

// wide sorts the runes above Latin-1's controls.
func wide(r rune) kind {
	switch {
	case invisible(r):
		return hidden
	case r == 0x2800, r == 0x115F, r == 0x3164, r == 0xFFA0, unicode.Is(unicode.Zs, r):
		return blank
	case r >= 0x1F1E6 && r <= 0x1F1FF:
		return flag
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc), jamo(r):
		return mark
	case unicode.Is(unicode.Co, r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return broken
	}
	return plain
}

// invisible tells whether a rune takes effect without being seen: every format
// character (bidirectional controls, zero-width joiners, tags, soft hyphen,
// byte order mark), the variation selectors and the emoji modifiers. Joined
// emoji fall apart into their members, which every terminal draws alike.
func invisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cf, r):
		return true
	case r == 0x34F, r >= 0x17B4 && r <= 0x17B5, r >= 0x180B && r <= 0x180F:
		return true
	case r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF0 && r <= 0xFFF8:
		return true
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// jamo tells whether a rune is a medial or final Hangul letter, which has no
// width of its own.
func jamo(r rune) bool {
	return r >= 0x1160 && r <= 0x11FF || r >= 0xD7B0 && r <= 0xD7FF
}

// picture gives the sign that stands for a control character (U+2400 block).
func picture(r rune) rune {
	if r == 0x7F {
		return '\u2421'
	}
	return '\u2400' + r
}

// cells gives the columns a rune takes.
func cells(r rune) int {
	if r < 0x1100 {
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
