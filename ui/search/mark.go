package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// who names the other side of a hit; what I wrote is told as written by me, or
// its badge would seem to be the other side's.
func (s *Screen) who(m *conversation.Message) safe.Text {
	if m.Direction != conversation.Out {
		return Other(m)
	}
	return safe.Line(s.env.Cat.T("search.to", map[string]any{"Arrow": s.env.Styles.Glyph.Arrow, "Name": Other(m).String()}))
}

// wanted gives the words that were searched for in names and subjects: those
// behind other operators match something that is not shown here.
func wanted(query string) []string {
	var out []string
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if op, rest, found := strings.Cut(word, ":"); found {
			if !slices.Contains([]string{"from", "to", "cc", "with", "subject", "list"}, op) {
				continue
			}
			word = rest
		}
		if word = strings.Trim(word, `"()*`); word != "" && word != "or" && !strings.HasPrefix(word, "-") {
			out = append(out, word)
		}
	}
	return out
}

// marked draws a text in w columns with the wanted words in it marked where
// they begin a word.
func marked(style, match theme.Style, t safe.Text, words []string, w int, tail string) kit.Line {
	text := kit.Fit(t.String(), w, tail)
	var l kit.Line
	for text != "" {
		at, n := first(text, words)
		if n == 0 {
			return append(l, kit.Own(style, text))
		}
		if at > 0 {
			l = append(l, kit.Own(style, text[:at]))
		}
		l = append(l, kit.Own(style.Plus(match), text[at:at+n]))
		text = text[at+n:]
	}
	return l
}

// first finds the first of the words; n is 0 when there is none. A text whose
// lower case is of another length is left alone: its places would be wrong.
func first(text string, words []string) (at, n int) {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return 0, 0
	}
	before := ' '
	for i, r := range low {
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			for _, w := range words {
				if strings.HasPrefix(low[i:], w) {
					return i, len(w)
				}
			}
		}
		before = r
	}
	return 0, 0
}
