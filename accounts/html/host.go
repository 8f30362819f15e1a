package html

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Host gives the host an address really goes to, for people to read: without
// user name and port, punycode decoded (RFC 5891) unless the decoded name mixes
// scripts. It gives "" for what is not a link to elsewhere. For mailto it is
// the domain written to.
func Host(address string) string {
	u, err := url.Parse(strip(address))
	if err != nil {
		return loose(address)
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "ftp":
		return Readable(u.Hostname())
	case "mailto":
		_, domain, _ := strings.Cut(u.Opaque, "@")
		domain, _, _ = strings.Cut(domain, ",")
		return Readable(domain)
	}
	return ""
}

// strip removes what browsers ignore in an address.
func strip(address string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, strings.TrimSpace(address))
}

// loose finds the host of an address that does not parse, as a browser would.
func loose(address string) string {
	_, rest, ok := strings.Cut(strip(address), "://")
	if !ok || !remote(strip(address)) {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, _, _ := strings.Cut(rest, ":")
	return Readable(host)
}

// Readable gives a host name in lower case, decoded from punycode when every
// label is of one script only. A name that mixes scripts stays encoded, so
// that it cannot pass for another one.
func Readable(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if simple(host) {
		return host
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return host
	}
	decoded, err := idna.Display.ToUnicode(ascii)
	if err != nil || mixed(decoded) {
		return ascii
	}
	return decoded
}

// simple tells whether a name is ASCII that hides nothing, the usual case.
func simple(host string) bool {
	for i := range len(host) {
		if host[i] <= ' ' || host[i] > '~' {
			return false
		}
	}
	return !strings.Contains(host, "xn--")
}

// mixed tells whether a label mixes scripts, or is written wholly in letters
// of another script that all look like Latin ones.
func mixed(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if scripts(label) > 1 || lookalike(label) {
			return true
		}
	}
	return false
}

// scripts counts the scripts of a label; Han, kana and Hangul go together.
func scripts(label string) int {
	seen := map[*unicode.RangeTable]bool{}
	for _, r := range label {
		if t := script(r); t != nil {
			seen[t] = true
		}
	}
	return len(seen)
}

func script(r rune) *unicode.RangeTable {
	switch {
	case r < 0x80 && !unicode.IsLetter(r), unicode.In(r, unicode.Common, unicode.Inherited):
		return nil
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return unicode.Han
	}
	for _, t := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew, unicode.Armenian, unicode.Thai, unicode.Devanagari} {
		if unicode.Is(t, r) {
			return t
		}
	}
	return unicode.Mn // any other script
}

// lookalike tells whether all letters of a Cyrillic or Greek label pass for
// Latin ones.
func lookalike(label string) bool {
	other := false
	for _, r := range label {
		if r < 0x80 {
			continue
		}
		if !strings.ContainsRune("асԁеһіјӏорԛѕԝхуъԍьгкмтвпνορυικαωγτ", r) {
			return false
		}
		other = true
	}
	return other
}

// account gives "@name@host" for the address of a profile
// ("https://social.example/@zoe" or "/users/zoe").
func account(href string) string {
	u, err := url.Parse(href)
	if err != nil || u.Host == "" {
		return ""
	}
	name := strings.Trim(u.Path, "/")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "users/"), "@")
	if name == "" || strings.Contains(name, "/") {
		return ""
	}
	if strings.Contains(name, "@") {
		return "@" + name
	}
	return "@" + name + "@" + u.Hostname()
}
