package conversation

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Excerpt gives the first n characters of what the writer of a text says
// himself, on one line: quotations, the line that introduces them, a signature
// and a greeting are passed over. Where nothing else is there, the quotation is
// better than nothing.
func Excerpt(text string, n int) string {
	if s := firstWords(ownLines(text), n); s != "" {
		return s
	}
	return firstWords(strings.SplitSeq(text, "\n"), n)
}

type lines = func(yield func(string) bool)

// ownLines goes through the lines that are neither quoted nor a signature.
func ownLines(text string) lines {
	return func(yield func(string) bool) {
		greeting := true
		for rest := text; rest != ""; {
			line, after, _ := strings.Cut(rest, "\n")
			line = strings.TrimSpace(line)
			if line == "--" || dividerLine(line) {
				return
			}
			if !quotedLine(line) && !introduces(line, after) && line != "" {
				if skip := greeting && greetingLine(line) && hasOwn(after); !skip && !yield(line) {
					return
				}
				greeting = false
			}
			rest = after
		}
	}
}

func quotedLine(line string) bool { return strings.HasPrefix(line, ">") }

// dividerLine tells the rulers that some programs put above a whole quotation.
func dividerLine(line string) bool {
	return strings.HasPrefix(line, "-----") && strings.HasSuffix(line, "-----") && len(line) > 10 ||
		strings.HasPrefix(line, "________") && strings.Trim(line, "_") == ""
}

// introduces tells a line like "On Monday Zoé wrote:" by its colon and by the
// quotation that follows, whatever its language.
func introduces(line, after string) bool {
	if !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "：") {
		return false
	}
	for {
		next, rest, more := strings.Cut(after, "\n")
		if next = strings.TrimSpace(next); next != "" || !more {
			return quotedLine(next)
		}
		after = rest
	}
}

// greetingWords begin the lines that say nothing but hello.
var greetingWords = []string{
	"hello", "hi", "hey", "dear", "good morning", "good evening", "good afternoon",
	"bonjour", "bonsoir", "salut", "coucou", "cher", "chère", "chers", "chères", "madame", "monsieur",
	"ciao", "buongiorno", "buonasera", "salve", "caro", "cara", "cari", "care", "gentile", "hallo", "liebe", "lieber",
}

// greetingLine tells a short first line that greets and ends as greetings do.
func greetingLine(line string) bool {
	if len(line) > 60 || !strings.HasSuffix(line, ",") && !strings.HasSuffix(line, "!") {
		return false
	}
	low := strings.ToLower(line)
	for _, w := range greetingWords {
		if rest, ok := strings.CutPrefix(low, w); ok {
			r, _ := utf8.DecodeRuneInString(rest)
			return !unicode.IsLetter(r) && len(strings.Fields(line)) <= 5
		}
	}
	return false
}

// hasOwn tells whether anything but quotations and emptiness follows.
func hasOwn(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "--" || dividerLine(line) {
			return false
		}
		if line != "" && !quotedLine(line) {
			return true
		}
	}
	return false
}

// firstWords joins lines with single spaces until n characters are there; what
// is cut ends in "…", which counts.
func firstWords(ls lines, n int) string {
	if n <= 0 {
		return ""
	}
	var out []rune
	for line := range ls {
		for word := range strings.FieldsSeq(line) {
			if len(out) > 0 {
				out = append(out, ' ')
			}
			for _, r := range word {
				if out = append(out, r); len(out) > n {
					return cutWords(out, n)
				}
			}
		}
	}
	return string(out)
}

// cutWords cuts at a space when one is near the end.
func cutWords(out []rune, n int) string {
	end := n - 1
	for i := end; i > end-16 && i > 0; i-- {
		if out[i] == ' ' {
			end = i
			break
		}
	}
	return strings.TrimRight(string(out[:end]), " ") + "…"
}
