package mime

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"mime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/conversation"
)

// random gives the same bytes for the same seed.
func random(seed uint64) func([]byte) {
	r := rand.New(rand.NewPCG(seed, 1))
	return func(b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
}

// person makes a participant.
func person(name, address string) conversation.Participant {
	return conversation.Participant{Name: name, Address: conversation.MailAddress(address)}
}

// outgoing is a message to be composed.
func outgoing() conversation.Outgoing {
	return conversation.Outgoing{
		From:    person("Zoé", "zoe@example.org"),
		To:      []conversation.Participant{person("Ugo, Rossi", "ugo@example.com")},
		Subject: "Été",
		Text:    "Bonjour",
		Date:    time.Date(2026, 5, 4, 13, 30, 0, 0, time.FixedZone("", 7200)),
		Random:  random(1),
	}
}

func compose(t testing.TB, o conversation.Outgoing) conversation.Composed {
	t.Helper()
	c, err := New().Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, c.Wire)
	return c
}

// wellFormed holds what every server must be able to take.
func wellFormed(t failer, wire []byte) {
	t.Helper()
	for i, line := range bytes.SplitAfter(wire, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if !bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsAny(line[:len(line)-2], "\r\n\x00") {
			t.Fatalf("line %d has a bad end or a bare control: %q", i, line)
		}
		if len(line) > 1000 {
			t.Fatalf("line %d has %d bytes", i, len(line))
		}
	}
}

func TestComposeSaysLittle(t *testing.T) {
	o := outgoing()
	o.Bcc = []conversation.Participant{person("", "secret@example.net")}
	c := compose(t, o)
	wire := string(c.Wire)
	if strings.Contains(wire, "secret") || !strings.HasPrefix(string(c.Copy), "Bcc: secret@example.net\r\n") {
		t.Error("Bcc is on the wire, or not in the copy")
	}
	if !strings.HasSuffix(string(c.Copy), wire) {
		t.Error("the copy differs by more than Bcc")
	}
	if !strings.Contains(wire, "\r\nDate: Mon, 04 May 2026 11:30:00 +0000\r\n") {
		t.Error("the date tells the zone of the sender")
	}
	for _, name := range []string{"User-Agent", "X-Mailer", "Reply-To", "Content-Language", "Sender"} {
		if strings.Contains(wire, name+":") {
			t.Errorf("%s is told", name)
		}
	}
	if id, domain, _ := strings.Cut(c.RFCID, "@"); len(id) != 26 || domain != "example.org" {
		t.Errorf("the identifier is %q", c.RFCID)
	}
	if again := compose(t, func() conversation.Outgoing { o := o; o.Random = random(1); return o }()); !bytes.Equal(again.Wire, c.Wire) {
		t.Error("the same input gives another message")
	}
	ctx := conversation.ParseContext{Own: o.From.Address, Received: o.Date}
	if New().Parse(c.Wire, ctx).Fingerprint != New().Parse(c.Copy, ctx).Fingerprint {
		t.Error("the copy in Sent passes for another message")
	}
}

func TestComposeRefuses(t *testing.T) {
	for name, change := range map[string]func(*conversation.Outgoing){
		"line end in address": func(o *conversation.Outgoing) {
			o.To = []conversation.Participant{{Address: conversation.Address{Protocol: conversation.Mail, ID: "a\r\nBcc: x@example.org"}}}
		},
		"two addresses in one": func(o *conversation.Outgoing) {
			o.To = []conversation.Participant{person("", "a@example.org, b@example.org")}
		},
		"brackets":           func(o *conversation.Outgoing) { o.Cc = []conversation.Participant{person("", "<a@example.org>")} },
		"no domain":          func(o *conversation.Outgoing) { o.From = person("", "root") },
		"line end in domain": func(o *conversation.Outgoing) { o.From.Address.ID = "a@example.org\r\nX: y" },
		"identifier":         func(o *conversation.Outgoing) { o.InReplyTo = "a@example.org>\r\nBcc: <x@example.org" },
		"NUL":                func(o *conversation.Outgoing) { o.To[0].Address.ID = "a\x00@example.org" },
	} {
		o := outgoing()
		change(&o)
		if _, err := New().Compose(o); !errors.Is(err, ErrHeader) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestComposeCannotBeInjected(t *testing.T) {
	o := outgoing()
	o.Subject = "a\r\nBcc: x@example.org\r\n\r\nbody"
	o.From.Name = "Z\r\nBcc: x@example.org"
	o.To[0].Name = "\"U\r\n\\"
	o.Text = "Bcc: y@example.org\r\n.\r\n\n.\n\r.\rFrom here\x00"
	o.References = []string{"ok@example.org", "x>\r\nBcc: <x", "p@example.org"}
	o.InReplyTo = "p@example.org"
	o.Attach = []conversation.File{{Name: "a\"\r\nX-Evil: 1", Type: "text/plain\r\nX-Evil: 2", Data: []byte("x")}}
	m := New().Parse(compose(t, o).Wire, conversation.ParseContext{Received: o.Date})
	if len(m.Message.With(conversation.Bcc)) != 0 || len(m.Message.Participants) != 2 {
		t.Errorf("participants are %+v", m.Message.Participants)
	}
	h, _ := split(compose(t, o).Wire, &warnings{})
	if h.has("x-evil") || h.has("bcc") {
		t.Error("a header was injected")
	}
	if s, err := new(mime.WordDecoder).DecodeHeader(h.get("subject")); err != nil || strings.ContainsAny(s, "\r\n") {
		t.Errorf("a careless reader finds line ends in the subject: %q, %v", s, err)
	}
	if strings.Join(m.Message.References, " ") != "ok@example.org p@example.org" {
		t.Errorf("references are %q", m.Message.References)
	}
	if m.Message.Text != "Bcc: y@example.org\n.\n\n.\n\n.\nFrom here\uFFFD" {
		t.Errorf("text is %q", m.Message.Text)
	}
}

// words draws text of letters of several scripts, punctuation and spaces.
func words(t *rapid.T, name string) string {
	return strings.TrimSpace(rapid.StringOfN(rapid.SampledFrom([]rune(`abc XYZ 019 éàß "\,;:<>()@=?_-.'µжд日本語🙂`)), 0, 120, -1).Draw(t, name))
}

// TestRoundTrip says that a mail gives back what it was made of.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := outgoing()
		o.Random = random(rapid.Uint64().Draw(t, "seed"))
		o.Subject, o.From.Name, o.To[0].Name = words(t, "subject"), words(t, "from"), words(t, "to")
		o.Text = body1(t)
		for range rapid.IntRange(0, 3).Draw(t, "files") {
			o.Attach = append(o.Attach, conversation.File{
				Name: strings.TrimSpace(baseName(words(t, "file"))), Type: "application/pdf", Data: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data"),
			})
		}
		c, err := New().Compose(o)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, c.Wire)
		same(t, o, c)
	})
}

// body1 draws a text of lines, some quoted, some long.
func body1(t *rapid.T) string {
	lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return "> " + strings.TrimSpace("quoted "+words(t, "line"))
		case 1:
			return strings.TrimSpace(strings.Repeat(words(t, "line")+" word ", 20))
		case 2:
			return rapid.SampledFrom([]string{"", ".", "-- ", "From me", "  indented", "\ttab", "long" + strings.Repeat("x", 1500), "a" + strings.Repeat(" >word", 30), "a" + strings.Repeat(" From", 30)}).Draw(t, "odd")
		}
		return words(t, "line")
	}), 0, 12).Draw(t, "text")
	var out []string
	for _, l := range lines {
		if strings.HasPrefix(l, ">") && !strings.HasPrefix(l, "> quoted") {
			l = "x" + l
		}
		out = append(out, l)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// same compares a message with what it was made of.
func same(t *rapid.T, o conversation.Outgoing, c conversation.Composed) {
	m := New().Parse(c.Wire, conversation.ParseContext{Own: o.From.Address, Received: o.Date}).Message
	if m.Subject != o.Subject || m.Sender().Name != o.From.Name || m.With(conversation.To)[0].Name != o.To[0].Name {
		t.Fatalf("subject %q, from %q, to %q of\n%s", m.Subject, m.Sender().Name, m.With(conversation.To)[0].Name, c.Wire)
	}
	if want := strings.TrimRight(o.Text, " \n"); m.Text != want {
		t.Fatalf("text is\n%q, want\n%q in\n%s", m.Text, want, c.Wire)
	}
	if m.RFCID != c.RFCID || m.Direction != conversation.Out || len(m.Warnings) != 0 || len(m.Attachments) != len(o.Attach) {
		t.Fatalf("id %q, %s, %v, %+v", m.RFCID, m.Direction, m.Warnings, m.Attachments)
	}
	for i, a := range m.Attachments {
		_, data, err := New().Part(c.Wire, a.Part)
		if err != nil || !bytes.Equal(data, o.Attach[i].Data) || a.Name != o.Attach[i].Name || a.Size != int64(len(data)) {
			t.Fatalf("file %d is %+v, %d bytes, %v; want %q, in\n%s", i, a, len(data), err, o.Attach[i].Name, c.Wire)
		}
	}
}

// failer is a test of either kind.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}
