package trace

import (
	"bytes"
	"strings"
)

// results collects one Authentication-Results field.
type results struct {
	claim   Claim
	segment int    // parts between semicolons so far
	words   int    // words of the segment that belong to no pair
	pairs   int    // pairs of the segment so far
	key     []byte // the last word, which may turn out to be a key
	value   bool   // a "=" was seen, its value is awaited
	kept    bool   // the segment's method is kept in claim.Results
	ignored bool   // a version this package does not know
}

// readResults reads one Authentication-Results field (RFC 8601 section 2.2),
// with what is found in the wild: semicolons in comments, no authserv-id,
// blanks around "=", unknown methods and properties.
func readResults(value []byte) Claim {
	var r results
	lex(value, ";=", func(t token) bool {
		switch {
		case t.kind == comment:
		case t.kind == separator && t.text[0] == ';':
			r.next()
		case t.kind == separator:
			r.value = len(r.key) > 0
		default:
			r.word(t.text)
		}
		return !r.ignored
	})
	r.next()
	return r.claim
}

// next ends a segment. A first segment without a pair is the authserv-id.
func (r *results) next() {
	r.segment, r.words, r.pairs = r.segment+1, 0, 0
	r.key, r.value, r.kept = nil, false, false
}

func (r *results) word(text []byte) {
	if r.value {
		r.pair(r.key, text)
		r.key, r.value = nil, false
		return
	}
	if r.segment == 0 && r.pairs == 0 {
		r.identity(text)
	}
	r.words++
	r.key = text
}

// identity reads the authserv-id and the version that may follow it.
func (r *results) identity(text []byte) {
	switch r.words {
	case 0:
		r.claim.ID = host(text)
	case 1:
		r.ignored = digits(text) && string(text) != "1"
	}
}

func digits(b []byte) bool {
	return len(bytes.Trim(b, "0123456789")) == 0
}

// pair takes "method=result" and the properties behind it. When the very first
// word is the key of a pair, the server wrote no authserv-id.
func (r *results) pair(key, value []byte) {
	r.pairs++
	if r.pairs > 1 {
		r.property(strings.ToLower(string(key[:min(len(key), maxName)])), value)
		return
	}
	if r.segment == 0 && r.words <= 1 {
		r.claim.ID = ""
	}
	method, _, _ := strings.Cut(clean(key), "/")
	switch method {
	case "dkim", "spf", "dmarc", "arc":
		r.kept = len(r.claim.Results) < maxResults
	}
	if r.kept {
		r.claim.Results = append(r.claim.Results, Result{Method: method, Value: clean(value)})
	}
}

// property keeps the domain that a verdict is about.
func (r *results) property(key string, value []byte) {
	if !r.kept {
		return
	}
	last := &r.claim.Results[len(r.claim.Results)-1]
	switch last.Method + " " + key {
	case "dkim header.d", "dmarc header.from":
		last.Domain = domainPart(value)
	case "dkim header.i", "spf smtp.mailfrom":
		if last.Domain == "" {
			last.Domain = domainPart(value)
		}
	}
}

// domainPart gives what stands behind the last "@", or everything.
func domainPart(value []byte) string {
	return host(value[bytes.LastIndexByte(value, '@')+1:])
}
