package openpgp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// address gives the one mail address a user ID names, in lower case, or
// nothing. A user ID is free text, so only the two forms in use are taken: the
// address alone, or a name followed by the address in angle brackets at the
// very end. What a name says is never an address.
func address(uid string) string {
	if !utf8.ValidString(uid) || strings.ContainsFunc(uid, invisible) {
		return ""
	}
	bare := strings.TrimSpace(uid)
	if open := strings.IndexByte(bare, '<'); open >= 0 {
		if strings.Count(bare, "<") != 1 || strings.Count(bare, ">") != 1 || !strings.HasSuffix(bare, ">") {
			return ""
		}
		bare = bare[open+1 : len(bare)-1]
	}
	local, domain, ok := strings.Cut(bare, "@")
	if !ok || len(bare) > 254 || !dotted(local, localRune) || !dotted(domain, domainRune) {
		return ""
	}
	return strings.ToLower(bare)
}

func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// dotted tells whether s is made of words of those runes with dots between.
func dotted(s string, allowed func(rune) bool) bool {
	for _, word := range strings.Split(s, ".") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !allowed(r) }) {
			return false
		}
	}
	return true
}

// localRune allows what RFC 5322, 3.2.3 and RFC 6532, 3.2 allow, but for "%",
// which is only there to smuggle other characters.
func localRune(r rune) bool {
	return domainRune(r) || strings.ContainsRune("!#$&'*+/=?^_`{|}~", r)
}

func domainRune(r rune) bool {
	return r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r) || r > unicode.MaxASCII && unicode.IsMark(r)
}
