package trace

import (
	"bytes"
	"net/netip"
	"strings"
)

// clause is the part of a Received field that is being read.
type clause uint8

const (
	inNothing clause = iota
	inFrom
	inBy
	inWith
	inTLS
	inOther
)

// reader collects one Received field.
type reader struct {
	hop     Hop
	in      clause
	values  int // words of the clause so far
	from    bool
	via     bool
	seen    bool // a comment told of the sending side, so its address is not the sender's word
	with    []byte
	literal string // address in place of the sender's name
}

// readReceived reads one Received field (RFC 5321 section 4.4) as the mail
// servers in use write it; TLS is found in clauses and in comments.
func readReceived(value []byte) Hop {
	var r reader
	lex(value, ";", func(t token) bool {
		switch t.kind {
		case separator:
			return false // the date follows
		case comment:
			r.comment(t.text)
		default:
			r.word(t.text)
		}
		return true
	})
	return r.finish()
}

func (r *reader) word(text []byte) {
	if next := clauseOf(text); next != inNothing && !(r.values == 0 && r.in == inFrom) {
		was := r.in
		r.in, r.values = next, 0
		r.via = r.via || hasFold(text, "via")
		if next == inTLS && was == inWith && r.hop.TLS == "" {
			r.hop.TLS = "yes" // "with ESMTP with TLS", or Exim's clause
		}
		return
	}
	r.values++
	switch {
	case r.in == inFrom && r.values == 1:
		r.from = true
		r.hop.From = host(text)
		r.literal = address(text)
	case r.in == inBy && r.values == 1:
		r.hop.By = host(text)
	case r.in == inWith && len(r.with) < maxName:
		r.with = append(append(r.with, ' '), text[:min(len(text), maxName)]...)
	}
}

func clauseOf(text []byte) clause {
	switch strings.ToLower(string(text[:min(len(text), 5)])) {
	case "from":
		return inFrom
	case "by":
		return inBy
	case "with":
		return inWith
	case "tls":
		return inTLS
	case "via", "id", "for":
		return inOther
	}
	return inNothing
}

// comment reads what stands in parentheses. In the part that speaks of the
// sending side only the form "using TLS…" is taken for TLS, because the name
// which the sender gave itself may stand there too.
func (r *reader) comment(text []byte) {
	switch r.in {
	case inFrom:
		if hasFold(text, "using TLS") || hasFold(text, "using SSL") {
			r.tls(text)
			return
		}
		r.peer(text)
	case inBy:
		r.hop.Confirmed = bytes.Contains(text, []byte("Postfix"))
		if hasFold(text, "version=") || hasFold(text, "using TLS") {
			r.tls(text)
		}
	default:
		r.tls(text)
	}
}

// tls takes the version from a comment, or notes that there was TLS.
func (r *reader) tls(text []byte) {
	if v := tlsVersion(text); v != "" {
		r.hop.TLS = v
		return
	}
	if r.in == inWith && bytes.HasSuffix(bytes.ToLower(text), []byte("encrypted")) {
		r.hop.TLS = "yes"
	}
}

// peer reads "name [address]", "[address] helo=name", "HELO name" and "address"
// from the comments behind the name that the sender gave itself. Of several
// addresses the first that is not the machine's own counts, since the sender
// may call itself by any.
func (r *reader) peer(text []byte) {
	helo := false
	for i, f := range bytes.Fields(text[:min(len(text), 512)]) {
		ip := address(f)
		switch {
		case ip != "" && !helo:
			if r.hop.IP == "" || loopback(r.hop.IP) {
				r.hop.IP = ip
			}
			r.seen = true
		case hasFold(f, "helo="), helo:
			r.seen = r.seen || hasFold(f, "helo=")
			r.called(bytes.TrimPrefix(bytes.ToLower(f), []byte("helo=")))
			helo = false
		case bytes.EqualFold(f, []byte("HELO")), bytes.EqualFold(f, []byte("EHLO")):
			helo = true
		case i == 0 && bytes.IndexByte(f, '=') < 0:
			r.called(f[bytes.IndexByte(f, '@')+1:]) // an ident answer may stand before
		}
	}
}

// called notes the first name found beside the one in the from clause.
func (r *reader) called(name []byte) {
	if r.hop.Name == "" && bytes.IndexByte(name, '.') > 0 {
		r.hop.Name = host(name)
	}
}

func loopback(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.IsLoopback()
}

// address reads an IP address, in brackets or not.
func address(text []byte) string {
	s := strings.TrimRight(strings.TrimLeft(string(text[:min(len(text), 64)]), "["), "],;")
	if len(s) > 5 && strings.EqualFold(s[:5], "ipv6:") {
		s = s[5:]
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return a.Unmap().WithZone("").String()
}

// finish draws the conclusions from the whole field.
func (r *reader) finish() Hop {
	h := &r.hop
	h.With = plain(bytes.TrimSpace(r.with))
	key := keyword(r.with)
	if h.TLS == "" && secure(key) {
		h.TLS = "yes"
	}
	h.Confirmed = h.Confirmed && h.Name != ""
	if h.IP == "" && (r.seen || !loopback(r.literal)) {
		h.IP = r.literal
	}
	h.Network = r.from && !r.via && !hasFold([]byte(h.With), "local") && (strings.Contains(key, "SMTP") || key == "" && h.With == "" && h.IP != "")
	return r.hop
}

// keyword gives the protocol keyword of a "with" clause, upper case: "ESMTPSA"
// (RFC 3848, RFC 6531), "SMTP" for "Microsoft SMTP Server", "" for none.
func keyword(with []byte) string {
	for _, w := range bytes.Fields(with) {
		if u := strings.ToUpper(string(w)); strings.Contains(u, "MTP") {
			return u
		}
	}
	return ""
}

func secure(keyword string) bool {
	switch keyword {
	case "SMTPS", "ESMTPS", "ESMTPSA", "LMTPS", "LMTPSA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTPS", "UTF8LMTPSA":
		return true
	}
	return strings.HasPrefix(keyword, "ESMTP/TLS")
}

// tlsVersion reads the version from the comments that mail servers write:
// "using TLSv1.3 with cipher…", "version=TLS1_3…", "TLS1.2:ECDHE…", "TLS: …".
// It must stand first, since a sender's own words may come later. The answer
// is "1.3", "1.2", "1.1", "1.0", "ssl", "yes" (not told), or "" for no TLS.
func tlsVersion(text []byte) string {
	for _, prefix := range []string{"using ", "version=", "TLS: ", "Cipher "} {
		if hasFold(text, prefix) {
			text = text[len(prefix):]
			break
		}
	}
	switch {
	case hasFold(text, "SSL"):
		return "ssl"
	case !hasFold(text, "TLS"):
		return ""
	}
	return versionDigits(bytes.TrimLeft(text[3:], "vV"))
}

// versionDigits reads "1.3", "1_3" or "1"; a suite name such as
// TLS_AES_128_GCM_SHA256 tells no version.
func versionDigits(b []byte) string {
	if len(b) == 0 || b[0] != '1' {
		return "yes"
	}
	if len(b) >= 3 && (b[1] == '.' || b[1] == '_') && b[2] >= '0' && b[2] <= '3' {
		return "1." + string(b[2])
	}
	return "1.0"
}

func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}
