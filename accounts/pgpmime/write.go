package pgpmime

import (
	"bytes"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// ErrLine is given for a header line that would end its field and begin
// another one.
var ErrLine = errors.New("not fit for a header line")

// Line is a header field to be written.
type Line struct {
	Name  string
	Value string // as it stands behind the colon, encoded and folded
	Bare  string // of a field with addresses: the same without the names
}

// Letter is a mail to be written: its header but for the structural fields
// (MIME-Version and Content-…), and the MIME entity it consists of, which
// begins with its Content-Type.
type Letter struct {
	Lines  []Line
	Entity []byte
}

// Seal says how a letter is sealed.
type Seal struct {
	Policy     conversation.HeaderPolicy
	HideThread bool           // In-Reply-To and References stand inside only
	To         []*openpgp.Key // all that shall read it, the writer too where he shall
	Signer     *openpgp.Key
	Now        time.Time // for the validity of keys, and the time of the signature
	Date       time.Time // of the letter, which HideAll blurs outside
	ID         string    // Message-ID outside, without brackets; "" for that of the letter
	Outside    []Line    // stand outside only, as what servers add does
	Random     func([]byte)
}

// SealMail signs and seals a letter whole and gives the mail that carries it
// (RFC 3156, sections 4 and 6.2). Its header is protected as RFC 9788 wants it:
// all of it stands inside, and outside what the policy leaves of it.
func SealMail(l Letter, s Seal) ([]byte, error) {
	if s.Signer == nil || len(s.To) == 0 {
		return nil, fmt.Errorf("pgpmime: seal for %d readers: %w", len(s.To), openpgp.ErrKey)
	}
	if err := fitLines(l.Lines, s.Outside); err != nil {
		return nil, err
	}
	outside := s.outer(l.Lines)
	inside, err := protected(l, "cipher", outside)
	if err != nil {
		return nil, err
	}
	if s.Policy == conversation.HideAll && isMultipart(l.Entity) {
		inside = padded(inside, s.Random)
	}
	sealed, err := openpgp.Seal(inside, openpgp.SealOptions{
		To: s.To, Signer: s.Signer, Hidden: s.Policy == conversation.HideAll, Now: s.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("pgpmime: seal: %w", err)
	}
	return sealedFrame(append(outside, s.Outside...), sealed, boundary(s.Random)), nil
}

// SignMail signs a letter without sealing it (RFC 3156, section 5). The whole
// header stands in the signed part too (RFC 9788).
func SignMail(l Letter, signer *openpgp.Key, now time.Time, random func([]byte)) ([]byte, error) {
	if err := fitLines(l.Lines); err != nil {
		return nil, err
	}
	signed, err := protected(l, "clear", nil)
	if err != nil {
		return nil, err
	}
	signed = bytes.TrimSuffix(signed, []byte("\r\n")) // the last line end belongs to the boundary
	signature, micalg, err := openpgp.Sign(signed, signer, now)
	if err != nil {
		return nil, fmt.Errorf("pgpmime: sign: %w", err)
	}
	return signedFrame(l.Lines, signed, signature, micalg, boundary(random)), nil
}

// protected writes the part that is sealed or signed: the header, what of it
// stands outside when that is told apart, and the entity, whose Content-Type
// says how it is protected.
func protected(l Letter, how string, outside []Line) ([]byte, error) {
	end := firstFieldEnd(l.Entity)
	if end < 0 {
		return nil, fmt.Errorf("pgpmime: entity without Content-Type: %w", ErrLine)
	}
	var b bytes.Buffer
	writeLines(&b, l.Lines)
	for _, o := range outside {
		b.WriteString("HP-Outer: " + strings.TrimSuffix(o.text(), "\r\n") + "\r\n")
	}
	b.Write(l.Entity[:end])
	b.WriteString(";\r\n hp=\"" + how + "\"")
	b.Write(l.Entity[end:])
	return b.Bytes(), nil
}

// firstFieldEnd finds the line end that ends the Content-Type field, with which
// an entity begins; -1 when it does not.
func firstFieldEnd(entity []byte) int {
	if len(entity) < 13 || !strings.EqualFold(string(entity[:13]), "content-type:") {
		return -1
	}
	for at := 0; ; {
		i := bytes.Index(entity[at:], []byte("\r\n"))
		if i < 0 {
			return -1
		}
		at += i
		if rest := entity[at+2:]; len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
			return at
		}
		at += 2
	}
}

// sealedFrame writes the two parts of a sealed mail (RFC 3156, section 4). It
// has the shape that other programs give it, so that it tells nothing of this
// one.
func sealedFrame(header []Line, sealed []byte, boundary string) []byte {
	var b bytes.Buffer
	writeLines(&b, header)
	b.WriteString("MIME-Version: 1.0\r\n" +
		"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n boundary=\"" + boundary + "\"\r\n\r\n" +
		"--" + boundary + "\r\n" +
		"Content-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n\r\n" +
		"--" + boundary + "\r\n" +
		"Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n" +
		"Content-Description: OpenPGP encrypted message\r\n" +
		"Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n")
	writeArmor(&b, sealed)
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return b.Bytes()
}

// signedFrame writes the two parts of a signed mail (RFC 3156, section 5).
func signedFrame(header []Line, signed, signature []byte, micalg, boundary string) []byte {
	var b bytes.Buffer
	writeLines(&b, header)
	b.WriteString("MIME-Version: 1.0\r\n" +
		"Content-Type: multipart/signed; micalg=\"" + micalg + "\";\r\n" +
		" protocol=\"application/pgp-signature\"; boundary=\"" + boundary + "\"\r\n\r\n" +
		"--" + boundary + "\r\n")
	b.Write(signed)
	b.WriteString("\r\n--" + boundary + "\r\n" +
		"Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n" +
		"Content-Description: OpenPGP digital signature\r\n" +
		"Content-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n")
	writeArmor(&b, signature)
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return b.Bytes()
}

// writeArmor writes armor with the line ends of a mail.
func writeArmor(b *bytes.Buffer, armor []byte) {
	for line := range bytes.Lines(bytes.TrimRight(armor, "\r\n")) {
		b.Write(bytes.TrimRight(line, "\r\n"))
		b.WriteString("\r\n")
	}
}

// boundary makes a boundary of 128 random bits. Armor has no line that begins
// like it, and neither has what the writer of mails encodes.
func boundary(random func([]byte)) string {
	var b [16]byte
	random(b[:])
	return "=_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}
