package openpgp

import (
	"bytes"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// onePass announces a signature of a version 4 key over a document.
func onePass(t testing.TB, k *Key, kind, hash byte, last bool) []byte {
	t.Helper()
	pk := k.entity.PrimaryKey
	body := []byte{3, kind, hash, byte(pk.PubKeyAlgo)}
	for shift := 56; shift >= 0; shift -= 8 {
		body = append(body, byte(pk.KeyId>>shift))
	}
	if last {
		return put(t, tagOnePass, append(body, 1))
	}
	return put(t, tagOnePass, append(body, 0))
}

// TestSignaturesInsideTheSeal builds what stands in a seal packet by packet.
func TestSignaturesInsideTheSeal(t *testing.T) {
	a, b := load(t, "alice"), load(t, "bob")
	text := []byte("x")
	lit, by, byB := literal(t, "x"), made(t, a, text, nil), made(t, b, text, nil)
	other := made(t, a, []byte("y"), nil)
	cert := made(t, a, text, func(s *packet.Signature) { s.SigType = packet.SigTypePositiveCert })
	ops := func(k *Key, last bool) []byte { return onePass(t, k, 0, 10, last) }
	for name, c := range map[string]struct {
		packets [][]byte
		want    []State
	}{
		"not signed":           {[][]byte{lit}, nil},
		"one pass":             {[][]byte{ops(a, true), lit, by}, []State{Good}},
		"old style":            {[][]byte{by, lit}, []State{Good}},
		"two, bracketing":      {[][]byte{ops(a, false), ops(b, true), lit, byB, by}, []State{Good, Good}},
		"one of two is wrong":  {[][]byte{ops(a, false), ops(b, true), lit, byB, other}, []State{Good, Bad}},
		"unknown signer":       {[][]byte{ops(b, true), lit, byB}, []State{Good}},
		"over another text":    {[][]byte{ops(a, true), lit, other}, []State{Bad}},
		"announced, not made":  {[][]byte{ops(a, true), lit}, []State{Bad}},
		"made, not announced":  {[][]byte{lit, by}, []State{Bad}},
		"another hash":         {[][]byte{onePass(t, a, 0, 8, true), lit, by}, []State{Bad}},
		"another sort":         {[][]byte{onePass(t, a, 1, 10, true), lit, by}, []State{Bad}},
		"a certification":      {[][]byte{onePass(t, a, 0x13, 10, true), lit, cert}, []State{Bad}},
		"compressed":           {[][]byte{packed(t, bytes.Join([][]byte{ops(a, true), lit, by}, nil))}, []State{Good}},
		"only text compressed": {[][]byte{ops(a, true), packed(t, lit), by}, []State{Good}},
	} {
		for _, aead := range []bool{false, true} {
			o, err := Open(sealPackets(t, b, bytes.Join(c.packets, nil), aead), ring{a, b}, noon)
			if err != nil || string(o.Plain) != "x" || len(o.Signatures) != len(c.want) {
				t.Errorf("%s: %q %+v %v", name, o.Plain, o.Signatures, err)
				continue
			}
			for i, s := range o.Signatures {
				if s.State != c.want[i] {
					t.Errorf("%s: signature %d is %s, want %s", name, i, s.State, c.want[i])
				}
			}
		}
	}
}

// TestInlineSigned: only the signed text counts, and it is given as signed.
func TestInlineSigned(t *testing.T) {
	keys := ring{load(t, "frank")}
	text := file(t, "inline.asc")
	around := append([]byte("An unsigned promise.\n\n"), append(bytes.Clone(text), "And another.\n"...)...)
	for name, raw := range map[string][]byte{"alone": text, "in a text": around, "CRLF": bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))} {
		signed, sigs, err := VerifyInline(raw, keys, noon)
		if err != nil || string(signed) != "first line\n-- \n- dash\nlast" && string(signed) != "first line\n--\n- dash\nlast" {
			t.Errorf("%s: %q, %v", name, signed, err)
		}
		if len(sigs) != 1 || sigs[0].State != Good {
			t.Errorf("%s: %+v", name, sigs)
		}
	}
	changed := bytes.Replace(text, []byte("first"), []byte("worst"), 1)
	if _, sigs, err := VerifyInline(changed, keys, noon); err != nil || sigs[0].State != Bad {
		t.Errorf("changed: %+v, %v", sigs, err)
	}
}

// TestInlineTricks: header lines that look like signed text, and texts that
// only look signed.
func TestInlineTricks(t *testing.T) {
	keys := ring{load(t, "frank")}
	text := file(t, "inline.asc")
	for name, raw := range map[string][]byte{
		"a text as header":  bytes.Replace(text, []byte("Hash: "), []byte("Note: pay Mallory\nHash: "), 1),
		"another as header": bytes.Replace(text, []byte("Hash: SHA256"), []byte("Hash: SHA256\nYou owe me"), 1),
		"no signature":      text[:bytes.Index(text, []byte("-----BEGIN PGP SIGNATURE"))],
		"not signed":        []byte("hello"),
		"nothing":           nil,
	} {
		if signed, sigs, err := VerifyInline(raw, keys, noon); err == nil && (len(sigs) != 1 || sigs[0].State != Bad) {
			t.Errorf("%s: %q %+v", name, signed, sigs)
		}
	}
}
