package securejoin

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Errors of links.
var (
	ErrLink  = errors.New("not an invitation")
	ErrGroup = errors.New("an invitation to a group, not to a person")
)

// Invite is what a link says. Without Auth it is a fingerprint to compare
// only.
type Invite struct {
	Version     int      // 3, or 2 for links of older programs
	Fingerprint string   // upper-case hexadecimal
	Address     string   // "" only when there is nothing but a fingerprint
	Others      []string // further addresses of the inviter
	Name        string   // as the inviter calls himself, unsanitised
	Number      string   // to ask for the key with, in version 2
	Auth        string   // the secret
}

// The forms of links.
const (
	schemePlain = "OPENPGP4FPR:"
	schemeWeb   = "https://i.delta.chat/#"
	schemeBare  = "https://i.delta.chat#"
)

// longestLink bounds what is read: a QR code holds no more.
const longestLink = 4296

// ParseLink reads an invitation. A link to a group gives ErrGroup.
func ParseLink(text string) (Invite, error) {
	text = strings.TrimSpace(text)
	if len(text) > longestLink || !utf8.ValidString(text) {
		return Invite{}, ErrLink
	}
	print, fields, ok := cutLink(text)
	i := Invite{Fingerprint: strings.ToUpper(strings.ReplaceAll(print, " ", "")), Version: 2}
	if !ok || !isFingerprint(i.Fingerprint) {
		return Invite{}, ErrLink
	}
	if fields["x"] != "" || fields["g"] != "" || fields["b"] != "" || fields["j"] != "" {
		return Invite{}, ErrGroup
	}
	return i.with(fields)
}

// cutLink takes the fingerprint and the fields out of a link of any form. The
// hash sign may have been escaped by a phone on the way.
func cutLink(text string) (print string, fields map[string]string, ok bool) {
	var rest string
	for _, scheme := range []string{schemePlain, schemeWeb, schemeBare} {
		if len(text) >= len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			rest, ok = text[len(scheme):], true
			if scheme != schemePlain {
				rest = strings.Replace(rest, "&", "#", 1)
			}
			break
		}
	}
	if !strings.Contains(rest, "#") {
		rest = strings.Replace(rest, "%23", "#", 1)
	}
	print, query, _ := strings.Cut(rest, "#")
	fields = map[string]string{}
	for _, field := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(field, "=")
		if _, twice := fields[name]; twice {
			return "", nil, false
		}
		fields[name] = value
	}
	return print, fields, ok
}

// with takes in the fields of a link.
func (i Invite) with(fields map[string]string) (Invite, error) {
	var err error
	if i.Address, err = unescapeAddress(fields["a"]); err != nil {
		return Invite{}, err
	}
	for _, other := range strings.Split(fields["r"], ",") {
		address, err := unescapeAddress(other)
		if err != nil {
			return Invite{}, err
		}
		if address != "" && len(i.Others) < 8 {
			i.Others = append(i.Others, address)
		}
	}
	if i.Name, err = url.QueryUnescape(fields["n"]); err != nil || !utf8.ValidString(i.Name) {
		return Invite{}, ErrLink
	}
	i.Number, i.Auth = fields["i"], fields["s"]
	if fields["v"] == "3" || i.Auth != "" && i.Number == "" {
		i.Version = 3
	}
	return i, i.complete()
}

// complete tells whether an invitation holds all or nothing of what joining
// needs.
func (i Invite) complete() error {
	bare := i.Auth == "" && i.Number == ""
	switch {
	case bare:
		return nil
	case i.Address == "" || !isToken(i.Auth):
		return ErrLink
	case i.Number == "" && i.Version == 3, isToken(i.Number):
		return nil
	}
	return ErrLink
}

func unescapeAddress(text string) (string, error) {
	address, err := url.PathUnescape(text)
	if err != nil || text != "" && !isAddress(address) {
		return "", ErrLink
	}
	return strings.ToLower(address), nil
}

func isAddress(a string) bool {
	local, domain, ok := strings.Cut(a, "@")
	bad := func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>,;"()\`, r) || r == utf8.RuneError
	}
	return ok && local != "" && domain != "" && len(a) <= 320 && !strings.Contains(domain, "@") && !strings.ContainsFunc(a, bad)
}

func isFingerprint(f string) bool {
	return (len(f) == 40 || len(f) == 64) && strings.Trim(f, "0123456789ABCDEF") == ""
}

// isToken tells whether a text is one of the random tokens.
func isToken(t string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(t) > 10 && len(t) <= 64 && strings.Trim(t, alphabet) == ""
}

// Link gives the invitation as a web address, which programs that know
// SecureJoin open by themselves.
func (i Invite) Link() string { return schemeWeb + i.Fingerprint + "&" + i.fields() }

// Plain gives the invitation in the form without a web address.
func (i Invite) Plain() string { return schemePlain + i.Fingerprint + "#" + i.fields() }

func (i Invite) fields() string {
	var out []string
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+"="+value)
		}
	}
	if i.Version == 3 && i.Auth != "" {
		add("v", "3")
	}
	add("i", i.Number)
	add("s", i.Auth)
	add("a", escape(i.Address))
	others := make([]string, 0, len(i.Others))
	for _, a := range i.Others {
		others = append(others, escape(a))
	}
	add("r", strings.Join(others, ","))
	add("n", strings.ReplaceAll(escape(shorten(i.Name)), "%20", "+"))
	return strings.Join(out, "&")
}

// shorten keeps links short enough for a QR code.
func shorten(name string) string {
	const most = 25
	runes := []rune(name)
	if len(runes) <= most {
		return name
	}
	return string(runes[:most-1]) + "_"
}

// escape leaves letters, digits, full stops and underscores alone, so that
// programs that look for links in texts take the whole of it.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for _, b := range []byte(s) {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '.', b == '_':
			out.WriteByte(b)
		default:
			out.WriteString(string([]byte{'%', hex[b>>4], hex[b&15]}))
		}
	}
	return out.String()
}
