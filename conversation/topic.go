package conversation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// replyPrefixes are the words that mail programs put before a subject when they
// answer or pass on, in lower case, without the colon.
var replyPrefixes = []string{
	"re", "fwd", "fw", "fwd fw", // English and nearly everybody
	"tr", "rép", "réf", "ref", // French
	"r", "i", "rif", "inoltra", // Italian
	"aw", "wg", "antwort", "weitergeleitet", // German
	"rv", "rm", "res", "enc", // Spanish, Portuguese
	"sv", "vs", "vb", "vl", "vä", "lähetetty", // Swedish, Danish, Norwegian, Finnish
	"antw", "doorst", "betr", // Dutch
	"odp", "pd", "ynt", "ilt", "bls", "trs", // Polish, Turkish, Indonesian
	"atb", "pārs", "vá", "továbbítás", "na", // Latvian, Hungarian, Slovenian
	"σχετ", "πρθ", "απ", "ответ", "отв", "на", "переслано", // Greek, Russian
	"回复", "答复", "回覆", "答覆", "转发", "轉寄", "轉發", "返信", "転送", "답장", "회신", "전달", // Chinese, Japanese, Korean
	"رد", "إعادة توجيه", "תגובה", "הועבר", // Arabic, Hebrew
}

// Topic gives a subject without the prefixes of answers and lists, as a heading
// that is the same for a message and its answers. Headings only order what is
// inside a conversation; they never draw a border, so a prefix taken off by
// mistake does no harm.
func Topic(subject string) string {
	s := strings.Join(strings.Fields(subject), " ")
	for {
		rest := trimListName(trimReplyPrefix(s))
		if rest == s {
			return s
		}
		s = rest
	}
}

// trimReplyPrefix takes one "Re:", "Re[2]:", "AW :" or "回复：" off.
func trimReplyPrefix(s string) string {
	i := strings.IndexAny(s, ":：")
	if i <= 0 || i > 40 {
		return s
	}
	word := strings.ToLower(strings.TrimSpace(trimCounter(strings.TrimSpace(s[:i]))))
	if !slices.Contains(replyPrefixes, word) {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return strings.TrimSpace(s[i+size:])
}

// trimCounter takes the count of answers off: "Re[2]", "Re(3)", "Re^2", "Re2".
func trimCounter(s string) string {
	s = strings.TrimRight(s, ")]")
	s = strings.TrimRightFunc(s, unicode.IsDigit)
	return strings.TrimRight(s, "([^*")
}

// trimListName takes a "[name]" off that lists put in front, unless there is
// nothing behind it.
func trimListName(s string) string {
	if !strings.HasPrefix(s, "[") {
		return s
	}
	end := strings.IndexByte(s, ']')
	if end < 0 || end > 60 || strings.TrimSpace(s[end+1:]) == "" {
		return s
	}
	return strings.TrimSpace(s[end+1:])
}

// replySubject puts one "Re: " before a subject, whatever was there before.
func replySubject(subject string) string { return prefixed("Re: ", subject) }

func forwardSubject(subject string) string { return prefixed("Fwd: ", subject) }

// prefixed keeps a list's name: only answer prefixes are replaced.
func prefixed(prefix, subject string) string {
	s := strings.Join(strings.Fields(subject), " ")
	for {
		rest := trimReplyPrefix(s)
		if rest == s {
			break
		}
		s = rest
	}
	if s == "" {
		return ""
	}
	return prefix + s
}
