package mime

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// TestForms reads the plan in every form in which it is one message, and in the
// forms in which it is not.
func TestForms(t *testing.T) {
	f := reading(t, "alice", "mallory")
	both, none := sealing(t, "alice", plan), sealing(t, "", plan)
	inside := sealing(t, "", signedBy(t, "alice", plan))
	cipher := "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n" + both
	empty := "Content-Type: text/plain; charset=us-ascii\r\n\r\n\r\n"
	footer := "Content-Type: text/plain\r\n\r\nSent by Example Ltd.\r\n"
	binary := "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(both))
	bobSeal := sealing(t, "bob", plan, "alice")
	for _, c := range []struct{ name, body, verdict, text string }{
		{"sealed and signed", envelopeOf(both), "full good whole opened", "The plan is blue."},
		{"sealed, not signed", envelopeOf(none), "full none none opened", "The plan is blue."},
		{"signed inside the seal (RFC 1847)", envelopeOf(inside), "full good whole opened", "The plan is blue."},
		{"signed in both ways", envelopeOf(sealing(t, "alice", signedBy(t, "alice", plan))), "full good whole opened", "The plan is blue."},
		{"signed around the seal", signedBy(t, "alice", envelopeOf(none)), "full good part opened", "The plan is blue."},
		{"another signed around the seal", signedBy(t, "mallory", envelopeOf(both)), "full good whole opened", "The plan is blue."},
		{"signed", signedBy(t, "alice", plan), "none good whole", "The plan is blue."},
		{"signed twice around", multi(signedKind, "two", strings.TrimSuffix(signedBy(t, "alice", plan), "\r\n"), signature(t, "alice", strings.TrimSuffix(signedBy(t, "alice", plan), "\r\n"))), "none good whole", "The plan is blue."},
		{"mixed up by Exchange", multi("mixed", "m", empty, versionPart, cipher), "full good whole opened", "The plan is blue."},
		{"mixed up, in base64", multi("mixed", "m", empty, versionPart, binary), "full good whole opened", "The plan is blue."},
		{"mixed up by ProtonMail", multi("mixed", "m", strings.Replace(empty, "\r\n\r\n\r\n", "\r\n\r\nEmpty Message\r\n", 1), versionPart, cipher), "full good whole opened", "The plan is blue."},
		{"mixed up, without text", multi("mixed", "m", versionPart, cipher), "full good whole opened", "The plan is blue."},
		{"with a footer, signed", multi("mixed", "m", footer, envelopeOf(both)), "full good whole opened", "The plan is blue."},
		{"with a footer behind, signed", multi("mixed", "m", envelopeOf(both), footer), "full good whole opened", "The plan is blue."},
		{"with a footer, not signed", multi("mixed", "m", footer, envelopeOf(none)), "partial none none", "Sent by Example Ltd."},
		{"with a footer, signed by another", multi("mixed", "m", footer, envelopeOf(sealing(t, "mallory", plan))), "partial none none", "Sent by Example Ltd."},
		{"with a footer in HTML", multi("mixed", "m", strings.Replace(footer, "plain", "html", 1), envelopeOf(both)), "partial none none", "Sent by Example Ltd."},
		{"inline", "Content-Type: text/plain\r\n\r\n" + sealing(t, "alice", "The plan is blue."), "full good whole opened", "The plan is blue."},
		{"inline, in base64", "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(sealing(t, "alice", "The plan is blue."))), "full good whole opened", "The plan is blue."},
		{"inline, with words around", "Content-Type: text/plain\r\n\r\nSee:\r\n" + sealing(t, "alice", "The plan is blue."), "partial none none", "See:\n[…]"},
		{"inline, twice", "Content-Type: text/plain\r\n\r\n" + both + "\r\n" + both, "partial none none", "[…]\n\n[…]"},
		{"inline in HTML", "Content-Type: text/html\r\n\r\n" + both, "full none none", ""},
		{"sealed for others", envelopeOf(bobSeal), "full none none nokey", ""},
		{"damaged", envelopeOf(damaged(both)), "full none none integrity", ""},
		{"with something else in the envelope", envelopeOf("clear words"), "full none none malformed", ""},
		{"a seal in a seal", envelopeOf(sealing(t, "alice", envelopeOf(none))), "full good whole opened", ""},
		{"a seal beside a text in a seal", envelopeOf(sealing(t, "alice", multi("mixed", "m", footer, envelopeOf(none)))), "full good whole opened", "Sent by Example Ltd."},
		{"forwarded", multi("mixed", "m", footer, "Content-Type: message/rfc822\r\n\r\n"+top(fromAlice)+envelopeOf(both)), "none none none", "Sent by Example Ltd."},
		{"S/MIME sealed", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nMII=", "full none none", ""},
		{"S/MIME signed", multi(`signed; protocol="application/pkcs7-signature"; micalg=sha-256`, "s", plan, "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMII=\r\n"), "none none none", "The plan is blue."},
		{"S/MIME signed, opaque", "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\r\nMII=", "none none none", ""},
	} {
		for _, ends := range []string{"\r\n", "\n"} {
			p := bobs(t, f, strings.ReplaceAll(top(fromAlice)+c.body, "\r\n", ends))
			if got := verdict(p); got != c.verdict || p.Message.Text != c.text {
				t.Errorf("%s: %s, text %q, want %s, %q", c.name, got, p.Message.Text, c.verdict, c.text)
			}
			if opened := strings.Contains(c.verdict, "opened"); p.Private != opened || opened && p.Outer != "[...]" {
				t.Errorf("%s: private %v, outer subject %q", c.name, p.Private, p.Outer)
			}
			if closed := strings.HasPrefix(c.verdict, "full") && !p.Private && !strings.Contains(c.verdict, "malformed"); conversation.Unopened(p.Message.Warnings) != closed {
				t.Errorf("%s: warnings %v", c.name, p.Message.Warnings)
			}
			if strings.Contains(p.Message.Text+p.Message.Excerpt, "wV4D") {
				t.Errorf("%s: ciphertext is shown", c.name)
			}
		}
	}
}

// damaged changes a ciphertext in its last line of data.
func damaged(cipher string) string {
	lines := strings.Split(cipher, "\r\n")
	for i := len(lines) - 1; i > 0; i-- {
		if len(lines[i]) > 20 && !strings.HasPrefix(lines[i], "-") {
			c := byte('A')
			if lines[i][10] == c {
				c = 'B'
			}
			lines[i] = lines[i][:10] + string(c) + lines[i][11:]
			break
		}
	}
	out := lines[:0]
	for _, l := range lines {
		if !strings.HasPrefix(l, "=") { // the checksum is no protection, and not the thing tried
			out = append(out, l)
		}
	}
	return strings.Join(out, "\r\n")
}

// TestDamageEarnsNothing follows a damaged seal into the index.
func TestDamageEarnsNothing(t *testing.T) {
	p := bobs(t, reading(t, "alice"), top(fromAlice)+envelopeOf(damaged(sealing(t, "alice", plan))))
	if r := privacy.Message(privacy.FactsOf(p.Message.Evidence)); r.Score != 0 {
		t.Errorf("a damaged seal scores %d", r.Score)
	}
	if p.Message.Text != "" || len(p.Message.Attachments) > 0 || p.Private {
		t.Errorf("something is shown: %+v", p.Message)
	}
}

// TestLockedIsTheSameMessage reads a mail without and with the key: what
// identifies it stays, though the subject inside is another.
func TestLockedIsTheSameMessage(t *testing.T) {
	inner := "From: Alice Inside <alice@example.org>\r\nTo: bob@example.org\r\nSubject: The plan\r\nDate: Tue, 01 Dec 2026 10:30:00 +0100\r\nMessage-ID: <inside@example.org>\r\nReferences: <first@example.org>\r\nHP-Outer: Subject: [...]\r\n" +
		"Content-Type: multipart/mixed; hp=\"cipher\"; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nThe plan is blue.\r\n--x\r\nContent-Type: image/png; name=plan.png\r\n\r\nPNG\r\n--x--\r\n"
	raw := top("alice@example.org") + envelopeOf(sealing(t, "alice", inner))
	locked, open := bobs(t, New(), raw), bobs(t, reading(t, "alice"), raw)
	if locked.Fingerprint != open.Fingerprint || locked.Message.RFCID != open.Message.RFCID || open.Message.RFCID != "outside@example.org" {
		t.Errorf("another message once it is open: %q and %q", locked.Message.RFCID, open.Message.RFCID)
	}
	m := open.Message
	if m.Subject != "The plan" || m.Sender().Name != "Alice Inside" || m.InReplyTo != "first@example.org" || len(m.Attachments) != 1 {
		t.Errorf("inside stands %+v", m)
	}
	if _, named := open.Names[conversation.MailAddress("alice@example.org")]; named {
		t.Errorf("a name from inside is said to stand outside: %v", open.Names)
	}
	if p := bobs(t, reading(t), strings.Replace(raw, "From: alice@example.org", "From: Outside <alice@example.org>", 1)); p.Names[conversation.MailAddress("alice@example.org")] != "Outside" {
		t.Errorf("names outside: %v", p.Names)
	}
	if locked.Message.Subject != "[...]" || locked.Private || verdict(locked) != "full none none" {
		t.Errorf("outside stands %q, %s", locked.Message.Subject, verdict(locked))
	}
	a, data, err := reading(t).Part([]byte(raw), m.Attachments[0].Part)
	if err != nil || a.Name != "plan.png" || string(data) != "PNG" {
		t.Errorf("attachment %+v %q %v", a, data, err)
	}
}

// TestSignedPartsKeepTheirNumbers reads a signed mail with and without keys:
// the parts are numbered as IMAP does it, so that what was stored stays right.
func TestSignedPartsKeepTheirNumbers(t *testing.T) {
	part := multi("mixed", "x", plan, "Content-Type: image/png; name=plan.png\r\n\r\nPNG")
	raw := []byte(top(fromAlice) + signedBy(t, "alice", part))
	for name, f := range map[string]*Format{"without keys": New(), "with keys": reading(t, "alice")} {
		p := bobs(t, f, string(raw))
		if len(p.Message.Attachments) != 1 || p.Message.Attachments[0].Part != "1.2" || p.Message.Text != "The plan is blue." {
			t.Errorf("%s: %+v, %q", name, p.Message.Attachments, p.Message.Text)
			continue
		}
		if _, data, err := f.Part(raw, "1.2"); err != nil || !bytes.Equal(data, []byte("PNG")) {
			t.Errorf("%s: %q %v", name, data, err)
		}
		if checked := strings.Contains(strings.Join(p.Message.Warnings, " "), warnSignature); checked != (name == "without keys") {
			t.Errorf("%s: %v", name, p.Message.Warnings)
		}
	}
}

// TestLockedKeys reads with a key that is locked: what may be the message once
// it is unlocked waits for that.
func TestLockedKeys(t *testing.T) {
	locked, err := held(t, "bob").Lock([]byte("passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	f := reading(t, "alice")
	f.keys.(*ring).secrets = []*openpgp.Key{locked}
	footer := "Content-Type: text/plain\r\n\r\nSent by Example Ltd.\r\n"
	both := sealing(t, "alice", plan)
	for _, c := range []struct {
		name, body, verdict, text string
		waits                     bool
	}{
		{"sealed", envelopeOf(both), "full none none locked", "", true},
		{"sealed, inline", "Content-Type: text/plain\r\n\r\n" + both, "full none none locked", "", true},
		{"with a footer", multi("mixed", "m", footer, envelopeOf(both)), "partial none none locked", "Sent by Example Ltd.", true},
		{"beside a text", multi("mixed", "m", footer, "Content-Type: text/plain\r\n\r\n"+both), "partial none none", "Sent by Example Ltd.", false},
		{"signed", signedBy(t, "alice", plan), "none good whole", "The plan is blue.", false},
	} {
		p := bobs(t, f, top(fromAlice)+c.body)
		if verdict(p) != c.verdict || p.Message.Text != c.text || p.Private || conversation.Unopened(p.Message.Warnings) != c.waits {
			t.Errorf("%s: %s, %q, warnings %v", c.name, verdict(p), p.Message.Text, p.Message.Warnings)
		}
		if facts := privacy.FactsOf(p.Message.Evidence); facts.E2E == "full" && facts.Crypto != "" {
			t.Errorf("%s: what nobody has opened is judged %+v", c.name, facts)
		}
	}
}
