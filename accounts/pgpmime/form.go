package pgpmime

import (
	"bytes"
	"strings"
)

// The lines of ASCII armor (RFC 9580, 6.2 and 7).
const (
	beginMessage = "-----BEGIN PGP MESSAGE-----"
	endMessage   = "-----END PGP MESSAGE-----"
	beginSigned  = "-----BEGIN PGP SIGNED MESSAGE-----"
	endSigned    = "-----END PGP SIGNATURE-----"
)

// sealedIn gives the ciphertext of an entity that is one sealed envelope: in
// the proper form (RFC 3156, 4), or in the one into which Exchange and
// ProtonMail turn it, where the envelope became a mixed multipart that begins
// with an empty text. No other place of a ciphertext is an envelope.
func sealedIn(e entity) (cipher []byte, ok bool) {
	parts, ok := e.parts()
	if !ok {
		return nil, false
	}
	switch e.media.name {
	case "multipart/encrypted":
		if p := strings.ToLower(e.media.params["protocol"]); p != "" && p != "application/pgp-encrypted" {
			return nil, false
		}
	case "multipart/mixed":
		if len(parts) == 3 && emptyText(parts[0]) {
			parts = parts[1:]
		}
	default:
		return nil, false
	}
	if len(parts) != 2 || parts[0].media.name != "application/pgp-encrypted" || parts[1].media.name != "application/octet-stream" {
		return nil, false
	}
	return parts[1].decoded(), true
}

// emptyText tells the text that servers put before a taken-apart envelope.
func emptyText(e entity) bool {
	if e.media.name != "text/plain" || len(e.body) > 64 {
		return false
	}
	text := string(bytes.TrimSpace(e.decoded()))
	return text == "" || text == "Empty Message"
}

// footerIn gives the ciphertext of an envelope beside which a server has put a
// text of its own, as Google Workspace and mailing lists do with their footers.
// An attacker can write the very same form around a stolen ciphertext.
func footerIn(e entity) (cipher []byte, ok bool) {
	parts, ok := e.parts()
	if !ok || e.media.name != "multipart/mixed" || len(parts) != 2 {
		return nil, false
	}
	envelope, text := parts[1], parts[0]
	if envelope.media.name != "multipart/encrypted" {
		envelope, text = text, envelope
	}
	if envelope.media.name != "multipart/encrypted" || text.media.name != "text/plain" || text.get("Content-Disposition") != "" && !strings.HasPrefix(strings.ToLower(text.get("Content-Disposition")), "inline") {
		return nil, false
	}
	return sealedIn(envelope)
}

// signedIn gives the signed part of an entity and its signature (RFC 3156, 5):
// exactly two parts of the right types. A third one would be shown by somebody.
func signedIn(e entity) (signed entity, signature []byte, ok bool) {
	if e.media.name != "multipart/signed" || !strings.EqualFold(e.media.params["protocol"], "application/pgp-signature") {
		return entity{}, nil, false
	}
	parts, ok := e.parts()
	if !ok || len(parts) != 2 || parts[1].media.name != "application/pgp-signature" {
		return entity{}, nil, false
	}
	return parts[0], parts[1].decoded(), true
}

// openPGP tells whether data begins like an OpenPGP message, in ASCII or
// binary (RFC 9580, 4.2: the first bit of a packet is set).
func openPGP(data []byte) bool {
	data = bytes.TrimSpace(data)
	return bytes.HasPrefix(data, []byte(beginMessage)) || len(data) > 0 && data[0]&0x80 != 0
}

// inlineSealed gives the armored message that is the whole text of a mail.
func inlineSealed(e entity) (cipher []byte, ok bool) {
	if e.media.name != "text/plain" || !bytes.Contains(e.body, []byte("BEGIN PGP MESSAGE")) && e.get("Content-Transfer-Encoding") == "" {
		return nil, false
	}
	text := bytes.TrimSpace(e.decoded())
	whole := bytes.HasPrefix(text, []byte(beginMessage)) && bytes.HasSuffix(text, []byte(endMessage)) &&
		bytes.Count(text, []byte(beginMessage)) == 1 && bytes.Count(text, []byte(endMessage)) == 1
	return text, whole
}

// inlineSigned gives the signed block in the text of a mail, and whether it is
// all of the text.
func inlineSigned(e entity) (block []byte, whole, ok bool) {
	if e.media.name != "text/plain" {
		return nil, false, false
	}
	text := e.decoded()
	start, n := lines(text, beginSigned)
	if n != 1 {
		return nil, false, false
	}
	end, n := lines(text[start:], endSigned)
	if n != 1 {
		return nil, false, false
	}
	end += start + len(endSigned)
	around := len(bytes.TrimSpace(text[:start])) + len(bytes.TrimSpace(text[end:]))
	return append(bytes.Clone(text[start:end]), '\n'), around == 0, true
}

// lines counts the lines that are a given one and tells where the first is.
func lines(text []byte, want string) (first, n int) {
	for at := 0; at < len(text); {
		i := bytes.Index(text[at:], []byte(want))
		if i < 0 {
			break
		}
		i += at
		at = i + len(want)
		if i > 0 && text[i-1] != '\n' {
			continue
		}
		if line, _ := cut(text[at:]); len(bytes.TrimSpace(line)) == 0 {
			if n++; n == 1 {
				first = i
			}
		}
	}
	return first, n
}
