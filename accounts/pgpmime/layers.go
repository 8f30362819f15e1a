package pgpmime

import (
	"bytes"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// reader takes the layers off one mail.
type reader struct {
	keys    openpgp.Keys
	now     time.Time
	root    entity         // the mail as it came
	sources []entity       // where certificates may be that the mail carries
	brought []*openpgp.Key // those that were found
	out     Reading
}

// layers finds out what the mail is and reads it.
func (r *reader) layers(e entity) {
	inner, depth := r.unwrap(e)
	if cipher, ok := sealedIn(inner); ok {
		r.sealed(cipher)
		return
	}
	if depth > 0 {
		r.out.Path = pathOf(depth)
		r.content(inner)
		return
	}
	if cipher, ok := inlineSealed(e); ok {
		r.sealedInline(e, cipher)
		return
	}
	if block, whole, ok := inlineSigned(e); ok {
		r.signedInline(e, block, whole)
		return
	}
	r.parts(e, 0)
	r.out.Keys = attached(e)
	if cipher, ok := footerIn(e); ok && r.keys != nil {
		r.footer(cipher)
	}
}

// pathOf gives the path of the first part in so many multiparts.
func pathOf(depth int) string {
	return string(bytes.TrimRight(bytes.Repeat([]byte("1."), depth), "."))
}

// unwrap takes the signatures off that are around the whole of an entity, and
// notes what each came to. All of them cover the content that is left.
func (r *reader) unwrap(e entity) (inner entity, depth int) {
	for depth < maxLayers {
		signed, signature, ok := signedIn(e)
		if !ok {
			break
		}
		r.check(signed.raw, signature)
		r.out.Security.Covers = "whole"
		e, depth = signed, depth+1
	}
	return e, depth
}

// check verifies a detached signature over the bytes of a part.
func (r *reader) check(signed, signature []byte) {
	if r.keys == nil {
		r.warn(WarnUnchecked)
		return
	}
	found := openpgp.Verify(canonical(signed), signature, r.signers(), r.now)
	if len(found) == 0 {
		found = []openpgp.Signature{{State: openpgp.Bad}} // there is a signature part, and no signature in it
	}
	r.out.Signatures = append(r.out.Signatures, found...)
}

// sealed opens the envelope of a mail. A signature around it proves only who
// passed the ciphertext on: anybody who sees the mail can take it off and put
// his own in its place, without knowing what he signs. So it is told, as one
// over a part, only when there is none inside.
func (r *reader) sealed(cipher []byte) {
	outside := r.out.Signatures
	r.out.Signatures, r.out.Security.Covers = nil, "none"
	if plain, ok := r.open(cipher); ok {
		r.out.sealers = len(r.out.Signatures)
		inner, _ := r.unwrap(read(plain))
		r.content(inner)
	}
	if len(r.out.Signatures) == 0 && len(outside) > 0 {
		r.out.Signatures, r.out.sealers, r.out.Security.Covers = outside, 0, "part"
		r.warn(WarnOutside)
	}
}

// open opens a ciphertext and notes what came of it. Signatures inside cover
// all of what it gives.
func (r *reader) open(cipher []byte) (plain []byte, ok bool) {
	s := &r.out.Security
	s.Sealed = "full"
	if !openPGP(cipher) {
		s.Error = ErrorMalformed
		r.warn(WarnMalformed)
		return nil, false
	}
	if r.keys == nil {
		return nil, false
	}
	o, err := openpgp.Open(cipher, r.keys, r.now)
	if err != nil {
		s.Error = errorWord(err)
		return nil, false
	}
	r.sources = append(r.sources, read(o.Plain))
	r.out.Opened, s.Decrypted, s.Quantum = true, true, o.Quantum
	if o.Forward {
		s.Forward = "full"
	}
	r.out.Signatures = r.again(o, cipher)
	if len(r.out.Signatures) > 0 {
		s.Covers = "whole"
	}
	return o.Plain, true
}

// again checks the signatures inside a seal once more, with the certificates
// that were found inside of it, when one of them is by an unknown key.
func (r *reader) again(o openpgp.Opened, cipher []byte) []openpgp.Signature {
	for _, s := range o.Signatures {
		if s.State != openpgp.UnknownKey {
			continue
		}
		if second, err := openpgp.Open(cipher, r.signers(), r.now); err == nil && bytes.Equal(second.Plain, o.Plain) {
			return second.Signatures
		}
		break
	}
	return o.Signatures
}

// errorWord gives the word of Security.Error.
func errorWord(err error) string {
	switch {
	case errors.Is(err, openpgp.ErrNoKey):
		return ErrorNoKey
	case errors.Is(err, openpgp.ErrLocked):
		return ErrorLocked
	case errors.Is(err, openpgp.ErrTooLarge):
		return ErrorTooLarge
	}
	return privacy.ErrorIntegrity
}

// content notes what the innermost entity holds.
func (r *reader) content(e entity) {
	r.out.Entity = e.raw
	if len(r.out.Signatures) == 0 {
		r.parts(e, 0)
	}
	r.protected(e)
	r.out.Keys = attached(e)
}

// footer opens the mail beside whose seal a server has put a text.
func (r *reader) footer(cipher []byte) {
	inside := &reader{keys: r.keys, now: r.now, root: r.root, sources: []entity{r.root}, out: blank()}
	inside.sealed(cipher)
	if !inside.out.Opened {
		if e := inside.out.Security.Error; e == ErrorLocked || e == ErrorNoKey {
			r.out.Security.Error = e
		}
		return
	}
	inside.warn(WarnFooter)
	inside.out.Judge(nil)
	r.out.Footer = &inside.out
}

// sealedInline opens a mail whose text is one armored message. What is inside
// is a text, whatever it looks like.
func (r *reader) sealedInline(e entity, cipher []byte) {
	plain, ok := r.open(cipher)
	if !ok {
		return
	}
	r.out.Path = "1"
	r.out.Entity = textEntity(e, plain)
}

// signedInline checks a mail whose text holds one signed block. Text around
// the block is not covered, and then all of it is shown as it came.
func (r *reader) signedInline(e entity, block []byte, whole bool) {
	if r.keys == nil {
		return
	}
	text, found, err := openpgp.VerifyInline(block, r.signers(), r.now)
	if err != nil || len(found) == 0 {
		return
	}
	r.out.Signatures = found
	if !whole {
		r.out.Security.Covers = "part"
		r.warn(WarnPart)
		return
	}
	r.out.Security.Covers = "whole"
	r.out.Path = "1"
	r.out.Entity = textEntity(e, text)
}

// textEntity makes an entity of a text that was inside an armor. Its charset is
// UTF-8 (RFC 9580, 5.9) unless it cannot be: then that of the mail.
func textEntity(e entity, text []byte) []byte {
	head := "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	if declared := e.get("Content-Type"); !utf8.Valid(text) && declared != "" {
		head = "Content-Type: " + declared + "\r\n\r\n"
	}
	return append([]byte(head), text...)
}

// Bounds of the search for signed parts.
const (
	maxDepth  = 10
	maxChecks = 8
)

// parts looks for signatures that cover a part of the mail only, as when a
// mailing list has put a footer beside it. Forwarded messages are messages of
// their own: signatures in them prove nothing of this one.
func (r *reader) parts(e entity, depth int) {
	if r.keys == nil || depth > maxDepth || len(r.out.Signatures) >= maxChecks || depth == 0 && !mentions(e.body, "pgp-signature") {
		return
	}
	if signed, signature, ok := signedIn(e); ok && depth > 0 {
		r.check(signed.raw, signature)
		r.out.Security.Covers = "part"
		r.warn(WarnPart)
		return
	}
	kids, _ := e.parts()
	for _, k := range kids {
		r.parts(k, depth+1)
	}
}

// mentions tells whether a lower-case word with a "-" in it stands in b, in
// whatever case.
func mentions(b []byte, word string) bool {
	dash := bytes.IndexByte([]byte(word), '-')
	for at := 0; at < len(b); {
		i := bytes.IndexByte(b[at:], '-')
		if i < 0 {
			return false
		}
		start := at + i - dash
		if start >= 0 && start+len(word) <= len(b) && bytes.EqualFold(b[start:start+len(word)], []byte(word)) {
			return true
		}
		at += i + 1
	}
	return false
}

func (r *reader) warn(code string) {
	for _, w := range r.out.Warnings {
		if w == code {
			return
		}
	}
	r.out.Warnings = append(r.out.Warnings, code)
}
