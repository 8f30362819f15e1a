package pgpmime

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pieces gives the bytes of the parts, joined by bars.
func pieces(body, boundary string) string {
	var out []string
	for _, p := range split([]byte(body), []byte("--"+boundary)) {
		out = append(out, string(p))
	}
	return strings.Join(out, "|")
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"two", "--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", "one|two"},
		{"line feeds", "--b\none\n--b\ntwo\n--b--\n", "one|two"},
		{"empty lines belong to the part", "--b\r\n\r\none\r\n\r\n--b--", "\r\none\r\n"},
		{"preamble and epilogue", "before\r\n--b\r\none\r\n--b--\r\nbehind\r\n--b\r\nthree\r\n--b--", "one"},
		{"blanks behind", "--b \t\r\none\r\n--b-- \r\n", "one"},
		{"another that begins alike", "--b\r\none\r\n--bc\r\n--b-\r\n--b---\r\n--b--\r\n", "one\r\n--bc\r\n--b-\r\n--b---"},
		{"not at the beginning of a line", "--b\r\none --b\r\n --b\r\n--b--", "one --b\r\n --b"},
		{"not closed", "--b\r\none\r\n--b\r\ntwo", "one|two"},
		{"nothing in it", "--b\r\n--b\r\n--b--", "|"},
		{"only the end", "--b--\r\n--b\r\none\r\n--b--", ""},
		{"none", "one\r\ntwo", ""},
	} {
		if got := pieces(c.body, "b"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSplitKeepsBytes puts parts together and takes them apart again.
func TestSplitKeepsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching(`[ -~\r\n]{0,60}`), 1, 6).Draw(t, "parts")
		var b strings.Builder
		for _, p := range parts {
			if strings.Contains(p, "--boundary") {
				t.Skip()
			}
			b.WriteString("--boundary\r\n" + p + "\r\n")
		}
		b.WriteString("--boundary--\r\n")
		if got := pieces(b.String(), "boundary"); got != strings.Join(parts, "|") {
			t.Fatalf("%q became %q", parts, got)
		}
	})
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "\n": "\r\n", "a\nb\n": "a\r\nb\r\n", "a\r\nb\n": "a\r\nb\r\n", "a\rb\r\n": "a\rb\r\n", "\r\r\n": "\r\r\n", "a \t\n": "a \t\r\n",
	} {
		if got := string(canonical([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestHeader(t *testing.T) {
	e := read([]byte("A: 1\r\nfolded:  two\r\n  three\r\n\tfour\r\nnot a field\r\na : 5\r\n\r\nbody\r\n\r\nmore"))
	if got := fmt.Sprintf("%q", e.fields); got != `[{"A" "1"} {"folded" "two  three\tfour"} {"a" "5"}]` {
		t.Errorf("fields %s", got)
	}
	if string(e.body) != "body\r\n\r\nmore" || len(e.all("a")) != 2 || e.get("FOLDED") == "" {
		t.Errorf("body %q, %v", e.body, e.all("a"))
	}
	for raw, body := range map[string]string{"\r\nbody": "body", "body": "body", "": "", "A: 1": "", "A: 1\n": "", "A: 1\n\n": "", "no field\n\nbody": "no field\n\nbody", " x: 1\nA: 2\n\nb": " x: 1\nA: 2\n\nb"} {
		if e := read([]byte(raw)); string(e.body) != body {
			t.Errorf("%q: body %q, want %q", raw, e.body, body)
		}
	}
	if e := message([]byte("\r\n>From zoe@example.org Sat\r\nA: 1\r\n\r\nbody")); e.get("a") != "1" {
		t.Error("the separator of a mailbox file is in the way")
	}
}

func TestContentType(t *testing.T) {
	for value, want := range map[string]string{
		"":                        "text/plain",
		"Content-Type: Text/HTML": "text/html",
		"Content-Type: multipart/mixed; boundary=\"a b\"":                                        "multipart/mixed boundary=a b",
		"Content-Type: multipart/mixed;\r\n\tBOUNDARY=x; protected; hp=\"a\\\"b\"":               "multipart/mixed boundary=x hp=a\"b",
		"Content-Type: multipart/mixed; boundary=\"a;b\"; x":                                     "multipart/mixed boundary=a;b",
		"Content-Type: multipart/mixed; boundary=a; boundary=b":                                  "",
		"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b":                              "",
		"Content-Type: multipart/mixed; boundary=a\r\nContent-Type: text/plain":                  "",
		"Content-Type: multipart/mixed; boundary=a\r\ncontent-type: multipart/mixed; boundary=a": "",
	} {
		m := read([]byte(value + "\r\n\r\n")).media
		got := m.name
		for _, k := range []string{"boundary", "hp", "protected"} {
			if v, ok := m.params[k]; ok {
				got += " " + k + "=" + v
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

// TestOddBoundaries takes no multipart apart whose boundary cannot stand in a
// line as it is.
func TestOddBoundaries(t *testing.T) {
	for _, b := range []string{"b\r", "b ", "\rb", "b\tc", "b\x7f", ""} {
		e := read([]byte("Content-Type: multipart/mixed; boundary=\"" + b + "\"\r\n\r\n--" + b + "\r\nx\r\n--" + b + "--\r\n"))
		if parts, ok := e.parts(); ok {
			t.Errorf("%q: %d parts", b, len(parts))
		}
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{"x Pgp-Signature y": true, "pgp-signature": true, "PGP-SIGNATUR": false, "": false, "----pgp-signature": true, "pgp -signature": false, "-signature": false} {
		if mentions([]byte(text), "pgp-signature") != want {
			t.Errorf("%q", text)
		}
	}
}

// FuzzRead reads whatever may come. What is shown as signed is a run of the
// bytes of the mail, and nothing is whole that is not shown.
func FuzzRead(f *testing.F) {
	signed := "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nx\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nwnUEABYIAB0\r\n-----END PGP SIGNATURE-----\r\n--s--\r\n"
	sealed := "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=e\r\n\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--e\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nwV4D\r\n-----END PGP MESSAGE-----\r\n--e--\r\n"
	for _, s := range []string{
		signed, sealed, strings.Replace(sealed, "encrypted; protocol=\"application/pgp-encrypted\"", "mixed", 1),
		"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" + signed + "\r\n--m\r\n\r\nfooter\r\n--m--\r\n",
		"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--m\r\n" + sealed + "\r\n--m--\r\n",
		"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\ntext\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nwnUE\r\n-----END PGP SIGNATURE-----\r\n",
		"Content-Type: multipart/mixed; boundary=\"b\r\"\r\n\r\n--b\r\nx\r\n--b\r--\r\n",
		"Content-Transfer-Encoding: base64\r\n\r\nLS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0t",
		"Content-Type: application/pgp-keys\r\nAutocrypt: addr=a@example.org; keydata=AAAA\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	keys := bunch{known: nil}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, r := range []Reading{Read(raw, keys, sentAt), Read(raw, nil, sentAt)} {
			s := r.Security
			if r.Opened || s.Decrypted || s.Signature == "good" || s.ProtectedHeaders != "none" || r.Fields != nil || r.Footer != nil {
				t.Fatalf("without any key it comes to %+v", r)
			}
			if s.Covers == "whole" && r.Entity == nil || (s.Covers == "none") != (s.Signature == "none") {
				t.Fatalf("covers %q, signature %q, entity %q", s.Covers, s.Signature, r.Entity)
			}
			if s.Sealed == "full" && r.Entity != nil {
				t.Fatal("something of a closed envelope is shown")
			}
			if r.Path != "" && len(r.Entity) > 0 && !bytes.Contains(raw, r.Entity) && !bytes.HasPrefix(r.Entity, []byte("Content-Type: text/plain; charset=utf-8\r\n\r\n")) && !bytes.HasPrefix(r.Entity, []byte("Content-Type: ")) {
				t.Fatalf("%q does not stand in the mail", r.Entity)
			}
		}
	})
}
