package keyfind

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// ErrAddress is given for what is not a mail address with a domain of its own.
var ErrAddress = errors.New("not a mail address")

// cutAddress gives the local part as written and the domain as the DNS knows
// it.
func cutAddress(address string) (local, domain string, err error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || len(address) > 320 || strings.ContainsAny(address, "\x00\r\n \t<>") {
		return "", "", ErrAddress
	}
	local = unquote(address[:at])
	domain, err = idna.Lookup.ToASCII(strings.TrimSuffix(address[at+1:], "."))
	if err != nil || !hostName(domain) || local == "" {
		return "", "", ErrAddress
	}
	return local, strings.ToLower(domain), nil
}

// hostName tells whether a domain can stand in an address of the web as it is.
func hostName(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(domain) > 240 || len(labels) < 2 || strings.ContainsAny(domain, "[]:/?#%@\\") {
		return false
	}
	return !slices.ContainsFunc(labels, func(l string) bool { return l == "" || len(l) > 63 })
}

// unquote takes the quotes off a quoted local part (RFC 7929, 3).
func unquote(local string) string {
	inner, ok := strings.CutPrefix(local, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !ok || !closed {
		return local
	}
	var out strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		out.WriteByte(inner[i])
	}
	return out.String()
}

// same tells whether two addresses are one for the purpose of keys: no
// provider of note tells local parts apart by case.
func same(a, b string) bool {
	x, dx, errX := cutAddress(a)
	y, dy, errY := cutAddress(b)
	return errX == nil && errY == nil && strings.EqualFold(x, y) && dx == dy
}

// lowerASCII maps upper-case ASCII letters alone, as the directory's
// specification wants it.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// directoryHash names a local part in a Web Key Directory
// (draft-koch-openpgp-webkey-service, 3.1).
func directoryHash(local string) string {
	sum := sha1.Sum([]byte(lowerASCII(local)))
	return base32.NewEncoding("ybndrfg8ejkmcpqxot1uwisza345h769").WithPadding(base32.NoPadding).EncodeToString(sum[:])
}

// recordName gives the name of the OPENPGPKEY record of an address (RFC 7929,
// 3).
func recordName(local, domain string) string {
	sum := sha256.Sum256([]byte(local))
	return hex.EncodeToString(sum[:28]) + "._openpgpkey." + domain + "."
}
