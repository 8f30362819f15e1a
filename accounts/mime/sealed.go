package mime

import (
	"bytes"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/privacy"
)

// The words of privacy.Security.Sealed.
const (
	sealedNone    = "none"
	sealedPartial = "partial"
	sealedFull    = "full"
)

// armor begins a sealed message in ASCII (RFC 9580, 6.2).
const (
	armor       = "-----BEGIN PGP MESSAGE-----"
	armorEnd    = "-----END PGP MESSAGE-----"
	armorSigned = "-----BEGIN PGP SIGNED MESSAGE-----"
	armorSig    = "-----BEGIN PGP SIGNATURE-----"
)

// envelope finds out whether the whole message is one sealed envelope. Only
// the outermost position counts (RFC 3156, 4; RFC 8551, 3.3), the same inside a
// signature (RFC 1847), and the forms into which known servers turn it.
func envelope(p *part) bool {
	switch {
	case p.is("multipart/encrypted"):
		return sealedPair(p.kids)
	case enveloped(p):
		return true
	case p.is("multipart/signed") && len(p.kids) > 0:
		return envelope(p.kids[0])
	case p.is("multipart/mixed"):
		return mixedUp(p.kids)
	}
	return false
}

// mixedUp tells the form that some mail servers make of sealed mail: an empty
// text, or their words for it, then the two parts of the envelope.
func mixedUp(kids []*part) bool {
	if len(kids) == 3 && kids[0].is("text/plain") && empty(kids[0]) {
		kids = kids[1:]
	}
	return len(kids) == 2 && kids[0].is("application/pgp-encrypted") && sealedPair(kids)
}

func empty(p *part) bool {
	text := string(bytes.TrimSpace(p.content))
	return (text == "" || text == "Empty Message") && p.size < 32
}

// sealedPair tells whether the parts of an encrypted multipart are what they
// must be: a version, and an OpenPGP message. What only calls itself encrypted
// is not.
func sealedPair(kids []*part) bool {
	if len(kids) != 2 || !kids[0].is("application/pgp-encrypted") {
		return false
	}
	return openPGP(kids[1])
}

// openPGP tells whether a part begins like an OpenPGP message, in ASCII or
// binary (RFC 9580, 4.2: the first bit of a packet is set).
func openPGP(p *part) bool {
	data := p.start()
	return bytes.HasPrefix(data, []byte(armor)) || len(data) > 0 && data[0]&0x80 != 0
}

// armored tells whether a part is an OpenPGP message in ASCII.
func armored(p *part) bool { return bytes.HasPrefix(p.start(), []byte(armor)) }

// start gives the first decoded bytes of a part.
func (p *part) start() []byte {
	data := p.content
	if data == nil {
		data, _ = decodeTransfer(p.head, p.encoding())
	}
	return bytes.TrimSpace(data)
}

// enveloped tells S/MIME encrypted content (RFC 8551, 3.2).
func enveloped(p *part) bool {
	if !p.is("application/pkcs7-mime", "application/x-pkcs7-mime") {
		return false
	}
	switch lower(p.media.params["smime-type"]) {
	case "enveloped-data", "authenveloped-data":
		return true
	case "":
		return !strings.HasSuffix(lower(p.name), ".p7s") && !strings.HasSuffix(lower(p.name), ".p7c")
	}
	return false
}

// opaque tells S/MIME content that is signed and wrapped, which cannot be read
// without unwrapping it.
func opaque(p *part) bool {
	return p.is("application/pkcs7-mime", "application/x-pkcs7-mime") && lower(p.media.params["smime-type"]) == "signed-data"
}

// seal judges the message before its text is put together.
func (b *body) seal(root *part) {
	b.sealed = sealedNone
	if envelope(root) {
		b.sealed = sealedFull
		b.warn.add(warnSealed)
		return
	}
	root.walk(func(p *part) {
		switch {
		case p.is("multipart/encrypted") && sealedPair(p.kids), enveloped(p), p.is("multipart/mixed") && p != root && mixedUp(p.kids),
			p.is("application/octet-stream") && armored(p):
			b.partly()
		case p.is("multipart/encrypted"):
			b.warn.add(warnNotSealed)
		}
	})
}

// within looks for seals inside of an opened one. They stay closed: whoever
// wrote the mail may have put the ciphertext of another there.
func (b *body) within(root *part) {
	closed := body{warn: &warnings{}}
	if closed.seal(root); closed.sealed != sealedNone {
		b.partly()
	}
	b.sealed = sealedFull
}

// closed notes why a sealed message was not opened. Nothing of it is shown; a
// file that only stands where the ciphertext should be can still be had.
func (b *body) closed(m *message) {
	b.sealed = sealedFull
	switch m.layers.Security.Error {
	case pgpmime.ErrorMalformed:
		m.root.walk(func(p *part) {
			if p.is("application/octet-stream") {
				b.attach(p)
			}
		})
		return
	case privacy.ErrorIntegrity:
		b.warn.add(warnChanged)
	case pgpmime.ErrorTooLarge:
		b.warn.add(warnUnpacks)
	}
	b.warn.add(warnSealed)
}

func (b *body) partly() {
	b.warn.add(warnSealedPart)
	b.sealed = sealedPartial
}

// inline takes OpenPGP armour out of a text, and says so: ciphertext is never
// shown. A text that is one armoured message is sealed whole; whether the mail
// is depends on what else it holds.
func (b *body) inline(text string) string {
	if strings.Contains(text, armorSigned) {
		if !b.checked {
			b.warn.add(warnSignature)
		}
		text = clearsigned(text)
	}
	if !strings.Contains(text, armor) {
		return text
	}
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, armor) && strings.HasSuffix(trimmed, armorEnd) && strings.Count(trimmed, armor) == 1 {
		b.whole++
		return ""
	}
	b.partly()
	return removeArmor(text)
}

// omitted stands for what is left out of a text, in no language.
const omitted = "[…]"

// removeArmor cuts each armoured message out of a text, and what follows one
// that does not end.
func removeArmor(text string) string {
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(text, armor)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		out.WriteString(omitted)
		_, text, ok = strings.Cut(after, armorEnd)
		if !ok {
			return out.String()
		}
	}
}

// clearsigned takes the frame of a signed text away (RFC 9580, 7), the first
// one only: what stands around it stays, since nothing was checked.
func clearsigned(text string) string {
	before, after, _ := strings.Cut(text, armorSigned)
	signed, rest, ok := strings.Cut(after, armorSig)
	if !ok {
		return text
	}
	_, rest, _ = strings.Cut(rest, "-----END PGP SIGNATURE-----")
	if _, own, ok := strings.Cut(signed, "\n\n"); ok { // behind the Hash lines
		signed = own
	}
	signed = strings.ReplaceAll("\n"+signed, "\n- ", "\n")[1:]
	return strings.TrimSpace(before + signed + rest)
}

// settle decides about texts that were one armoured message each, once all
// parts were seen: such a mail is sealed whole only when it holds nothing else.
func (b *body) settle() {
	if b.whole == 0 {
		return
	}
	if b.whole == 1 && b.sealed == sealedNone && strings.TrimSpace(b.text) == "" && len(b.files) == 0 {
		b.sealed = sealedFull
		b.warn.add(warnSealed)
		return
	}
	b.partly()
}
