package mime

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

// FuzzInside seals whatever may come, and signs it, as anybody can who has a
// key to write to. It opens, it is one message, and it is by whom it names.
func FuzzInside(f *testing.F) {
	f.Add([]byte(plan))
	f.Add([]byte(inner(cipher, full+"HP-Outer: To: x@example.org\r\nCaliopen: v=1; caps=hp\r\nAutocrypt-Gossip: addr=bob@example.org; keydata=AA\r\n")))
	f.Add([]byte(inner(v1, "Subject: x\r\nFrom: y\r\n")))
	f.Add([]byte(multi("mixed; "+cipher, "m", "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n", plan) + "AAAA\r\n"))
	f.Add([]byte(multi("signed; protocol=\"application/pgp-signature\"", "s", plan, "Content-Type: application/pgp-signature\r\n\r\nx")))
	f.Add([]byte(envelopeOf(sealedText)))
	f.Add([]byte("Content-Type: text/html; hp-legacy-display=1; hp=clear\r\nFrom: alice@example.org\r\nFrom: bob@example.org\r\n\r\n<div class=header-protection-legacy-display><div></div>"))
	f.Add([]byte("\x00"))
	alice := reading(f, "alice")
	f.Fuzz(func(t *testing.T, entity []byte) {
		raw := []byte(top("alice@example.org") + envelopeOf(sealing(t, "alice", string(entity))))
		p := alice.Parse(raw, conversation.ParseContext{Own: conversation.MailAddress("bob@example.org"), Received: at})
		m, s := p.Message, p.Message.Evidence.Security
		if !p.Private || !s.Decrypted || s.Sealed != "full" || s.Error != "" || p.Outer != "[...]" || m.RFCID != "outside@example.org" {
			t.Fatalf("%s, outer subject %q, id %q", verdict(p), p.Outer, m.RFCID)
		}
		if from := m.Sender().Address.ID; from != "alice@example.org" {
			t.Fatalf("by %q", from)
		}
		if good := s.Signature == "good"; good == m.Evidence.ManyFrom && s.Signature != "bad" {
			t.Fatalf("%s, of several %v", s.Signature, m.Evidence.ManyFrom)
		}
		if strings.Contains(m.Text, armor) || !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject) {
			t.Fatalf("text %q, subject %q", m.Text, m.Subject)
		}
		for _, a := range m.Attachments {
			if _, _, err := alice.Part(raw, a.Part); err != nil {
				t.Fatalf("%+v: %v", a, err)
			}
		}
	})
}
