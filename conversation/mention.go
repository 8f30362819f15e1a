package conversation

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// zeroWidth is put between "@" and the name to keep a server from reading a
// mention; it is not seen.
const zeroWidth = "\u200b"

// mentionPattern finds what Mastodon servers may read as a mention: a name, and
// perhaps a server. It finds rather too much than too little, since what is
// missed adds a reader.
var mentionPattern = sync.OnceValue(func() *regexp.Regexp { // not at the start of the program
	return regexp.MustCompile(`@([\p{L}\p{N}_]+(?:[.\-]+[\p{L}\p{N}_]+)*)(@[\p{L}\p{N}]+(?:[.\-]+[\p{L}\p{N}]+)*(?::\d+)?)?`)
})

// Mentions gives the accounts that a text sent by Mastodon would add as readers
// besides those allowed, in order and once each. A name without a server means
// an account of the own server.
func Mentions(text, home string, allowed []Address) []Address {
	var out []Address
	eachMention(text, func(_ int, mention string) {
		a := MastodonAddress(mention, home)
		if !slices.Contains(allowed, a) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	})
	return out
}

// Neutralise makes the mentions of everybody but those allowed inert, so that
// naming somebody does not send the message to him. The text looks the same.
func Neutralise(text, home string, allowed []Address) string {
	var b strings.Builder
	last := 0
	eachMention(text, func(at int, mention string) {
		if slices.Contains(allowed, MastodonAddress(mention, home)) {
			return
		}
		b.WriteString(text[last:at])
		b.WriteString(strings.ReplaceAll(mention, "@", "@"+zeroWidth))
		last = at + len(mention)
	})
	return b.String() + text[last:]
}

// eachMention calls found for each mention with its place and its text.
func eachMention(text string, found func(at int, mention string)) {
	for from := 0; from < len(text); {
		m := mentionPattern().FindStringSubmatchIndex(text[from:])
		if m == nil {
			return
		}
		at := from + m[0]
		if insideWord(text, at) {
			from = at + 1 // a second "@" further on may still begin one
			continue
		}
		found(at, text[at:from+m[1]])
		from += m[1]
	}
}

// insideWord tells an "@" that servers do not read as the beginning of a name:
// one inside a mail address or inside the address of a page. Only ASCII letters
// count, since not all servers know others as letters.
func insideWord(text string, at int) bool {
	if at == 0 {
		return false
	}
	c := text[at-1]
	if c == '/' {
		token := text[strings.LastIndexAny(text[:at], " \t\r\n")+1 : at]
		return strings.Contains(token, "://")
	}
	return asciiLetter(c) || c >= '0' && c <= '9' || c == '_'
}
