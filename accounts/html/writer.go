package html

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// writer collects text, collapses white space as HTML does, and puts the
// prefix of quotes and lists before each line.
type writer struct {
	b       strings.Builder
	breaks  int    // line ends due before the next word
	space   bool   // a space is due before the next word
	started bool   // something stands on the current line
	quotes  int    // depth of quotation
	shallow int    // the least depth of quotation since the last word
	indent  int    // depth of lists
	bullet  string // waits for the first word of a list item
	pre     int    // depth of preformatted text
	full    bool
}

// lines asks for at least n line ends before what comes next.
func (w *writer) lines(n int) {
	if w.breaks == 0 {
		w.shallow = w.quotes
	}
	w.shallow = min(w.shallow, w.quotes)
	w.breaks = max(w.breaks, n)
	w.space = false
}

// words writes text, collapsing white space unless it is preformatted.
func (w *writer) words(s string) {
	if w.pre > 0 {
		w.preformatted(s)
		return
	}
	for len(s) > 0 {
		i := strings.IndexFunc(s, spacing)
		if i < 0 {
			w.word(s)
			return
		}
		if i > 0 {
			w.word(s[:i])
		}
		w.space = true
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
}

// spacing tells whether a rune separates words. No-break space does as well:
// mails use it for layout.
func spacing(r rune) bool {
	switch r {
	case '\u00a0', '\u200b', '\u200c', '\u00ad', '\u034f', '\ufeff', '\u2007', '\u2060':
		return true // also the fillers that hide in preview texts
	}
	return unicode.IsSpace(r)
}

func (w *writer) word(s string) {
	w.place()
	if w.space && w.started {
		w.put(" ")
	}
	w.space = false
	w.put(s)
	w.started = true
}

func (w *writer) preformatted(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.lines(w.breaks + 1)
		}
		if line != "" {
			w.place()
			w.put(line)
			w.started = true
		}
	}
}

// place writes the line ends that are due and the prefix of a new line.
func (w *writer) place() {
	if w.breaks == 0 && w.b.Len() > 0 {
		return
	}
	if w.b.Len() > 0 {
		for range min(w.breaks-1, maxBlank) {
			w.put("\n" + quotePrefix(min(w.shallow, w.quotes)))
		}
		w.put("\n")
	}
	w.breaks, w.started, w.space = 0, false, false
	w.prefix()
}

// maxBlank is the most empty lines that are kept in a row.
const maxBlank = 1

// maxPrefix bounds the depth shown: hostile nesting must not multiply the text.
const maxPrefix = 8

func quotePrefix(depth int) string {
	return strings.TrimRight(strings.Repeat("> ", min(depth, maxPrefix)), " ")
}

func (w *writer) prefix() {
	w.put(strings.Repeat("> ", min(w.quotes, maxPrefix)))
	if w.indent > 0 {
		w.put(strings.Repeat("  ", min(w.indent-1, maxPrefix)))
		if w.bullet == "" {
			w.put("  ")
		}
	}
	w.put(w.bullet)
	w.bullet = ""
}

func (w *writer) put(s string) {
	if w.b.Len()+len(s) > maxText {
		w.full = true
		return
	}
	w.b.WriteString(s)
}
