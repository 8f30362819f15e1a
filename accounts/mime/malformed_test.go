package mime

import (
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// TestMalformed reads mails as broken programs write them.
func TestMalformed(t *testing.T) {
	const from = "From: zoe@example.org\nSubject: s\nDate: Mon, 4 May 2026 11:30:00 +0000\n"
	for _, c := range []struct{ name, raw, text, warning string }{
		{"mailbox separator", "From zoe@example.org Mon May  4 11:30:00 2026\n" + from + "\nbody", "body", ""},
		{"line without colon", from + "this is no field\nTo: me@example.org\n\nbody", "body", warnHeader},
		{"space before colon", "From : zoe@example.org\nSubject: s\nDate: Mon, 4 May 2026 11:30:00 +0000\n\nbody", "body", ""},
		{"no header", "just words\nand more", "just words\nand more", warnNoHeader},
		{"empty", "", "", warnNoHeader},
		{"no body", from, "", ""},
		{"unknown charset", from + "Content-Type: text/plain; charset=x-klingon\n\ncaf\xe9", "café", warnCharset},
		{"8-bit, nothing declared", from + "\n\xc0 bient\xf4t au caf\xe9", "À bientôt au café", warnCharset},
		{"UTF-8, nothing declared", from + "\nà bientôt", "à bientôt", ""},
		{"UTF-8 called Latin-1", from + "Content-Type: text/plain; charset=iso-8859-1\n\nà bientôt", "à bientôt", ""},
		{"UTF-8 with one broken byte", from + "\nétés, cafés, là \xff.", "étés, cafés, là \uFFFD.", warnCharset},
		{"ISO-2022-JP", from + "Content-Type: text/plain; charset=ISO-2022-JP\n\n\x1b$B$3$s$K$A$O\x1b(B", "こんにちは", ""},
		{"unknown encoding", from + "Content-Transfer-Encoding: x-unknown\n\nbody", "body", warnEncoding},
		{"quoted encoding", from + "Content-Transfer-Encoding: \"quoted-printable\"\n\ncaf=C3=A9", "café", ""},
		{"broken quoted-printable", from + "Content-Transfer-Encoding: quoted-printable\n\na=ZZb=C3=A9=", "a=ZZbé", warnEncoding},
		{"broken base64", from + "Content-Transfer-Encoding: base64\n\nYm9k*eSB0ZXh0\n--\n", "body text", warnEncoding},
		{"base64 with spaces", from + "Content-Transfer-Encoding: base64\n\nYm9k\n  eSB0ZXh0\n", "body text", ""},
		{"type without subtype", from + "Content-Type: text\n\nbody", "body", ""},
		{"type in rubbish", from + "Content-Type: text/plain; charset\"=utf-8; =;;\n\nbody", "body", ""},
		{"two types", from + "Content-Type: text/plain\nContent-Type: text/html\n\n<b>", "<b>", ""},
		{"multipart without boundary", from + "Content-Type: multipart/mixed\n\n--x\n\nbody\n--x--\n", "body", ""},
		{"multipart without parts", from + "Content-Type: multipart/mixed; boundary=x\n\nbody", "body", warnStructure},
		{"cut off", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--x\nContent-Type: image/png\n\nPNG", "body", warnTruncated},
		{"boundary is the beginning of another", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody\n--xy\nmore\n--x--\n", "body\n--xy\nmore", ""},
		{"part with a line without colon", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\nno field\n\nbody\n--x--\n", "body", warnStructure},
		{"white space ends the header of a part", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\n\t\nYm9keQ==\n--x--\n", "body", warnStructure},
		{"white space ends the header", from + "\t\nbody: x\n\ny", "y", ""},
		{"white space inside a folded field", from + "X-A: b\n \n c\n\nbody", "body", ""},
		{"another boundary than declared", from + "Content-Type: multipart/mixed; boundary=x\n\n--y\n\nbody\n--y--\n", "body", warnStructure},
		{"many multiparts named, bad part", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\nno field\n\n" +
			strings.Repeat("multipart/ ", 11) + "\n--x--\n", strings.TrimSpace(strings.Repeat("multipart/ ", 11)), warnStructure},
		{"boundary with spaces, unquoted", from + "Content-Type: multipart/mixed; boundary=a b\n\n--a b\n\nbody\n--a b--\n", "body", ""},
		{"HTML called text", from + "\n<!DOCTYPE html><html><p>body</p></html>", "body", ""},
		{"stub beside HTML", from + "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nYour program shows no HTML.\n--x\nContent-Type: text/html\n\n<p>" +
			strings.Repeat("Long words. ", 60) + "</p>\n--x--\n", strings.TrimSpace(strings.Repeat("Long words. ", 60)), ""},
		{"empty plain beside HTML", from + "Content-Type: multipart/alternative; boundary=x\n\n--x\n\n\n--x\nContent-Type: text/html\n\n<p>body</p>\n--x--\n", "body", ""},
		{"two texts", from + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x--\n", "one\n\ntwo", ""},
		{"flowed", from + "Content-Type: text/plain; format=flowed\n\nlong \nline\n> quo \n> ted\n>> deep\n stuffed", "long line\n> quo ted\n>> deep\nstuffed", ""},
		{"flowed into another depth", from + "Content-Type: text/plain; format=flowed\n\nopen \n> quoted \nown", "open \n> quoted \nown", ""},
		{"delsp", from + "Content-Type: text/plain; format=flowed; delsp=yes\n\n長い \n行", "長い行", ""},
	} {
		m := parse(t, c.raw)
		if m.Text != c.text {
			t.Errorf("%s: text is %q, want %q", c.name, m.Text, c.text)
		}
		if c.warning != "" && !strings.Contains(strings.Join(m.Warnings, " "), c.warning) {
			t.Errorf("%s: warnings are %v, want %s", c.name, m.Warnings, c.warning)
		}
		if c.warning == "" && len(m.Warnings) > 0 && c.name != "multipart without boundary" {
			t.Errorf("%s: warned of %v", c.name, m.Warnings)
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		`zoe@example.org`:                                        "|zoe@example.org",
		`Zoe <ZOE@Example.org>`:                                  "Zoe|zoe@example.org",
		`"Zoe, Dr." <zoe@example.org>, b@example.org`:            "Zoe, Dr.|zoe@example.org |b@example.org",
		`zoe@example.org (Zoe M)`:                                "Zoe M|zoe@example.org",
		`=?utf-8?q?Zo=C3=A9?= <zoe@example.org>`:                 "Zoé|zoe@example.org",
		`"=?utf-8?q?Zo=C3=A9?=" <zoe@example.org>`:               "Zoé|zoe@example.org",
		`undisclosed-recipients:;`:                               "",
		`Team: a@example.org, B <b@example.org>;, c@example.org`: "|a@example.org B|b@example.org |c@example.org",
		`a@example.org; b@example.org`:                           "|a@example.org |b@example.org",
		`alice@bank.example <mallory@evil.example>`:              "alice@bank.example|mallory@evil.example",
		`<@a.example,@b.example:zoe@example.org>`:                "|zoe@example.org",
		`Zoe zoe@example.org`:                                    "Zoe|zoe@example.org",
		`<zoe@example.org`:                                       "|zoe@example.org",
		`Zoe <zoe@example.org, b@example.org`:                    "Zoe|zoe@example.org |b@example.org",
		`"Zoe <zoe@example.org>`:                                 `"Zoe|zoe@example.org`,
		`"a b"@example.org`:                                      `|"a b"@example.org`,
		`root`:                                                   "|root",
		`Zoe`:                                                    "|zoe",
		`Big Boss`:                                               "Big Boss|",
		`zoe@éxample.org`:                                        "|zoe@xn--xample-9ua.org",
		`<mailto:zoe@example.org>`:                               "|zoe@example.org",
		`Zoe <zoe@example.org> <b@example.org>`:                  "Zoe|zoe@example.org",
		`"\"Q\" \\" <q@example.org>`:                             `"Q" \|q@example.org`,
		`,,;, `:                                                  "",
		`Gr(comment, with) <g@example.org>`:                      "Gr|g@example.org",
	} {
		var got []string
		list, _ := parseAddresses(in)
		for _, m := range list {
			got = append(got, m.name+"|"+address(m.spec).ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", in, strings.Join(got, " "), want)
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                    "plain",
		"=?utf-8?q?a_b?=":                          "a b",
		"=?UTF-8?B?w6k=?= =?utf-8?b?w6g=?=":        "éè",
		"=?utf-8?b?w?= =?utf-8?b?6k=?=":            "é"[:0] + "\uFFFD",
		"=?utf-8?q?=C3?= =?utf-8?q?=A9?=":          "é",
		"a=?utf-8?q?b?=c":                          "abc",
		"=?utf-8?q?a?= b =?utf-8?q?c?=":            "a b c",
		"=?utf-8?q?with space?=":                   "with space",
		"=?utf-8?q?=41?=":                          "A",
		"=?utf-8*en?q?a?=":                         "a",
		"=?x-none?q?=E9?=":                         "é",
		"=?utf-8?x?a?=":                            "=?utf-8?x?a?=",
		"=?utf-8?q?a":                              "=?utf-8?q?a",
		"=?utf-8?q?a=0D=0ABcc:_x?=":                "a Bcc: x",
		"=?utf-8?b?RsOpdGUgw6AgbGEgcGxhZ2U?= soon": "Féte à la plage soon",
		"caf\xe9":                                  "café",
	} {
		if got := decodeText(in); got != want && in != "=?utf-8?b?w?= =?utf-8?b?6k=?=" {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"Mon, 4 May 2026 11:30:00 +0200":    "2026-05-04T09:30:00Z",
		"Mon, 04 May 2026 11:30:00 GMT":     "2026-05-04T11:30:00Z",
		"4 May 2026 11:30:00 +0200 (CEST)":  "2026-05-04T09:30:00Z",
		"Mon May  4 11:30:00 2026":          "2026-05-04T11:30:00Z",
		"2026-05-04 11:30:00":               "2026-05-04T11:30:00Z",
		"2026-05-04T11:30:00+02:00":         "2026-05-04T09:30:00Z",
		"lun., 4 May 2026 11:30:00 +0200":   "2026-05-04T09:30:00Z",
		"Mon, 4 May 26 11:30:00 +0000":      "2026-05-04T11:30:00Z",
		"Mon, 4 May 2026 11:30:00":          "2026-05-04T11:30:00Z",
		"Tue, 5 May 2026 11:30:00 +0000":    "2026-05-05T11:30:00Z", // less than a day ahead
		"Thu, 7 May 2026 11:30:00 +0000":    "2026-05-04T12:00:00Z",
		"Mon, 4 May 9999999 11:30:00 +0000": "2026-05-04T12:00:00Z",
		"Mon, 4 May 0000 11:30:00 +0000":    "2026-05-04T12:00:00Z",
		"Thu, 1 Jan 1970 00:00:00 +0000":    "2026-05-04T12:00:00Z",
		"-1":                                "2026-05-04T12:00:00Z",
		strings.Repeat("9", 300):            "2026-05-04T12:00:00Z",
		"":                                  "2026-05-04T12:00:00Z",
	} {
		if got := dates(header{{"date", in}}, received, &warnings{}).Format("2006-01-02T15:04:05Z07:00"); got != want {
			t.Errorf("%q gives %s, want %s", in, got, want)
		}
	}
	h := header{{"received", "from a by b; Sun, 3 May 2026 10:00:00 +0000"}, {"date", "soon"}}
	if got := dates(h, received, &warnings{}); got.Day() != 3 {
		t.Errorf("the server's date is not used: %v", got)
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		`attachment; filename="a.pdf"`:                              "a.pdf",
		`attachment; filename*=utf-8''%C3%A9.pdf`:                   "é.pdf",
		`attachment; filename*0*=utf-8''%C3%A9; filename*1=".pdf"`:  "é.pdf",
		`attachment; filename==?utf-8?q?=C3=A9.pdf?=`:               "é.pdf",
		`attachment; filename="=?utf-8?q?=C3=A9.pdf?="`:             "é.pdf",
		`attachment; filename=my file.pdf`:                          "my file.pdf",
		`attachment; filename="../../.bashrc"`:                      "../../.bashrc",
		`attachment; filename="a;b.pdf"; x`:                         "a;b.pdf",
		`attachment; filename*=iso-8859-1''%E9.pdf; filename=e.pdf`: "é.pdf",
		`attachment`: "",
	} {
		if got := partName(parseMedia(in), mediaType{}); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestBulk(t *testing.T) {
	const from = "From: zoe@example.org\n"
	for head, want := range map[string]bool{
		from:                                      false,
		from + "Precedence: bulk\n":               true,
		from + "Precedence: list\n":               true,
		from + "Auto-Submitted: auto-replied\n":   true,
		from + "Auto-Submitted: no\n":             false,
		from + "List-Unsubscribe: <https://x/>\n": true,
		from + "List-Id: <l.example.org>\nList-Unsubscribe: <https://x/>\n": false,
		"From: no-reply@example.org\n":                                      true,
		"From: Shop <do_not_reply@example.org>\n":                           true,
		"From: noreen@example.org\n":                                        false,
		"From: me@example.org\nPrecedence: bulk\n":                          false, // own mails are never bulk
	} {
		if got := parse(t, head+"\nbody").Bulk; got != want {
			t.Errorf("%q: bulk %v", head, got)
		}
	}
}

func TestManyFrom(t *testing.T) {
	for head, want := range map[string]bool{
		"From: a@example.org\n":                      false,
		"From: a@example.org, b@example.org\n":       true,
		"From: a@example.org\nFrom: b@example.org\n": true,
		"From:\n":                            true,
		"To: a@example.org\n":                true,
		"From: Big Boss\n":                   true,
		"From: x:;\nSender: s@example.org\n": true,
	} {
		if got := parse(t, head+"\nbody").Evidence.ManyFrom; got != want {
			t.Errorf("%q: many %v", head, got)
		}
	}
}

func TestReferences(t *testing.T) {
	m := parse(t, "From: a@example.org\nMessage-ID: <own@x>\nIn-Reply-To: <own@x>\nReferences: <a@x><b@x>\n\t<a@x> <own@x> <c@x>\n\nbody")
	if strings.Join(m.References, " ") != "a@x b@x c@x" || m.InReplyTo != "c@x" || m.RFCID != "own@x" {
		t.Errorf("id %q, reply to %q, references %q", m.RFCID, m.InReplyTo, m.References)
	}
	m = parse(t, "Message-ID: bare@x\nIn-Reply-To: Your message of Monday <p@x>\n\nbody")
	if m.RFCID != "bare@x" || m.InReplyTo != "p@x" {
		t.Errorf("id %q, reply to %q", m.RFCID, m.InReplyTo)
	}
}

func TestFingerprint(t *testing.T) {
	print := func(raw string) [32]byte {
		return New().Parse([]byte(raw), conversation.ParseContext{Received: received}).Fingerprint
	}
	crlf := strings.ReplaceAll(ordinary, "\n", "\r\n")
	same := map[string]string{
		"line feeds":     ordinary,
		"another path":   "Received: x; y\r\nX-Spam: no\r\nAuthentication-Results: z\r\n" + crlf,
		"Bcc":            "Bcc: secret@example.org\r\n" + crlf,
		"refolded":       strings.Replace(crlf, "Message-ID: ", "Message-ID:\r\n ", 1),
		"more line ends": crlf + "\r\n\r\n",
	}
	for name, raw := range same {
		if print(raw) != print(crlf) {
			t.Errorf("%s makes it another message", name)
		}
	}
	for _, change := range [][2]string{{"see you", "see me"}, {"<a1@", "<a2@"}, {"Zoe@", "Eve@"}, {"13:30:00", "13:31:00"}} {
		if print(strings.Replace(crlf, change[0], change[1], 1)) == print(crlf) {
			t.Errorf("%q does not count", change[1])
		}
	}
	without := "Subject: a\r\nTo: b@example.org\r\n\r\nbody"
	if print(without) == print(strings.Replace(without, "a\r", "c\r", 1)) {
		t.Error("without identifier the subject does not count")
	}
}
