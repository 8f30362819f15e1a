package main

import (
	"strings"
	"unicode/utf8"
)

// pageWidth is how wide texts of the help are at most: a narrow terminal would
// break longer lines within words.
const pageWidth = 78

// filled breaks the long lines of a text between words. Lines that begin with a
// space are examples and stay as they are.
func filled(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, " ") {
			out = append(out, line)
			continue
		}
		now := ""
		for _, word := range strings.Split(line, " ") { // a no-break space holds
			switch {
			case now == "":
				now = word
			case utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > pageWidth:
				out, now = append(out, now), word
			default:
				now += " " + word
			}
		}
		out = append(out, now)
	}
	return strings.Join(out, "\n")
}
