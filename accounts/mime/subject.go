package mime

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

// subjectHidden tells whether the subject outside of a seal, and the one that
// the author says he wrote outside, carry nothing of the one inside. What a
// program calls its form of protection does not say so: some of the older ones
// leave the subject in clear, others put dots in its place.
func (m *message) subjectHidden() bool {
	l := &m.layers
	if !l.Opened || l.Fields == nil {
		return false
	}
	inside := decodeText(m.header.get("subject"))
	outside := m.outer.all("subject")
	for _, x := range l.Outer {
		if strings.EqualFold(x.Name, "Subject") {
			outside = append(outside, x.Value)
		}
	}
	return !slices.ContainsFunc(outside, func(s string) bool { return carries(decodeText(s), inside) })
}

// dummies are the words that programs put in the place of a subject, besides
// dots and brackets (Enigmail, Mailpile, FlowCrypt and their like).
func dummies() []string {
	return []string{"encrypted message", "encrypted mail", "encrypted email", "secure message", "message", "no subject"}
}

// carries tells whether a subject shows something of another one: a word, or a
// piece of a word as far as that tells something. What the author wrote outside
// although there is nothing inside is the subject.
func carries(outer, inner string) bool {
	outside, inside := wordsOf(outer), wordsOf(inner)
	if len(outside) == 0 || slices.Contains(dummies(), strings.Join(outside, " ")) && !slices.Equal(outside, inside) {
		return false
	}
	if len(inside) == 0 {
		return true
	}
	for _, o := range outside {
		for _, i := range inside {
			if o == i || telling(o) && strings.Contains(i, o) || telling(i) && strings.Contains(o, i) {
				return true
			}
		}
	}
	return false
}

// wordsOf gives the words of a subject in lower case, without the prefixes of
// answers, which say nothing of what it is about.
func wordsOf(subject string) []string {
	return strings.FieldsFunc(strings.ToLower(conversation.Topic(subject)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// telling tells whether a piece of a word says something: three letters do, and
// two of a script whose letters are whole words.
func telling(piece string) bool {
	n := utf8.RuneCountInString(piece)
	return n >= 3 || n == 2 && len(piece) == 6
}
