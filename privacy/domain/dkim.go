package domain

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Bounds of a check. Real mail stays far below them; what exceeds them is not
// checked.
const (
	maxMail       = 48 << 20
	maxHeader     = 256 << 10
	maxField      = 64 << 10
	maxLines      = 4000 // of the header: the library joins the lines of a field one by one
	maxSignatures = 8
)

// slack is how far a signature's time may lie ahead of the own clock.
const slack = 24 * time.Hour

// Verify checks the DKIM signatures of a mail that has just come (RFC 6376, RFC
// 8463, RFC 8301) against the domain that its From claims. Only signatures
// aligned with that domain count, and only their keys are looked up: others
// would tell strangers that the mail was read, and prove nothing.
//
// It is stricter than the standard where a signature would cover other things
// than those shown: fields that may stand once must not be doubled, a subject
// must be signed, part of a body (l=) is not enough. Keys in testing mode sign
// nothing.
func Verify(ctx context.Context, raw []byte, from string, r resolve.Resolver, now time.Time) (found trace.Local) {
	none := trace.Local{DKIM: "none"}
	from = trace.ASCII(from)
	subject, ok := checkable(raw)
	if !ok || from == "" {
		return none
	}
	defer func() { // a fault of the library must not cost the mail
		if recover() != nil {
			found = none
		}
	}()
	k := &keys{ctx: ctx, resolver: r, from: from}
	list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: k.lookup, MaxVerifications: maxSignatures})
	if err != nil && len(list) == 0 {
		return none
	}
	found = none
	for _, v := range list {
		found = better(found, k.judge(v, subject, now))
	}
	return found
}

// better gives the outcome that counts: one good signature is enough (RFC 6376
// section 6.1), and a strong one more than a weak one.
func better(a, b trace.Local) trace.Local {
	rank := func(l trace.Local) int {
		switch {
		case l.DKIM == "pass" && !l.Weak:
			return 3
		case l.DKIM == "pass":
			return 2
		case l.DKIM == "fail":
			return 1
		}
		return 0
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// judge turns what the library found of one signature into an outcome.
func (k *keys) judge(v *dkim.Verification, subject bool, now time.Time) trace.Local {
	out := trace.Local{DKIM: "none"}
	signer := trace.ASCII(v.Domain)
	seen, looked := k.seen(signer)
	if !looked || !trace.Aligned(signer, k.from) {
		return out
	}
	out.Domain, out.Weak = signer, seen.weak
	switch {
	case v.Err == nil:
		if seen.exact && !strings.EqualFold(domainOf(v.Identifier), v.Domain) || !timely(v, now) || subject && !covers(v, "Subject") {
			return trace.Local{DKIM: "none"}
		}
		out.DKIM = "pass"
	case dkim.IsPermFail(v.Err), dkim.IsTempFail(v.Err):
		return trace.Local{DKIM: "none"}
	default:
		out.DKIM = "fail"
	}
	return out
}

func domainOf(identifier string) string {
	return identifier[strings.LastIndexByte(identifier, '@')+1:]
}

func covers(v *dkim.Verification, name string) bool {
	return slices.ContainsFunc(v.HeaderKeys, func(k string) bool { return strings.EqualFold(k, name) })
}

// timely looks at the times of a signature (RFC 6376 section 3.5, t= and x=).
// The library knows no other clock than the system's.
func timely(v *dkim.Verification, now time.Time) bool {
	if !v.Expiration.IsZero() && (now.After(v.Expiration) || v.Expiration.Before(v.Time)) {
		return false
	}
	return !v.Time.After(now.Add(slack))
}

// checkable tells whether a mail can be checked within the bounds and has no
// doubled fields, and whether it has a subject. A reader shows one of two From
// fields, and a signature may cover the other (RFC 6376 section 8.15).
func checkable(raw []byte) (subject, ok bool) {
	header := raw[:min(len(raw), maxHeader)]
	count := map[string]int{}
	lines, field := 0, 0
	for rest := header; ; lines++ {
		line, after, more := bytes.Cut(rest, []byte{'\n'})
		if !more || lines >= maxLines || len(raw) > maxMail {
			return false, false // the header has no end, or none within the bounds
		}
		rest = after
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte{':'})
			count[strings.ToLower(string(bytes.TrimRight(name, " \t")))]++
			field = 0
		}
		if field += len(line); field > maxField {
			return false, false
		}
	}
	for _, name := range []string{
		"from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id",
		"in-reply-to", "references", "mime-version", "content-type", "content-transfer-encoding",
	} {
		if count[name] > 1 {
			return false, false
		}
	}
	return count["subject"] == 1, count["from"] == 1
}
