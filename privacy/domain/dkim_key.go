package domain

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Sizes of RSA keys, in bits (RFC 8301 section 3.2). Beyond the last one the
// only thing that a key does is to keep the machine busy.
const (
	leastRSA  = 1024
	soundRSA  = 2048
	mostRSA   = 8192
	maxRecord = 4096 // bytes of a key record
)

// keys looks up the keys of the signatures of one mail. The library asks for
// several at once.
type keys struct {
	ctx      context.Context
	resolver resolve.Resolver
	from     string

	mu    sync.Mutex
	found map[string]keyFacts // by signing domain
}

// keyFacts is what was seen of the keys of a domain; of several the worst.
type keyFacts struct {
	weak  bool
	exact bool // flag "s": the identity must be of the domain itself (RFC 6376 section 3.6.1)
}

// errKey is a key that proves nothing.
var errKey = errors.New("key not usable")

// errLater is a lookup that failed in passing; the library wants to be told in
// this way.
type errLater struct{ error }

// Temporary is asked by the library.
func (errLater) Temporary() bool { return true }

// Timeout is asked by the library.
func (errLater) Timeout() bool { return false }

// lookup gives the key record of a selector.
func (k *keys) lookup(name string) ([]string, error) {
	_, domain, ok := strings.Cut(name, "._domainkey.")
	domain = trace.ASCII(domain)
	if !ok || !trace.Aligned(domain, k.from) {
		return nil, errKey
	}
	texts, err := lookupTXT(k.ctx, k.resolver, name)
	if err != nil {
		return nil, errLater{err}
	}
	if len(texts) != 1 || len(texts[0]) > maxRecord {
		return nil, errKey
	}
	facts, ok := readKey(texts[0])
	if !ok {
		return nil, errKey
	}
	k.note(domain, facts)
	return texts, nil
}

func (k *keys) note(domain string, f keyFacts) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil {
		k.found = map[string]keyFacts{}
	}
	old := k.found[domain]
	k.found[domain] = keyFacts{weak: old.weak || f.weak, exact: old.exact || f.exact}
}

func (k *keys) seen(domain string) (keyFacts, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.found[domain]
	return f, ok
}

// readKey looks at a key record (RFC 6376 section 3.6.1) for what the library
// passes over: flags, and how long an RSA key really is. The library counts
// whole bytes, so that a key of 1017 bits passes for one of 1024.
func readKey(record string) (keyFacts, bool) {
	tags := tagList(record)
	var f keyFacts
	for flag := range strings.SplitSeq(tags["t"], ":") {
		switch strings.TrimSpace(flag) {
		case "y":
			return f, false // the domain tries signing out
		case "s":
			f.exact = true
		}
	}
	if kind := tags["k"]; kind != "" && kind != "rsa" {
		return f, true // the library knows the others, and how long they are
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(tags["p"]), ""))
	if err != nil {
		return f, false
	}
	key, ok := rsaKey(der)
	if !ok || key.N.BitLen() < leastRSA || key.N.BitLen() > mostRSA {
		return f, false
	}
	f.weak = key.N.BitLen() < soundRSA
	return f, true
}

// rsaKey reads a key in either of the forms that are in use (erratum 3017 of
// RFC 6376).
func rsaKey(der []byte) (*rsa.PublicKey, bool) {
	if any, err := x509.ParsePKIXPublicKey(der); err == nil {
		key, ok := any.(*rsa.PublicKey)
		return key, ok
	}
	key, err := x509.ParsePKCS1PublicKey(der)
	return key, err == nil
}

// tagList reads "name=value" pairs between semicolons (RFC 6376 section 3.2),
// as DKIM, DMARC and MTA-STS records have them. The first of two counts.
func tagList(s string) map[string]string {
	tags := map[string]string{}
	for pair := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		if _, dup := tags[name]; ok && !dup {
			tags[name] = strings.TrimSpace(value)
		}
	}
	return tags
}

// lookupTXT gives the TXT records of a name, each with its strings joined. That
// there are none is no error.
func lookupTXT(ctx context.Context, r resolve.Resolver, name string) ([]string, error) {
	a, err := r.Lookup(ctx, name, dns.TypeTXT)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, rr := range a.RR {
		if txt, ok := rr.(*dns.TXT); ok {
			out = append(out, plain(strings.Join(txt.Txt, "")))
		}
	}
	return out, nil
}

// plain undoes the escapes by which the library writes odd bytes of a string
// (RFC 1035 section 5.1).
func plain(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if n, err := strconv.Atoi(s[i+1 : min(i+4, len(s))]); err == nil && i+3 < len(s) && n < 256 {
			b.WriteByte(byte(n))
			i += 3
			continue
		}
		i++
		b.WriteByte(s[i])
	}
	return b.String()
}
