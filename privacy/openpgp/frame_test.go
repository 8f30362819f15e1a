package openpgp

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"pgregory.net/rapid"
)

// framed writes a packet in one of the ways there are to write its length.
func framed(t *rapid.T) []byte {
	tag := byte(rapid.IntRange(1, 60).Draw(t, "tag"))
	body := bytes.Repeat([]byte{rapid.Byte().Draw(t, "fill")}, rapid.SampledFrom([]int{0, 1, 5, 191, 192, 300, 8383, 8384, 70_000}).Draw(t, "size"))
	n := len(body)
	switch rapid.IntRange(0, 4).Draw(t, "form") {
	case 0:
		return append([]byte{0x80 | tag&0xf<<2 | 2, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, body...)
	case 1:
		return append([]byte{0x80 | tag&0xf<<2 | 1, byte(n >> 8), byte(n)}, body[:n&0xffff]...)
	case 2:
		out := []byte{0xc0 | tag}
		for len(body) >= 512 {
			out, body = append(append(out, 224+9), body[:512]...), body[512:]
		}
		return append(append(out, 255, 0, 0, byte(len(body)>>8), byte(len(body))), body...)
	case 3:
		return append([]byte{0x80 | tag&0xf<<2 | 3}, body...)
	}
	return append([]byte{0xc0 | tag, 255, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// TestFramesAreThoseOfTheLibrary: whoever splits packets in another way than
// others reads another message.
func TestFramesAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var raw []byte
		for range rapid.IntRange(0, 4).Draw(t, "packets") {
			raw = append(raw, framed(t)...)
		}
		raw = raw[:len(raw)-rapid.IntRange(0, len(raw)).Draw(t, "cut")*rapid.IntRange(0, 1).Draw(t, "whole")]
		raw = append(raw, rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "more")...)
		sameFrames(t, raw)
	})
}

func sameFrames(t interface{ Fatalf(string, ...any) }, raw []byte) {
	theirs := packet.NewOpaqueReader(bytes.NewReader(raw))
	for len(raw) > 0 {
		want, wrong := theirs.Next()
		got, rest, err := nextPacket(raw)
		if (err != nil) != (wrong != nil) {
			t.Fatalf("%v, the library says %v, of % x", err, wrong, raw[:min(20, len(raw))])
		}
		if err != nil {
			return
		}
		if got.Tag != want.Tag || !bytes.Equal(got.Contents, want.Contents) {
			t.Fatalf("packet %d of %d bytes, the library has %d of %d", got.Tag, len(got.Contents), want.Tag, len(want.Contents))
		}
		raw = rest
	}
	if _, err := theirs.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("the library goes on: %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{0xc1, 0xe1, 'a', 'b', 0xe0, 'c', 0x01, 'd', 0x9b, 1, 2})
	f.Add([]byte{0xcb, 0xff, 0, 0, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, raw []byte) { sameFrames(t, raw) })
}

// FuzzPlainArmor: what is decoded in one go is what the library decodes.
func FuzzPlainArmor(f *testing.F) {
	a := load(f, "alice")
	text, err := a.Public().Armor()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, odd := range []string{"YWJj\n", "YWI=\n", "YWI=\nYWJj\n", "YW\nJj\n", "YW Jj\n", "YWJj\n\nYWJj\n", "=YWJ\n", "YWJj\n=YWJj\nYWJj\n", "YQ==\n=abcd\n", "====\n", "YWJj\r\n", "YW\rJj\n", "YWJj"} {
		f.Add([]byte("-----BEGIN PGP MESSAGE-----\nComment: x\n\n" + odd + "-----END PGP MESSAGE-----\n"))
		f.Add([]byte("-----BEGIN PGP MESSAGE-----\n\n" + odd))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := plainArmor(text)
		if !ok {
			return
		}
		b, err := armor.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("decoded though the library says %v", err)
		}
		body, err := io.ReadAll(b.Body)
		if err != nil || b.Type != got.kind || !bytes.Equal(body, got.body) {
			t.Fatalf("%q of %d bytes, the library has %q of %d, %v", got.kind, len(got.body), b.Type, len(body), err)
		}
	})
}

// TestPlainArmorIsTaken: the fast way is the one that mail goes.
func TestPlainArmorIsTaken(t *testing.T) {
	text, err := Seal([]byte("some words"), SealOptions{To: []*Key{load(t, "alice").Public()}, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string][]byte{"LF": text, "CRLF": bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))} {
		if _, ok := plainArmor(s); !ok {
			t.Errorf("%s goes the slow way", name)
		}
	}
}
