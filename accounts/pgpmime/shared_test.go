package pgpmime

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

func TestSharedLetters(t *testing.T) {
	own, err := openpgp.Generate("Zoe", "zoe@example.org", openpgp.Compatible, noonOfShared)
	if err != nil {
		t.Fatal(err)
	}
	data, err := own.Minimal("zoe@example.org")
	if err != nil {
		t.Fatal(err)
	}
	attach := func(lines []Line) []Line {
		l, _ := Fold("Autocrypt", "addr=zoe@example.org; keydata="+base64Of(data))
		return append(lines, l)
	}
	for name, test := range map[string]struct {
		signer *openpgp.Key
		attach bool
		signed bool
		known  bool
	}{"unsigned": {nil, false, false, false}, "signed": {own, true, true, true}, "signed without key": {own, false, true, false}} {
		lines := []Line{{Name: "From", Value: "zoe@example.org", Bare: "zoe@example.org"}, {Name: "Subject", Value: "surprise"}, {Name: "X-Step", Value: "one"}}
		if test.attach {
			lines = attach(lines)
		}
		how := Seal{Policy: conversation.HideAll, Signer: test.signer, Now: noonOfShared, Date: noonOfShared, Random: func(b []byte) { clear(b) }}
		raw, err := SealShared(Letter{lines, []byte("Content-Type: text/plain\r\n\r\nhello\r\n")}, how, []byte("secret/right"))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("surprise")) || bytes.Contains(raw, []byte("X-Step")) || bytes.Contains(raw, []byte("Autocrypt")) {
			t.Errorf("%s: it stands outside:\n%s", name, raw)
		}
		s, ok := ReadShared(raw, [][]byte{[]byte("secret/wrong"), []byte("secret/right")}, noonOfShared)
		if !ok || s.Which != 1 || Only(s.Fields, "x-step") != "one" || Only(s.Fields, "Subject") != "surprise" {
			t.Errorf("%s: %+v, %v", name, s, ok)
		}
		if s.Signed != test.signed || (s.Signer != nil) != test.known || test.known && s.Signer.Fingerprint() != own.Fingerprint() {
			t.Errorf("%s: signed %v by %v", name, s.Signed, s.Signer)
		}
		if _, ok := ReadShared(raw, [][]byte{[]byte("secret/wrong")}, noonOfShared); ok {
			t.Errorf("%s: opened by another secret", name)
		}
		if r := Read(raw, none{}, noonOfShared); r.Opened || r.Security.Sealed != "full" {
			t.Errorf("%s: read without the secret: %+v", name, r.Security)
		}
	}
	if _, ok := ReadShared([]byte("From: a@example.org\r\n\r\nhello"), [][]byte{[]byte("x")}, noonOfShared); ok {
		t.Error("a mail in clear is opened")
	}
}

func TestFieldsSaidTwiceAreNotSaid(t *testing.T) {
	fields := Fields([]byte("X-Step: one\r\nx-step: two\r\nSubject: a\r\n folded\r\n\r\nX-Body: no\r\n"))
	if Only(fields, "X-Step") != "" || len(All(fields, "X-STEP")) != 2 || Only(fields, "X-Body") != "" || Only(fields, "Subject") == "" {
		t.Errorf("%q", fields)
	}
}

// noonOfShared is the moment of these tests.
var noonOfShared = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// A mail that Delta Chat's core sealed with a shared secret.
func TestSharedLetterOfAnotherProgram(t *testing.T) {
	dir := os.Getenv("CALIOPEN_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "sealed", "chatmail", "text_symmetrically_encrypted.eml"))
	if err != nil {
		t.Skip("no collection of test mails here (CALIOPEN_CORPORA)")
	}
	s, ok := ReadShared(raw, [][]byte{[]byte("other"), []byte("secret")}, noonOfShared)
	if !ok || s.Which != 1 || !s.Signed || Only(s.Fields, "From") != "<alice@example.org>" || Only(s.Fields, "Subject") != "grpid" {
		t.Errorf("%+v, %v", s, ok)
	}
}
