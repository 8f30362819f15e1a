package storage

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Bounds of a snippet: how far the text is searched, and how much is shown.
const (
	snippetSearched = 64 << 10
	snippetBefore   = 40
	snippetLength   = 160
)

// term is a sequence of folded words to be found; the last may be a beginning.
// Chinese, Japanese and Korean are found as they stand.
type term struct {
	field  string // "" for all
	words  []string
	prefix bool
	plain  string
}

// wanted gives the terms of a query that a text can show.
func wanted(qu *conversation.Query) []term {
	var out []term
	var walk func(n conversation.Node)
	walk = func(n conversation.Node) {
		switch n.Op {
		case conversation.And, conversation.Or:
			for _, k := range n.Kids {
				walk(k)
			}
		case conversation.Match:
			switch n.Field {
			case "", "body", "subject", "file":
				out = append(out, termOf(n))
			}
		case conversation.Not:
		}
	}
	walk(qu.Root)
	return out
}

func termOf(n conversation.Node) term {
	if hasCJK(n.Text) {
		return term{field: n.Field, plain: n.Text}
	}
	t := term{field: n.Field, prefix: n.Prefix}
	for _, w := range wordsOf(n.Text) {
		t.words = append(t.words, plainly(n.Text[w.start:w.end]))
	}
	return t
}

type word struct{ start, end int }

func wordsOf(s string) []word {
	out := make([]word, 0, len(s)/6) // as long as words are, more or less
	start := -1
	for i, r := range s {
		in := wordRune(r)
		if in && start < 0 {
			start = i
		}
		if !in && start >= 0 {
			out = append(out, word{start, i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, word{start, len(s)})
	}
	return out
}

// wordRune tells whether a rune belongs to a word, marks on letters too. Most
// runes are plain letters and spaces, and need no table.
func wordRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r)
}

// snippet gives the place of the first match in a message: in its text, or else
// in its subject, the names of its files or those who take part.
func snippet(m *conversation.Message, ts []term) []conversation.Fragment {
	if found := excerptAround(m.Text, "body", ts); found != nil {
		return found
	}
	for _, place := range []struct {
		field string
		text  func() string
	}{
		{"subject", func() string { return m.Subject }},
		{"file", func() string { return filesText(m.Attachments) }},
		{"", func() string { return peopleText(m.Participants) }},
	} {
		if found := excerptAround(place.text(), place.field, ts); found != nil {
			return found
		}
	}
	if m.Excerpt == "" {
		return nil
	}
	return []conversation.Fragment{{Text: m.Excerpt}}
}

// excerptAround cuts the place where most of the terms match out of a text, in
// one line; the first of such places.
func excerptAround(text, field string, ts []term) []conversation.Fragment {
	text = cut(text, snippetSearched)
	spans := places(text, field, ts)
	if len(spans) == 0 {
		return nil
	}
	start := back(text, spans[densest(text, spans)][0])
	end := min(start+snippetLength, len(text))
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return fragments(text, start, end, spans)
}

// densest gives the first of the matches after which the most different ones
// come within an excerpt: a rare word says more than the common one before it.
func densest(text string, spans [][2]int) int {
	ids, seen := map[string]int{}, map[int]int{}
	kind := make([]int, len(spans))
	for i, s := range spans {
		word := plainly(text[s[0]:s[1]])
		if _, known := ids[word]; !known {
			ids[word] = len(ids)
		}
		kind[i] = ids[word]
	}
	best, most, next := 0, 0, 0
	for i, s := range spans {
		for ; next < len(spans) && spans[next][1] <= s[0]+snippetLength-snippetBefore; next++ {
			seen[kind[next]]++
		}
		if len(seen) > most {
			best, most = i, len(seen)
		}
		if seen[kind[i]]--; seen[kind[i]] <= 0 {
			delete(seen, kind[i])
		}
		next = max(next, i+1)
	}
	return best
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// back goes some characters towards the beginning, to the start of a word.
func back(s string, at int) int {
	start := max(at-snippetBefore, 0)
	for start > 0 && !utf8.RuneStart(s[start]) {
		start--
	}
	if i := strings.IndexAny(s[start:at], " \n\t"); start > 0 && i >= 0 {
		start += i + 1
	}
	return start
}

// places finds the matches of a field, sorted and apart from each other.
func places(text, field string, ts []term) [][2]int {
	var out [][2]int
	words := wordsOf(text)
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = plainly(text[w.start:w.end])
	}
	for _, t := range ts {
		switch {
		case t.field != "" && t.field != field:
		case t.plain != "":
			out = append(out, plainPlaces(text, t.plain)...)
		default:
			for i := range words {
				if t.at(folded[i:]) {
					out = append(out, [2]int{words[i].start, words[i+len(t.words)-1].end})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]int) int { return a[0] - b[0] })
	return apart(out)
}

func (t term) at(ws []string) bool {
	if len(t.words) == 0 || len(ws) < len(t.words) {
		return false
	}
	for i, w := range t.words {
		last := i == len(t.words)-1
		if ws[i] != w && (!last || !t.prefix || !strings.HasPrefix(ws[i], w)) {
			return false
		}
	}
	return true
}

func plainPlaces(text, s string) (out [][2]int) {
	for at := 0; ; {
		i := strings.Index(text[at:], s)
		if i < 0 {
			return out
		}
		out = append(out, [2]int{at + i, at + i + len(s)})
		at += i + len(s)
	}
}

func apart(spans [][2]int) [][2]int {
	var out [][2]int
	for _, s := range spans {
		if len(out) > 0 && s[0] < out[len(out)-1][1] {
			out[len(out)-1][1] = max(out[len(out)-1][1], s[1])
			continue
		}
		out = append(out, s)
	}
	return out
}

func fragments(text string, start, end int, spans [][2]int) []conversation.Fragment {
	var out []conversation.Fragment
	put := func(from, to int, match bool) {
		if s := oneLine(text[from:to]); from < to && s != "" {
			out = append(out, conversation.Fragment{Text: s, Match: match})
		}
	}
	at := start
	for _, s := range spans {
		if s[0] < at || s[1] > end {
			continue
		}
		put(at, s[0], false)
		put(s[0], s[1], true)
		at = s[1]
	}
	put(at, end, false)
	if start > 0 && len(out) > 0 && !out[0].Match {
		out[0].Text = "…" + out[0].Text
	}
	if end < len(text) && len(out) > 0 {
		out = append(out, conversation.Fragment{Text: "…"})
	}
	return out
}

// oneLine keeps single spaces at the ends: fragments are put side by side.
func oneLine(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
