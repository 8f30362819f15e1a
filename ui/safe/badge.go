package safe

import (
	"strings"
	"unicode"
)

// maxBadge is how many characters between brackets are still taken for a badge:
// those of one are the letter and three columns of digits, and few would notice
// some spaces more.
const maxBadge = 8

// unbadge gives text from outside that shares its row with badges round
// brackets where it looks like a badge without colour ("[A 98]", "[?]"): only
// what the program itself says of a message may look like that. Letters of
// other scripts count, since many cannot be told from A to E.
func unbadge(s string) string {
	at := strings.IndexByte(s, '[')
	if at < 0 {
		return s
	}
	runes := []rune(s)
	changed := false
	for i, r := range runes {
		if r != '[' {
			continue
		}
		if end := badgeEnd(runes[i+1:]); end > 0 {
			runes[i], runes[i+1+end], changed = '(', ')', true
		}
	}
	if !changed {
		return s
	}
	return string(runes)
}

// badgeEnd gives the place of the closing bracket when what follows an opening
// one reads like a badge, else 0.
func badgeEnd(rest []rune) int {
	seen := 0
	for i, r := range rest {
		switch {
		case unicode.Is(unicode.Mn, r): // takes no room of its own
			continue
		case r == ']' && seen > 0:
			return i
		case seen == maxBadge, seen == 0 && !grade(r), seen > 0 && r != ' ' && !unicode.IsDigit(r):
			return 0
		}
		seen++
	}
	return 0
}

// grade tells whether a character can be taken for the letter of a badge.
func grade(r rune) bool {
	return r >= 'A' && r <= 'E' || r == '?' || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsSymbol(r))
}
