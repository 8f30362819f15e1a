package openpgp

import (
	"bytes"
	"crypto/aes"
	"errors"
	"fmt"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"pgregory.net/rapid"
)

// secret is what no changed message may give away, not even in part.
var secret = bytes.Repeat([]byte("The meeting is at noon behind the old mill. "), 60)

// TestChangedMessageGivesNothing changes sealed messages of both versions in
// any place, and asks that either nothing is given or all of it.
func TestChangedMessageGivesNothing(t *testing.T) {
	for name, raw := range sealedSamples(t) {
		a := load(t, "alice")
		g := load(t, "grace")
		rapid.Check(t, func(rt *rapid.T) {
			bad := bytes.Clone(raw)
			at := rapid.IntRange(0, len(bad)-1).Draw(rt, "at")
			bad[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
			o, err := Open(bad, ring{a, g}, noon)
			if err != nil && (o.Plain != nil || o.Signatures != nil || o.Name != "") {
				rt.Fatalf("%s: given with %v: %q", name, err, o.Plain)
			}
			if err == nil && !bytes.Equal(o.Plain, secret) {
				rt.Fatalf("%s: changed plaintext", name)
			}
		})
	}
}

// sealedSamples gives messages sealed in both ways, and where the data begins
// in each is no matter: any byte may be changed.
func sealedSamples(t testing.TB) map[string][]byte {
	a, g := load(t, "alice"), load(t, "grace")
	inner := literal(t, string(secret))
	return map[string][]byte{
		"v1":      sealPackets(t, a, inner, false),
		"v2":      sealPackets(t, g, inner, true),
		"v2 to 4": sealPackets(t, a, inner, true),
	}
}

// TestEveryByteOfTheDataCounts flips one bit of each byte after the session
// key: none of them may leave the message readable.
func TestEveryByteOfTheDataCounts(t *testing.T) {
	a, g := load(t, "alice"), load(t, "grace")
	for name, raw := range sealedSamples(t) {
		head, data := cut(t, raw)
		raw = append(bytes.Clone(head), data...)
		refused := 0
		for at := len(head) + 3; at < len(raw); at += 7 { // behind tag and length
			bad := bytes.Clone(raw)
			bad[at] ^= 1 << (at % 8)
			if _, err := Open(bad, ring{a, g}, noon); err == nil {
				t.Errorf("%s: byte %d of %d does not matter", name, at, len(raw))
			}
			refused++
		}
		if refused < 300 {
			t.Errorf("%s: only %d changes tried", name, refused)
		}
	}
}

func TestTruncated(t *testing.T) {
	a, g := load(t, "alice"), load(t, "grace")
	for name, raw := range sealedSamples(t) {
		for n := 0; n < len(raw); n += 13 {
			o, err := Open(raw[:n], ring{a, g}, noon)
			if err == nil || o.Plain != nil {
				t.Fatalf("%s cut to %d of %d: %q, %v", name, n, len(raw), o.Plain, err)
			}
		}
		if _, err := Open(raw, ring{a, g}, noon); err != nil {
			t.Fatalf("%s whole: %v", name, err)
		}
	}
}

// unprotected seals without a modification detection code, as programs of
// the last century did (RFC 9580, 5.7).
func unprotected(t *testing.T, to *Key, inner []byte) []byte {
	t.Helper()
	found, _ := to.entity.EncryptionKey(noon, config(noon))
	session := bytes.Repeat([]byte{7}, 32)
	var out bytes.Buffer
	if err := packet.SerializeEncryptedKeyAEAD(&out, found.PublicKey, packet.CipherAES256, false, session, config(noon)); err != nil {
		t.Fatal(err)
	}
	b, err := aes.NewCipher(session)
	if err != nil {
		t.Fatal(err)
	}
	s, prefix := packet.NewOCFBEncrypter(b, bytes.Repeat([]byte{3}, 16), packet.OCFBResync)
	body := make([]byte, len(inner))
	s.XORKeyStream(body, inner)
	return append(out.Bytes(), put(t, tagUnprotected, append(prefix, body...))...)
}

func TestWithoutProtection(t *testing.T) {
	a := load(t, "alice")
	raw := unprotected(t, a, literal(t, "x"))
	for _, keys := range []Keys{ring{a}, ring{}, nil} {
		if o, err := Open(raw, keys, noon); !errors.Is(err, ErrIntegrity) || o.Plain != nil {
			t.Errorf("%q, %v", o.Plain, err)
		}
	}
}

// TestProtectionTakenAway: the same data under the tag of a packet without
// protection, or of another version, must not open.
func TestProtectionTakenAway(t *testing.T) {
	a := load(t, "alice")
	for _, aead := range []bool{false, true} {
		env := must[*envelope](t)(readEnvelope(sealPackets(t, a, literal(t, "x"), aead)))
		head, _ := cut(t, sealPackets(t, a, literal(t, "x"), aead))
		for _, tag := range []uint8{tagUnprotected, tagOCB, tagLiteral, tagCompressed, 60} {
			for _, skip := range []int{0, 1} {
				raw := append(bytes.Clone(head), put(t, tag, env.data.Contents[skip:])...)
				if _, err := Open(raw, ring{a}, noon); !errors.Is(err, ErrIntegrity) && !errors.Is(err, ErrNoKey) {
					t.Errorf("tag %d: %v", tag, err)
				}
			}
		}
	}
}

// TestMixedVersions: a session key packet of one version must not open data of
// the other (RFC 9580, 10.3.2.1), by whose rules it was not made.
func TestMixedVersions(t *testing.T) {
	a := load(t, "alice")
	for _, aead := range []bool{false, true} {
		head, _ := cut(t, sealPackets(t, a, nil, aead))
		_, data := cut(t, sealPackets(t, a, literal(t, "x"), !aead))
		if o, err := Open(append(bytes.Clone(head), data...), ring{a}, noon); !errors.Is(err, ErrNoKey) {
			t.Errorf("%q, %v", o.Plain, err)
		}
	}
}

func TestShapesThatAreRefused(t *testing.T) {
	a := load(t, "alice")
	lit, whole := literal(t, "x"), sealPackets(t, a, literal(t, "x"), false)
	armored := must[[]byte](t)(enarmor(blockMessage, whole, true))
	for name, raw := range map[string][]byte{
		"nothing":              nil,
		"no message":           []byte("hello"),
		"not sealed":           lit,
		"signed only":          must[[]byte](t)(enarmor(blockMessage, lit, true)),
		"two messages":         append(bytes.Clone(whole), whole...),
		"two armored messages": append(bytes.Clone(armored), armored...),
		"text after the seal":  append(bytes.Clone(whole), lit...),
		"key after the seal":   append(bytes.Clone(whole), whole[:50]...),
		"garbage after it":     append(bytes.Clone(whole), "garbage"...),
		"quoted":               append([]byte("> "), armored...),
		"a signature block":    must[[]byte](t)(enarmor(blockSignature, whole, true)),
		"nothing sealed":       sealPackets(t, a, nil, false),
		"two literals":         sealPackets(t, a, append(bytes.Clone(lit), lit...), false),
		"a seal in the seal":   sealPackets(t, a, whole, false),
		"a key in the seal":    sealPackets(t, a, append(must[[]byte](t)(a.Public().Bytes()), lit...), true),
		"garbage in the seal":  sealPackets(t, a, append(bytes.Clone(lit), "garbage"...), true),
		"one-pass after it":    sealPackets(t, a, append(bytes.Clone(lit), put(t, tagOnePass, make([]byte, 13))...), true),
		"cut in the seal":      sealPackets(t, a, lit[:len(lit)-1], true),
		"broken compression":   sealPackets(t, a, put(t, tagCompressed, []byte{2, 1, 2, 3}), true),
	} {
		if o, err := Open(raw, ring{a}, noon); !errors.Is(err, ErrIntegrity) || o.Plain != nil {
			t.Errorf("%s: %q, %v", name, o.Plain, err)
		}
	}
}

// TestShapesThatAreTaken: padding, markers, unknown optional packets and the
// text of a mailing list around the armor change nothing.
func TestShapesThatAreTaken(t *testing.T) {
	a := load(t, "alice")
	marker := put(t, tagMarker, []byte("PGP"))
	inner := append(append(bytes.Clone(marker), literal(t, "x")...), put(t, tagPadding, make([]byte, 99))...)
	whole := append(append(bytes.Clone(marker), put(t, 60, []byte("?"))...), sealPackets(t, a, inner, true)...)
	armored := must[[]byte](t)(enarmor(blockMessage, whole, true))
	around := fmt.Appendf(nil, "Dear list,\r\n\r\n%s\r\n-- \r\nunsubscribe below\r\n", armored)
	for name, raw := range map[string][]byte{
		"binary": whole, "armored": armored, "CRLF": bytes.ReplaceAll(armored, []byte("\n"), []byte("\r\n")),
		"in a text": around, "in French": append([]byte("Été\n"), around...), "marked": append([]byte("\ufeff"), armored...), "indented": append([]byte("  "), armored...),
	} {
		if o, err := Open(raw, ring{a}, noon); err != nil || string(o.Plain) != "x" {
			t.Errorf("%s: %q, %v", name, o.Plain, err)
		}
	}
}

func packed(t testing.TB, inner []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := packet.SerializeCompressed(nopCloser{&out}, packet.CompressionZIP, &packet.CompressionConfig{Level: 9})
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(w, inner); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type nopCloser struct{ *bytes.Buffer }

func (nopCloser) Close() error { return nil }

func TestBombs(t *testing.T) {
	a := load(t, "alice")
	zeros := literal(t, string(make([]byte, 64<<20)))
	text := literal(t, string(secret))
	deep := text
	for range maxDepth + 1 {
		deep = packed(t, deep)
	}
	some := packed(t, put(t, tagPadding, make([]byte, 600<<10)))
	for _, c := range []struct {
		name  string
		inner []byte
		want  error
	}{
		{"a padding beside it", append(bytes.Clone(some), text...), nil},
		{"many paddings", append(bytes.Repeat(some, 3), text...), ErrTooLarge},
		{"a compressed mail", packed(t, text), nil},
		{"one in another", packed(t, packed(t, text)), nil},
		{"64 MiB of nothing", packed(t, zeros), ErrTooLarge},
		{"hidden in two", packed(t, packed(t, zeros)), ErrTooLarge},
		{"many in each other", deep, ErrTooLarge},
	} {
		o, err := Open(sealPackets(t, a, c.inner, true), ring{a}, noon)
		if !errors.Is(err, c.want) || (err == nil) != bytes.Equal(o.Plain, secret) {
			t.Errorf("%s: %d bytes, %v, want %v", c.name, len(o.Plain), err, c.want)
		}
	}
	if _, err := Open(make([]byte, maxSealed+1), ring{a}, noon); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a huge one: %v", err)
	}
}
