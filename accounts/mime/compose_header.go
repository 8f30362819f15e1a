package mime

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
)

// textValue writes the value of an unstructured field, in encoded words (RFC
// 2047) when it is more than plain ASCII.
func textValue(name, value string) string {
	value = singleLine(value)
	if plainASCII(value) && !strings.Contains(value, "=?") && len(name)+2+len(value) <= 76 {
		return value
	}
	return encoded(value, len(name)+2)
}

// singleLine puts a value on one line: control characters become spaces, so
// that none can end the field.
func singleLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// encoded writes a text as encoded words, folded, each of whole characters and
// at most 75 bytes long.
func encoded(s string, column int) string {
	var b strings.Builder
	for s != "" {
		n := wordRoom(s, max(75-column, 20))
		if b.Len() > 0 {
			b.WriteString("\r\n ")
		}
		b.WriteString("=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + "?=")
		s, column = s[n:], 1
	}
	return b.String()
}

// wordRoom gives how many bytes of s fit into an encoded word of that length.
func wordRoom(s string, room int) int {
	limit := (room - len("=?utf-8?b??=")) / 4 * 3
	n := 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if n+size > limit && n > 0 {
			break
		}
		n += size
	}
	return n
}

// addressLine writes a field of addresses, one a line; none for nobody.
func addressLine(name string, people []conversation.Participant) ([]pgpmime.Line, error) {
	if len(people) == 0 {
		return nil, nil
	}
	var full, bare []string
	for _, p := range people {
		a, err := mailboxText(p)
		if err != nil {
			return nil, err
		}
		full = append(full, a)
		a, _ = addrSpec(p.Address.ID) // it was written above
		bare = append(bare, a)
	}
	return []pgpmime.Line{{Name: name, Value: strings.Join(full, ",\r\n "), Bare: strings.Join(bare, ",\r\n ")}}, nil
}

// mailboxText writes one address with its name.
func mailboxText(p conversation.Participant) (string, error) {
	spec, err := addrSpec(p.Address.ID)
	if err != nil {
		return "", err
	}
	name := singleLine(p.Name)
	switch {
	case name == "":
		return spec, nil
	case plainASCII(name) && len(name) <= 200 && !strings.Contains(name, "=?"):
		return angled(quotedName(name), spec), nil
	}
	return angled(encoded(name, 10), spec), nil
}

// angled puts an address behind a name, on a line of its own where one would
// grow long.
func angled(name, spec string) string {
	gap := " "
	if len(name)+len(spec) > 60 {
		gap = "\r\n "
	}
	return name + gap + "<" + spec + ">"
}

// quotedName quotes a name (RFC 5322, 3.2.4) unless it is words only.
func quotedName(name string) string {
	for i := range len(name) {
		if c := name[i]; !letter(c) && (c < '0' || c > '9') && c != ' ' {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
		}
	}
	return name
}

// addrSpec checks an address and writes its domain in ASCII. Names before the
// "@" beyond ASCII are sent as they are (RFC 6532); the server tells whether it
// takes them.
func addrSpec(id string) (string, error) {
	i := strings.LastIndexByte(id, '@')
	if i <= 0 || len(id) > 320 || !utf8.ValidString(id) {
		return "", fmt.Errorf("mime: address %q: %w", id, ErrHeader)
	}
	local := id[:i]
	if !fitLocal(local) {
		return "", fmt.Errorf("mime: address %q: %w", id, ErrHeader)
	}
	domain, err := asciiDomain(id[i+1:])
	if err != nil || domain == "" {
		return "", fmt.Errorf("mime: address %q: %w", id, ErrHeader)
	}
	return local + "@" + domain, nil
}

// fitLocal tells whether a local part can be written: words and dots, or a
// quoted string.
func fitLocal(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.ContainsFunc(s[1:len(s)-1], func(r rune) bool { return unicode.IsControl(r) || r == '"' || r == '\\' })
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`()<>[]:;@\,"`, r)
	})
}

// asciiDomain gives the form of a domain that goes into a header.
func asciiDomain(domain string) (string, error) {
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") && plainASCII(domain) && !strings.ContainsAny(domain[1:len(domain)-1], "[]<>\\ ,") {
		return domain, nil // an address literal (RFC 5321, 4.1.3)
	}
	if !ascii(domain) {
		return idna.Lookup.ToASCII(domain)
	}
	for i := range len(domain) {
		if c := domain[i]; !letter(c) && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return "", fmt.Errorf("mime: domain %q: %w", domain, ErrHeader)
		}
	}
	return domain, nil
}
