package pgpmime

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// spelled gives a mail as it is, and its lines and parts with the usual
// encodings taken off: what somebody on the way can read without a key.
func spelled(wire []byte) string {
	var b strings.Builder
	b.Write(wire)
	decoded, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(wire)))
	b.Write(decoded)
	for line := range bytes.Lines(wire) {
		if data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(line))); err == nil {
			b.Write(data)
		}
	}
	flat := bytes.ReplaceAll(wire, []byte("\r\n"), nil)
	for i := range 4 {
		data, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(flat[i:])))
		b.Write(data)
	}
	return b.String()
}

func TestSealedMailComesBack(t *testing.T) {
	for _, policy := range []conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
		t.Run(string(policy), func(t *testing.T) {
			wire, err := SealMail(plainLetter(), sealing(t, policy))
			if err != nil {
				t.Fatal(err)
			}
			for _, who := range []string{"bob", "alice"} {
				r := Read(wire, bunch{secret: []*openpgp.Key{holder(t, who)}, known: []*openpgp.Key{holder(t, "alice").Public()}}, sentAt)
				s := r.Security
				if !r.Opened || s.Sealed != "full" || s.Signature != "good" || s.Covers != "whole" || s.ProtectedHeaders != "cipher" {
					t.Fatalf("%s reads %+v", who, s)
				}
				fieldsAre(t, r, plainLetter().Lines)
				if !bytes.Contains(r.Entity, []byte("Secret text.")) || !strings.Contains(string(r.Entity), "hp=\"cipher\"") {
					t.Errorf("%s reads %q", who, r.Entity)
				}
				if s.Padded != (policy == conversation.HideAll) {
					t.Errorf("padded: %v", s.Padded)
				}
			}
			outside := spelled(wire)
			if policy != conversation.HideSubject && strings.Contains(outside, "Secret") || strings.Contains(outside, "Secret text") || strings.Contains(outside, "Secret plan") {
				t.Error("something secret stands outside")
			}
			if r := Read(wire, bunch{secret: []*openpgp.Key{holder(t, "mallory")}}, sentAt); r.Opened || r.Entity != nil {
				t.Error("somebody else reads it")
			}
		})
	}
}

// fieldsAre checks that the fields inside are those of the letter.
func fieldsAre(t *testing.T, r Reading, want []Line) {
	t.Helper()
	for _, l := range want {
		if l.Name == "Caliopen" || l.Name == "Autocrypt-Gossip" {
			continue // read apart
		}
		found := ""
		for _, f := range r.Fields {
			if f.Name == l.Name {
				found = flat(f.Value)
			}
		}
		if found != flat(strings.ReplaceAll(l.Value, "\r\n", "")) {
			t.Errorf("%s inside is %q, want %q", l.Name, found, l.Value)
		}
	}
	if r.Caliopen != "v=1" || len(r.Gossip) != 1 {
		t.Errorf("read apart: %q, %q", r.Caliopen, r.Gossip)
	}
}

// The record inside of what stands outside is true, field by field.
func TestOuterFieldsAreRecordedInside(t *testing.T) {
	for _, policy := range []conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
		s := sealing(t, policy)
		s.Outside = []Line{{Name: "Autocrypt", Value: "addr=alice@example.org; keydata=AAAA"}}
		wire, err := SealMail(plainLetter(), s)
		if err != nil {
			t.Fatal(err)
		}
		r := Read(wire, bunch{secret: []*openpgp.Key{holder(t, "bob")}, known: []*openpgp.Key{holder(t, "alice").Public()}}, sentAt)
		var outside []string
		for _, f := range message(wire).fields {
			if n := strings.ToLower(f.Name); n != "autocrypt" && n != "mime-version" && !strings.HasPrefix(n, "content-") {
				outside = append(outside, f.Name+": "+flat(f.Value))
			}
		}
		var said []string
		for _, f := range r.Outer {
			said = append(said, f.Name+": "+flat(f.Value))
		}
		if strings.Join(said, "\n") != strings.Join(outside, "\n") {
			t.Errorf("%s: inside it says\n%q\nand outside stands\n%q", policy, said, outside)
		}
	}
}

func TestSealedFrame(t *testing.T) {
	wire, err := SealMail(plainLetter(), sealing(t, conversation.HideAll))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.SplitAfter(wire, []byte("\n")) {
		if len(line) > 0 && (!bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsAny(line[:len(line)-2], "\r\n\x00") || len(line) > 998) {
			t.Fatalf("line %d is %q", i, line)
		}
		for _, b := range line {
			if b > 126 {
				t.Fatalf("line %d is not 7 bit: %q", i, line)
			}
		}
	}
	text := string(wire)
	for _, want := range []string{
		"\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";", "\r\n\r\nVersion: 1\r\n",
		"\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n", "\r\nMIME-Version: 1.0\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, tell := range []string{"aliopen", "Version: Go", "Comment:", "alice Secret"} {
		if strings.Contains(text, tell) {
			t.Errorf("%q stands outside", tell)
		}
	}
	again, _ := SealMail(plainLetter(), func() Seal { s := sealing(t, conversation.HideAll); s.Random = dice(9); return s }())
	if message(wire).media.params["boundary"] == message(again).media.params["boundary"] {
		t.Error("boundaries are the same each time")
	}
}

func TestHiddenReaders(t *testing.T) {
	for policy, hidden := range map[conversation.HeaderPolicy]bool{conversation.HideSubject: false, conversation.Discreet: false, conversation.HideAll: true} {
		wire, err := SealMail(plainLetter(), sealing(t, policy))
		if err != nil {
			t.Fatal(err)
		}
		start := bytes.Index(wire, []byte("-----BEGIN PGP MESSAGE"))
		end := bytes.LastIndex(wire, []byte("\r\n--=_"))
		o, err := openpgp.Open(wire[start:end], bunch{secret: []*openpgp.Key{holder(t, "bob")}}, sentAt)
		if err != nil || len(o.Readers) != 2 {
			t.Fatalf("%s: %v, readers %x", policy, err, o.Readers)
		}
		for _, id := range o.Readers {
			if (id == 0) != hidden {
				t.Errorf("%s: reader %x", policy, id)
			}
		}
	}
}

func TestSignedMailComesBack(t *testing.T) {
	wire, err := SignMail(plainLetter(), holder(t, "alice"), sentAt, dice(3))
	if err != nil {
		t.Fatal(err)
	}
	known := bunch{known: []*openpgp.Key{holder(t, "alice").Public()}}
	r := Read(wire, known, sentAt)
	if s := r.Security; s.Sealed != "none" || s.Signature != "good" || s.Covers != "whole" || s.ProtectedHeaders != "clear" {
		t.Errorf("%+v", s)
	}
	changed := bytes.Replace(wire, []byte("Secret text."), []byte("Secret taxt."), 1)
	if s := Read(changed, known, sentAt).Security; s.Signature == "good" {
		t.Error("a changed text counts as signed")
	}
	inside := bytes.LastIndex(wire, []byte("Subject: Secret plan"))
	changed = append(bytes.Clone(wire[:inside]), bytes.Replace(wire[inside:], []byte("plan"), []byte("plot"), 1)...)
	if s := Read(changed, known, sentAt).Security; s.Signature == "good" {
		t.Error("a changed subject counts as signed")
	}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }
