package storage

import (
	"strings"
	"sync"
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

// letters are those that accents cannot be taken from, though people who lack
// them on their keyboard write them so.
var letters = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ħ", "h", "ı", "i", "ς", "σ")
})

// plainly is fold for all letters that people write in more than one way.
func plainly(s string) string {
	if plainASCII(s) {
		return strings.ToLower(s)
	}
	return letters().Replace(fold(s))
}

// nameText gives the text by which a name is found, in each way to write it.
func nameText(s string) string {
	folded, plain := fold(s), plainly(s)
	if folded == plain {
		return folded
	}
	return folded + " " + plain
}

// oddRune tells whether the tokenizer of the index may not take the accents from
// a letter as plainly does. It knows those of the Latin script.
func oddRune(r rune) bool {
	switch {
	case r < 0xC0:
		return false
	case strings.ContainsRune("ßẞæÆœŒøØđĐðÐþÞłŁħĦıς", r), r > 0x331 && unicode.Is(unicode.M, r):
		return true
	case r <= 0x24F, r >= 0x1E00 && r <= 0x1EFF:
		return false
	}
	return !norm.NFKD.IsNormalString(string(r))
}

// oddMark stands before words in the column of odd ones, with the letter of the
// field they come from. It is a letter that no language writes.
const oddMark = "ʬ"

// oddWords gives the words of a text that the tokenizer would not find by their
// plain letters, and those that stand glued to Chinese, Japanese or Korean:
// once as they are, and once marked as words of their field.
func oddWords(field, s string) string {
	if plainASCII(s) {
		return ""
	}
	var b strings.Builder
	for _, w := range wordsOf(s) {
		text := s[w.start:w.end]
		if plainASCII(text) || !hasCJK(text) && !strings.ContainsFunc(text, oddRune) {
			continue
		}
		for _, run := range strings.FieldsFunc(text, cjk) {
			p := plainly(run)
			b.WriteString(p + " " + oddMark + field[:1] + p + " ")
		}
	}
	return b.String()
}

// others gives what is indexed besides the texts themselves: the text of
// attachments, and what the tokenizer alone would not find, by bigrams and as
// odd words.
func (w *indexText) others(extra string) string {
	s := extra
	if s != "" {
		s += " " + oddWords("extra", extra)
	}
	for _, t := range [][2]string{{"subject", w.subject}, {"people", w.people}, {"file", w.files}, {"body", w.body}} {
		s += oddWords(t[0], t[1])
	}
	return s + bigrams(w.subject, w.people, w.files, w.body, extra)
}

// cjk tells whether a rune belongs to a script written without spaces, where
// the tokenizer finds no words.
func cjk(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// bigrams gives every two characters in sequence of the runs of Chinese,
// Japanese and Korean in the texts, as words. The last character of each stands
// alone besides, so that every one is the beginning of a word.
func bigrams(texts ...string) string {
	var b strings.Builder
	for _, s := range texts {
		if !plainASCII(s) {
			appendBigrams(&b, norm.NFC.String(s))
		}
	}
	return b.String()
}

func appendBigrams(b *strings.Builder, s string) {
	var prev rune
	run := 0
	end := func() {
		if run > 0 {
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
