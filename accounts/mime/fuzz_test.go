package mime

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(ordinary))
	f.Add([]byte(nested))
	f.Add([]byte("Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\n--x\n\n" + sealedText))
	f.Add([]byte("Content-Type: text/plain; format=flowed; delsp=yes\n\n> a \n>> b \n-- \n"))
	f.Add([]byte("Content-Transfer-Encoding: base64\n\n=?="))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := New().Parse(raw, conversation.ParseContext{Received: received})
		m := p.Message
		if again := New().Parse(raw, conversation.ParseContext{Received: received}); again.Fingerprint != p.Fingerprint || again.Message.Text != m.Text {
			t.Fatal("reading twice gives two messages")
		}
		if strings.Contains(m.Text, armor) {
			t.Fatal("ciphertext is shown")
		}
		if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject) {
			t.Fatalf("not UTF-8: %q %q", m.Subject, m.Text)
		}
		if m.Date.After(received.AddDate(0, 0, 1)) {
			t.Fatalf("from the future: %v", m.Date)
		}
		for _, a := range m.Attachments {
			if _, _, err := New().Part(raw, a.Part); err != nil {
				t.Fatalf("%+v: %v", a, err)
			}
		}
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add(`"Zoe, Dr." <zoe@example.org>, g: a@b, c@d;, x (y) <z`)
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := parseAddresses(s)
		if len(list) > maxAddresses+1 {
			t.Fatalf("%d addresses", len(list))
		}
		for _, m := range list {
			if a := address(m.spec); strings.ContainsAny(a.ID+m.name, "\r\n") {
				t.Fatalf("a line end in %q %q", m.name, a.ID)
			}
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("A: b\r\n c\r\n\r\nbody"), "=?utf-8?q?=41?= =?utf-8?b?QQ?=")
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		h, body := split(raw, &warnings{})
		if len(body) > len(raw) {
			t.Fatal("the body is longer than the message")
		}
		for _, f := range h {
			if f.name == "" || strings.ContainsAny(f.value, "\n") {
				t.Fatalf("field %+v", f)
			}
		}
		if s := decodeText(text); strings.ContainsAny(s, "\r\n") || !utf8.ValidString(s) {
			t.Fatalf("%q gives %q", text, s)
		}
	})
}

func FuzzCompose(f *testing.F) {
	f.Add("Subject\r\nBcc: x@y", "Name\"", "a@example.org", "text\n.\n> q\x00", "file.txt", []byte{0})
	f.Add("é", "日本", "é@éxample.org", strings.Repeat("word ", 300), strings.Repeat("é", 200), []byte("x"))
	f.Fuzz(func(t *testing.T, subject, name, to, text, file string, data []byte) {
		o := outgoing()
		o.Subject, o.Text, o.From.Name = subject, text, name
		o.To = []conversation.Participant{{Name: name, Address: conversation.Address{Protocol: conversation.Mail, ID: to}}}
		o.Bcc = []conversation.Participant{person("", "secret@example.net")}
		o.Attach = []conversation.File{{Name: file, Type: subject, Data: data}}
		c, err := New().Compose(o)
		if err != nil {
			return
		}
		wellFormed(t, c.Wire)
		m := New().Parse(c.Wire, conversation.ParseContext{Received: o.Date}).Message
		if len(m.With(conversation.Bcc)) > 0 || len(m.With(conversation.To)) != 1 || len(m.With(conversation.From)) != 1 || len(m.Attachments) != 1 {
			t.Fatalf("participants %+v, attachments %+v", m.Participants, m.Attachments)
		}
	})
}
