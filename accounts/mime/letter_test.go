package mime

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// at is when the sealed mails of these tests are written and read.
var at = time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)

// held gives the key of somebody (privacy/openpgp/testdata), with the secret key.
func held(t testing.TB, name string) *openpgp.Key {
	t.Helper()
	r := &ring{}
	r.add(t, "../../privacy/openpgp/testdata/"+name+".asc")
	return r.secrets[0]
}

// reading is a format with Bob's secret key and some certificates.
func reading(t testing.TB, known ...string) *Format {
	t.Helper()
	r := &ring{}
	r.add(t, "../../privacy/openpgp/testdata/bob.asc")
	for _, name := range known {
		r.cert(held(t, name).Public())
	}
	return WithKeys(r, func() time.Time { return at })
}

// bobs reads a mail as Bob.
func bobs(t testing.TB, f *Format, raw string) conversation.Parsed {
	t.Helper()
	return f.Parse([]byte(raw), conversation.ParseContext{Account: "mail", Own: conversation.MailAddress("bob@example.org"), Received: at.Add(time.Minute)})
}

const plan = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe plan is blue.\r\n"

// top is a header from somebody to Bob.
func top(from string) string {
	return "From: " + from + "\r\nTo: bob@example.org\r\nSubject: [...]\r\nDate: Tue, 01 Dec 2026 09:30:00 +0000\r\nMessage-ID: <outside@example.org>\r\nMIME-Version: 1.0\r\n"
}

const fromAlice = "Alice <alice@example.org>"

// signature signs the bytes of a part, line ends as CRLF.
func signature(t testing.TB, who, part string) string {
	t.Helper()
	armored, _, err := openpgp.Sign([]byte(part), held(t, who), at)
	if err != nil {
		t.Fatal(err)
	}
	return "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n" + crlf(string(armored))
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// multi makes a multipart; params stand behind its type.
func multi(kind, boundary string, parts ...string) string {
	out := "Content-Type: multipart/" + kind + "; boundary=\"" + boundary + "\"\r\n\r\n"
	for _, p := range parts {
		out += "--" + boundary + "\r\n" + p + "\r\n"
	}
	return out + "--" + boundary + "--\r\n"
}

const signedKind = "signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\""

// signedBy makes a signed entity.
func signedBy(t testing.TB, who, part string) string {
	t.Helper()
	return multi(signedKind, "sig-"+who, part, signature(t, who, part))
}

// sealing seals an entity for Bob, signed by somebody unless "" is given.
func sealing(t testing.TB, who, entity string, to ...string) string {
	t.Helper()
	o := openpgp.SealOptions{Now: at}
	for _, name := range append(to, "bob")[:max(1, len(to))] {
		o.To = append(o.To, held(t, name).Public())
	}
	if who != "" {
		o.Signer = held(t, who)
	}
	armored, err := openpgp.Seal([]byte(entity), o)
	if err != nil {
		t.Fatal(err)
	}
	return crlf(string(armored))
}

const versionPart = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"

// envelopeOf puts a ciphertext into an envelope.
func envelopeOf(cipher string) string {
	return multi(`encrypted; protocol="application/pgp-encrypted"`, "env", versionPart, "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n"+cipher)
}

// verdict is what a mail comes to, in short.
func verdict(p conversation.Parsed) string {
	s := p.Message.Evidence.Security
	out := s.Sealed + " " + s.Signature + " " + s.Covers
	if s.Decrypted {
		out += " opened"
	}
	if s.Error != "" {
		out += " " + s.Error
	}
	return out
}
