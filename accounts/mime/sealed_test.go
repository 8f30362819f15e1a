package mime

import (
	"encoding/base64"
	"strings"
	"testing"
)

const sealedText = "-----BEGIN PGP MESSAGE-----\n\nhQEMAxyz\n=abcd\n-----END PGP MESSAGE-----\n"

// parts makes a multipart.
func parts(kind string, bodies ...string) string {
	b := "b" + kind[:5]
	out := "Content-Type: multipart/" + kind + "; boundary=" + b + "\n\n"
	for _, p := range bodies {
		out += "--" + b + "\n" + p + "\n"
	}
	return out + "--" + b + "--\n"
}

func TestSealed(t *testing.T) {
	version := "Content-Type: application/pgp-encrypted\n\nVersion: 1\n"
	cipher := "Content-Type: application/octet-stream; name=encrypted.asc\n\n" + sealedText
	text := "Content-Type: text/plain\n\nclear words\n"
	blank := "Content-Type: text/plain\n\n\n"
	sig := "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n"
	pair := parts("encrypted; protocol=\"application/pgp-encrypted\"", version, cipher)
	for _, c := range []struct{ name, body, sealed, text, warning string }{
		{"whole", pair, "full", "", warnSealed},
		{"signed around sealed", parts("signed", pair, sig), "full", "", warnSealed},
		{"mixed up by a server", parts("mixed", blank, version, cipher), "full", "", warnSealed},
		{"inline, whole", "Content-Type: text/plain\n\n" + sealedText, "full", "", warnSealed},
		{"S/MIME", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMII=", "full", "", warnSealed},
		{"beside clear text", parts("mixed", text, pair), "partial", "clear words", warnSealedPart},
		{"mixed up beside text", parts("mixed", text, version, cipher), "partial", "clear words", warnSealedPart},
		{"between HTML", parts("mixed", "Content-Type: text/html\n\n<img src=\"http://x/", pair, "Content-Type: text/html\n\n\">"), "partial", "\">", warnSealedPart},
		{"inline, in the middle", "Content-Type: text/plain\n\nbefore\n" + sealedText + "after", "partial", "before\n[…]\nafter", warnSealedPart},
		{"inline, not ended", "Content-Type: text/plain\n\nbefore\n-----BEGIN PGP MESSAGE-----\nabc", "partial", "before\n[…]", warnSealedPart},
		{"inline, twice", "Content-Type: text/plain\n\n" + sealedText + sealedText, "partial", "[…]\n[…]", warnSealedPart},
		{"inline with a file", parts("mixed", "Content-Type: text/plain\n\n"+sealedText, "Content-Type: image/png\n\nPNG"), "partial", "", warnSealedPart},
		{"S/MIME beside text", parts("mixed", text, "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII="), "partial", "clear words", warnSealedPart},
		{"sealed file in base64", parts("mixed", text, "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte(sealedText))), "partial", "clear words", warnSealedPart},
		{"called sealed, in clear", parts("encrypted", version, "Content-Type: text/plain\n\nclear words"), "none", "clear words", warnNotSealed},
		{"called sealed, one part", parts("encrypted", text), "none", "clear words", warnNotSealed},
		{"called sealed, other content", parts("encrypted", version, "Content-Type: application/octet-stream\n\nclear words"), "full", "", warnNotSealed},
		{"forwarded", parts("mixed", text, "Content-Type: message/rfc822\n\nSubject: x\n"+pair), "none", "clear words", ""},
		{"signed", parts("signed", text, sig), "none", "clear words", warnSignature},
		{"signed inline", "Content-Type: text/plain\n\n" + armorSigned + "\nHash: SHA256\n\nwords\n- - dash\n" + armorSig + "\nabc\n-----END PGP SIGNATURE-----\n", "none", "words\n- dash", warnSignature},
		{"S/MIME signed, opaque", "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\nMII=", "none", "", warnOpaque},
		{"clear", text, "none", "clear words", ""},
	} {
		m := parse(t, "From: zoe@example.org\nDate: Mon, 4 May 2026 11:30:00 +0000\n"+c.body)
		s := m.Evidence.Security
		if s.Sealed != c.sealed || m.Text != c.text {
			t.Errorf("%s: sealed %q, text %q, want %q and %q", c.name, s.Sealed, m.Text, c.sealed, c.text)
		}
		if got := strings.Join(m.Warnings, " "); !strings.Contains(got, c.warning) || c.warning == "" && got != "" {
			t.Errorf("%s: warned of %q", c.name, got)
		}
		if s.Signature != "none" || s.Covers != "none" || s.Decrypted || s.ProtectedHeaders != "none" {
			t.Errorf("%s: something unchecked is claimed: %+v", c.name, s)
		}
		if strings.Contains(m.Text+m.Excerpt, "hQEMA") {
			t.Errorf("%s: ciphertext is shown", c.name)
		}
	}
}
