package mime

import (
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// inner is an entity with protected fields.
func inner(hp, fields string) string {
	return fields + "Content-Type: text/plain; charset=utf-8; " + hp + "\r\n\r\nThe plan is blue.\r\n"
}

const (
	cipher = `hp="cipher"`
	openHP = `hp="clear"`
	v1     = `protected-headers="v1"`
)

const full = "From: Alice <alice@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: The plan\r\nDate: Tue, 01 Dec 2026 10:30:00 +0100\r\nMessage-ID: <inside@example.org>\r\n"

func TestProtectedHeaders(t *testing.T) {
	f := reading(t, "alice", "mallory")
	seal := func(who, hp, fields string) string { return envelopeOf(sealing(t, who, inner(hp, fields))) }
	open := strings.Replace(top("alice@example.org"), "[...]", "The plan", 1)
	older := multi("mixed", "o", "Content-Type: text/rfc822-headers\r\nContent-Disposition: attachment\r\n\r\nSubject: The plan\r\nFrom: mallory@example.org\r\n", plan)
	for _, c := range []struct{ name, raw, headers, subject, from, verdict string }{
		{"sealed", top("alice@example.org") + seal("alice", cipher, full), "cipher", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"sealed, not signed", top("alice@example.org") + seal("", cipher, full), "cipher", "The plan", "Alice <alice@example.org>", "full none none opened"},
		{"sealed, subject outside too", open + seal("alice", cipher, full), "clear", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"sealed, subject put outside by the sender", top("alice@example.org") + seal("alice", cipher, full+"HP-Outer: Subject: The plan\r\n"), "clear", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"sealed, nothing hidden", open + seal("alice", openHP, full), "clear", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"signed", open + signedBy(t, "alice", inner(openHP, full)), "clear", "The plan", "Alice <alice@example.org>", "none good whole"},
		{"signed, subject changed outside", top("alice@example.org") + signedBy(t, "alice", inner(openHP, full)), "clear", "The plan", "Alice <alice@example.org>", "none good whole"},
		{"signed, claims to be hidden", top("alice@example.org") + signedBy(t, "alice", inner(cipher, full)), "clear", "The plan", "Alice <alice@example.org>", "none good whole"},
		{"signed by nobody known", top("alice@example.org") + signedBy(t, "frank", inner(openHP, full)), "none", "[...]", "<alice@example.org>", "none unknown_key whole"},
		{"signed, broken", strings.Replace(open, "The plan", "outside", 1) + strings.Replace(signedBy(t, "alice", inner(openHP, full)), "blue", "red", 1), "none", "outside", "<alice@example.org>", "none bad whole"},
		{"in no layer", top("alice@example.org") + inner(cipher, ""), "none", "[...]", "<alice@example.org>", "none none none"},
		{"older: v1", top("alice@example.org") + seal("alice", v1, full), "legacy", "The plan", "<alice@example.org>", "full good whole opened"},
		{"older: v1, another author inside", top("alice@example.org") + seal("alice", v1, strings.Replace(full, "alice", "mallory", 1)), "legacy", "The plan", "<alice@example.org>", "full good whole opened"},
		{"older: two subjects", top("alice@example.org") + seal("alice", v1, full+"Subject: Another\r\n"), "none", "[...]", "<alice@example.org>", "full good whole opened"},
		{"older: a first part", top("alice@example.org") + envelopeOf(sealing(t, "alice", older)), "legacy", "The plan", "<alice@example.org>", "full good whole opened"},
		{"oldest: fields without parameter", top("alice@example.org") + seal("alice", "x=y", full), "legacy", "The plan", "<alice@example.org>", "full good whole opened"},
		{"a subject without parameter", top("alice@example.org") + seal("alice", "x=y", "Subject: The plan\r\n"), "none", "[...]", "<alice@example.org>", "full good whole opened"},
		{"on an inner part", top("alice@example.org") + envelopeOf(sealing(t, "alice", multi("alternative", "a", inner(cipher, full)))), "none", "[...]", "<alice@example.org>", "full good whole opened"},
		{"another author inside, proved", top("list@example.net") + seal("alice", cipher, full), "cipher", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"another author inside, signed by the one outside", top("mallory@example.org") + seal("mallory", cipher, full), "cipher", "The plan", "<mallory@example.org>", "full mismatch whole opened"},
		{"another author inside, not signed", top("mallory@example.org") + seal("", cipher, full), "cipher", "The plan", "<mallory@example.org>", "full none none opened"},
		{"two authors inside", top("alice@example.org") + seal("alice", cipher, full+"From: Mallory <mallory@example.org>\r\n"), "cipher", "The plan", "<alice@example.org>", "full mismatch whole opened"},
		{"two authors outside", top("mallory@example.org, carol@example.org") + seal("alice", cipher, full), "cipher", "The plan", "Alice <alice@example.org>", "full good whole opened"},
		{"passed on by another", top("mallory@example.org") + seal("mallory", cipher, strings.Replace(full, "From: Alice", "From: Mallory", 1)), "cipher", "The plan", "<mallory@example.org>", "full mismatch whole opened"},
	} {
		p := bobs(t, f, c.raw)
		m := p.Message
		from := strings.TrimSpace(m.Sender().Name + " <" + m.Sender().Address.ID + ">")
		if got := m.Evidence.Security.ProtectedHeaders; got != c.headers || m.Subject != c.subject || from != c.from || verdict(p) != c.verdict {
			t.Errorf("%s: headers %s, %q, from %s, %s", c.name, got, m.Subject, from, verdict(p))
		}
		if doubt := m.Evidence.ManyFrom; doubt != strings.Contains(strings.Join(m.Warnings, " "), warnInnerFrom) {
			t.Errorf("%s: doubt %v, warnings %v", c.name, doubt, m.Warnings)
		}
		if m.Text != "The plan is blue." && c.name != "signed, broken" {
			t.Errorf("%s: text %q", c.name, m.Text)
		}
	}
}

// TestRecipientsInside lets somebody on the way add readers outside, in whom
// nobody would be answered.
func TestRecipientsInside(t *testing.T) {
	f := reading(t, "alice")
	sealed := func(fields string) string {
		return envelopeOf(sealing(t, "alice", inner(cipher, full+fields)))
	}
	for _, c := range []struct {
		name, outside, inside string
		warned                bool
	}{
		{"the same", "", "", false},
		{"hidden outside", "To: \"hidden-recipients\": ;\r\n", "", false},
		{"a reader added to Cc", "Cc: mallory@example.org\r\n", "", true},
		{"a reader added to To", "To: mallory@example.org\r\n", "", true},
		{"an address for answers added", "Reply-To: mallory@example.org\r\n", "", true},
		{"an address for answers, in both", "Reply-To: list@example.org\r\n", "Reply-To: list@example.org\r\n", false},
		{"outside by the sender's own word", "Cc: list@example.org\r\n", "HP-Outer: Cc: list@example.org\r\n", false},
		{"answers to the author", "Reply-To: alice@example.org\r\n", "", false},
	} {
		p := bobs(t, f, c.outside+top("alice@example.org")+sealed(c.inside))
		if got := strings.Contains(strings.Join(p.Message.Warnings, " "), warnReaders); got != c.warned {
			t.Errorf("%s: warned %v", c.name, got)
		}
		for _, x := range p.Message.Participants {
			if x.Address.ID == "mallory@example.org" {
				t.Errorf("%s: %+v would be answered", c.name, x)
			}
		}
		if to := p.Message.With(conversation.To); len(to) != 1 || to[0].Name != "Bob" {
			t.Errorf("%s: to %+v", c.name, to)
		}
	}
}

// TestDiscreet tells when less stands outside than inside.
func TestDiscreet(t *testing.T) {
	f := reading(t, "alice")
	for _, c := range []struct {
		name, outside, inside string
		discreet              bool
	}{
		{"names are kept back", top("alice@example.org"), full, true},
		{"a name stands outside", top("Alice <alice@example.org>"), full, false},
		{"readers are hidden", strings.Replace(top("alice@example.org"), "bob@example.org", "hidden: ;", 1), full, true},
		{"nothing is less", strings.Replace(top("alice@example.org"), "09:30:00 +0000", "10:30:00 +0100", 1), "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: The plan\r\nDate: Tue, 01 Dec 2026 10:30:00 +0100\r\n", false},
		{"the hour is kept back", top("alice@example.org"), "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: The plan\r\nDate: Tue, 01 Dec 2026 10:30:00 +0100\r\n", true},
	} {
		p := bobs(t, f, c.outside+envelopeOf(sealing(t, "alice", inner(cipher, c.inside))))
		if got := p.Message.Evidence.Security.Discreet; got != c.discreet {
			t.Errorf("%s: discreet %v", c.name, got)
		}
	}
}

// TestLegacyDisplayIsLeftOut leaves out what is repeated for programs that do not know
// protected fields, and nothing else.
func TestLegacyDisplayIsLeftOut(t *testing.T) {
	f := reading(t, "alice")
	text := "Content-Type: text/plain; charset=utf-8; hp-legacy-display=\"1\"\r\n\r\nSubject: The plan\r\n\r\nThe plan is blue.\r\n"
	html := "Content-Type: text/html; charset=utf-8; hp-legacy-display=\"1\"\r\n\r\n<body><div class=\"header-protection-legacy-display\"><pre>Subject: The plan</pre><div>x</div></div><p>The plan is blue.</p></body>\r\n"
	first := "Content-Type: text/plain; protected-headers=\"v1\"\r\nContent-Disposition: inline\r\n\r\nSubject: The plan\r\n"
	oldest := "Content-Type: text/rfc822-headers; protected-headers=\"v1\"\r\nContent-Disposition: inline\r\n\r\nSubject: The plan\r\n"
	wrap := func(params string, parts ...string) string {
		return strings.Replace(multi("mixed", "w", parts...), "\r\n\r\n", "; "+params+"\r\nSubject: The plan\r\n\r\n", 1)
	}
	for _, c := range []struct{ name, raw, text string }{
		{"text", envelopeOf(sealing(t, "alice", wrap(cipher, text))), "The plan is blue."},
		{"HTML", envelopeOf(sealing(t, "alice", wrap(cipher, html))), "The plan is blue."},
		{"a first part", envelopeOf(sealing(t, "alice", wrap(v1, first, plan))), "The plan is blue."},
		{"an older first part", envelopeOf(sealing(t, "alice", wrap(v1, oldest, plan))), "The plan is blue."},
		{"signed", signedBy(t, "alice", wrap(openHP, text)), "The plan is blue."},
		{"in no layer", wrap(cipher, text), "Subject: The plan\n\nThe plan is blue."},
		{"without parameter", envelopeOf(sealing(t, "alice", wrap(cipher, strings.Replace(text, "hp-legacy-display", "x", 1)))), "Subject: The plan\n\nThe plan is blue."},
		{"a first part of its own", envelopeOf(sealing(t, "alice", wrap("x=y", first, plan))), "Subject: The plan\n\nThe plan is blue."},
	} {
		p := bobs(t, f, top("alice@example.org")+c.raw)
		if p.Message.Text != c.text || len(p.Message.Attachments) > 0 {
			t.Errorf("%s: %q, files %+v", c.name, p.Message.Text, p.Message.Attachments)
		}
	}
}

// TestCaliopenProfile reads what another Caliopen says of itself, which counts
// inside a seal and signed only.
func TestCaliopenProfile(t *testing.T) {
	f := reading(t, "alice")
	fields := full + "Caliopen: v=1; caps=hp,pad,AC2, ; pi=1\r\n"
	for _, c := range []struct {
		name, raw string
		want      bool
	}{
		{"sealed and signed", envelopeOf(sealing(t, "alice", inner(cipher, fields))), true},
		{"not signed", envelopeOf(sealing(t, "", inner(cipher, fields))), false},
		{"signed only", signedBy(t, "alice", inner(openHP, fields)), false},
		{"outside", "Caliopen: v=1; caps=hp\r\n" + envelopeOf(sealing(t, "alice", inner(cipher, full))), false},
		{"twice", envelopeOf(sealing(t, "alice", inner(cipher, fields+"Caliopen: v=2\r\n"))), false},
	} {
		p := bobs(t, f, top("alice@example.org")+c.raw)
		caps := ""
		for _, s := range p.Sights {
			if s.Source == conversation.FromMail {
				caps = strings.Join(s.Caliopen, " ")
			}
		}
		if s := p.Message.Evidence.Security; s.Caliopen != c.want || s.Padded || (caps == "hp pad ac2") != c.want {
			t.Errorf("%s: Caliopen %v, padded %v, %q", c.name, s.Caliopen, s.Padded, caps)
		}
	}
}
