package autocrypt

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Errors that callers branch on.
var (
	ErrNone    = errors.New("autocrypt: no header")
	ErrHeader  = errors.New("autocrypt: not a valid header")
	ErrForeign = errors.New("autocrypt: the header is about another address") // it also is an ErrHeader
	ErrSeveral = errors.New("autocrypt: several valid headers")
)

// MaxHeader is how long a header field may be, in bytes (Autocrypt 1.1, 2.1):
// longer ones are neither written nor believed.
const MaxHeader = 10 << 10

// Header is what a valid Autocrypt or Autocrypt-Gossip field says.
type Header struct {
	Address string // lower case
	Mutual  bool   // prefer-encrypt=mutual
	Key     *openpgp.Key
	Data    []byte // the certificate as it was sent, binary
}

// ParseHeaders reads the Autocrypt fields of a mail whose only From address is
// from. Fields that are not valid do not count, which lets newer forms of the
// field stand beside this one; but two valid ones are as good as none
// (Autocrypt 1.1, 2.3).
func ParseHeaders(values []string, from string) (Header, error) {
	var found []Header
	err := ErrNone
	for _, v := range values {
		h, e := ParseHeader(v, from)
		if e != nil {
			err = e
			continue
		}
		found = append(found, h)
	}
	switch len(found) {
	case 0:
		return Header{}, err
	case 1:
		return found[0], nil
	}
	return Header{}, ErrSeveral
}

// ParseHeader reads the value of one Autocrypt field (Autocrypt 1.1, 2.1) of a
// mail whose only From address is from.
func ParseHeader(value, from string) (Header, error) {
	h, err := parse(value, func(address string) bool { return address == fold(from) })
	if err != nil {
		return Header{}, err
	}
	return h, nil
}

// ParseGossip reads the Autocrypt-Gossip fields that stood inside the seal of
// a signed mail (Autocrypt 1.1, 4.3). Only what is said of those whom the mail
// names as recipients counts, and nothing of whom it says two things.
func ParseGossip(values, recipients []string) []Header {
	named := map[string]bool{}
	for _, r := range recipients {
		named[fold(r)] = true
	}
	said := map[string]int{}
	var all []Header
	for _, v := range values {
		h, err := parse(v, func(address string) bool { return named[address] })
		if err != nil {
			continue
		}
		h.Mutual = false // nobody speaks for another (4.3.1)
		said[h.Address]++
		all = append(all, h)
	}
	return once(all, said)
}

// once keeps those headers whose address was spoken of once.
func once(all []Header, said map[string]int) []Header {
	var out []Header
	for _, h := range all {
		if said[h.Address] == 1 {
			out = append(out, h)
		}
	}
	return out
}

func parse(value string, about func(address string) bool) (Header, error) {
	if len(value) > MaxHeader {
		return Header{}, fmt.Errorf("%w: %d bytes", ErrHeader, len(value))
	}
	fields, err := attributes(value)
	if err != nil {
		return Header{}, err
	}
	h := Header{Address: fold(fields["addr"]), Mutual: strings.EqualFold(fields["prefer-encrypt"], "mutual")}
	if h.Address == "" || !strings.Contains(h.Address, "@") {
		return Header{}, fmt.Errorf("%w: no address", ErrHeader)
	}
	if !about(h.Address) {
		return Header{}, errors.Join(ErrHeader, ErrForeign)
	}
	h.Key, h.Data, err = keydata(fields["keydata"])
	return h, err
}

// attributes splits a field into its attributes. One that is not known and
// does not begin with an underscore is critical and spoils the field.
func attributes(value string) (map[string]string, error) {
	found := map[string]string{}
	for part := range strings.SplitSeq(value, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, v, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		_, twice := found[name]
		switch {
		case !ok || name == "" || twice:
			return nil, fmt.Errorf("%w: attribute %.40q", ErrHeader, name)
		case name == "addr" || name == "prefer-encrypt" || name == "keydata":
			found[name] = strings.TrimSpace(v)
		case !strings.HasPrefix(name, "_"):
			return nil, fmt.Errorf("%w: unknown attribute %.40q", ErrHeader, name)
		}
	}
	return found, nil
}

// keydata reads the attribute of that name: one certificate, in base64 with
// blanks anywhere. A secret key has no business there.
func keydata(text string) (*openpgp.Key, []byte, error) {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, text)
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) == 0 {
		return nil, nil, fmt.Errorf("%w: keydata", ErrHeader)
	}
	keys, err := openpgp.Parse(data)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrHeader, err)
	case len(keys) != 1 || keys[0].Secret():
		return nil, nil, fmt.Errorf("%w: not one certificate", ErrHeader)
	}
	return keys[0], data, nil
}

// line is how many characters of base64 stand between two blanks, at which the
// field can be folded.
const line = 72

// FormatHeader writes the value of an Autocrypt field on one line, with blanks
// to fold it at. An address that could end the attribute, or a certificate
// that makes the field too long, is an error: then none is sent.
func FormatHeader(address string, mutual bool, certificate []byte) (string, error) {
	if !strings.Contains(address, "@") || strings.ContainsAny(address, "; \t\r\n") || len(certificate) == 0 {
		return "", fmt.Errorf("%w: address %.80q", ErrHeader, address)
	}
	var b strings.Builder
	b.WriteString("addr=" + address + ";")
	if mutual {
		b.WriteString(" prefer-encrypt=mutual;")
	}
	b.WriteString(" keydata=")
	text := base64.StdEncoding.EncodeToString(certificate)
	for len(text) > 0 {
		n := min(line, len(text))
		b.WriteString(" " + text[:n])
		text = text[n:]
	}
	if b.Len()+len("Autocrypt-Gossip: ") > MaxHeader {
		return "", fmt.Errorf("%w: %d bytes", ErrHeader, b.Len())
	}
	return b.String(), nil
}

func fold(address string) string { return strings.ToLower(strings.TrimSpace(address)) }
