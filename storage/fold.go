package storage

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold takes case and accents away, as the tokenizer of the index does.
func fold(s string) string {
	if plainASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// cjk tells whether a rune belongs to a script written without spaces, where
// the tokenizer finds no words.
func cjk(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// bigrams gives every two characters in sequence of the runs of Chinese,
// Japanese and Korean in the texts, as words; a character alone stays alone.
func bigrams(texts ...string) string {
	var b strings.Builder
	for _, s := range texts {
		if !plainASCII(s) {
			appendBigrams(&b, s)
		}
	}
	return b.String()
}

func appendBigrams(b *strings.Builder, s string) {
	var prev rune
	run := 0
	end := func() {
		if run == 1 {
			b.WriteRune(prev)
			b.WriteByte(' ')
		}
		prev, run = 0, 0
	}
	for _, r := range s {
		if !cjk(r) {
			end()
			continue
		}
		if run > 0 {
			b.WriteRune(prev)
			b.WriteRune(r)
			b.WriteByte(' ')
		}
		prev, run = r, run+1
	}
	end()
}

func hasCJK(s string) bool { return strings.ContainsFunc(s, cjk) }
