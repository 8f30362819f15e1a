package mime

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxClaimed is how much of a name is looked at; more is never shown.
const maxClaimed = 1 << 10

// claimsOther tells whether a name shows an address that is not the person's.
// Readers look at the name, and many programs show nothing else, so such a
// message names two senders. Letters that only look like those of an address,
// and invisible ones between them, count like what they look like.
func claimsOther(name string, own conversation.Address) bool {
	if len(name) > maxClaimed {
		name = strings.ToValidUTF8(name[:maxClaimed], "")
	}
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	name = spelledOut().Replace(name)
	for _, word := range strings.FieldsFunc(name, between) {
		word = strings.Trim(word, ".!?*_-")
		if addressed(word) && address(word) != own {
			return true
		}
	}
	return false
}

// spelledOut writes as signs what people write out or in brackets so that
// programs do not see it, and every reader does; the full stop of Chinese and
// Japanese parts a domain as well (RFC 3490, 3.1).
func spelledOut() *strings.Replacer {
	return strings.NewReplacer("。", ".", "[@]", "@", "(@)", "@", "{@}", "@", "[at]", "@", "(at)", "@", "{at}", "@", " [at] ", "@", " (at) ", "@", " {at} ", "@",
		"[AT]", "@", "(AT)", "@", "[.]", ".", "(.)", ".", "[dot]", ".", "(dot)", ".", " [dot] ", ".", " (dot) ", ".")
}

// between tells what can stand around an address in running text.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>()[]{},;:"'|/\«»“”‘’`, r)
}

// addressed tells whether a word looks like a mail address: a handle that
// begins with "@" belongs to another network, and a domain ends in letters.
func addressed(word string) bool {
	local, domain, ok := strings.Cut(word, "@")
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	return ok && local != "" && len(top) > 1 && len(top) < len(domain) && !strings.ContainsAny(top, "0123456789@")
}
