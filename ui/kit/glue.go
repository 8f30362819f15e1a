package kit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// noBreak is the space at which no row ends.
const noBreak = "\u00a0"

// glued makes the spaces of a line no-break ones where French typography wants
// it and people type a plain one: before ":", ";", "!", "?", "»" and "%", after
// "«", and before the unit of a number ("19 h", "12 €"). No other language puts
// a space there, so the language need not be known.
func glued(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] == ' ' && i > 0 && binds(line[:i], line[i+1:]) {
			b.WriteString(noBreak)
			continue
		}
		b.WriteByte(line[i])
	}
	return b.String()
}

// binds tells whether a space between two texts keeps them together.
func binds(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	sign, n := utf8.DecodeRuneInString(after)
	switch {
	case last == ' ' || n == 0:
		return false
	case last == '«', sign == '»':
		return true
	case strings.ContainsRune(":;!?%", sign):
		next, _ := utf8.DecodeRuneInString(after[n:])
		return n == len(after) || strings.ContainsRune(" !?»)", next) // ":name:" is a word
	case unicode.IsDigit(last):
		return unit(after)
	case last == 'h' && unicode.IsDigit(sign): // "19 h 30"
		return strings.HasSuffix(before, " h") || unicode.IsDigit(rune(before[max(len(before)-2, 0)]))
	}
	return false
}

// unit tells whether a text begins with one of the units that follow a number.
func unit(text string) bool {
	word := text
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '€' }); i >= 0 {
		word = text[:i]
	}
	switch word {
	case "h", "min", "s", "€", "kg", "g", "km", "m", "cm", "mm", "kB", "MB", "ko", "Mo", "Go":
		return true
	}
	return false
}
