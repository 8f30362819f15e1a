package openpgp

import (
	"errors"
	"testing"
)

func TestSharedSecret(t *testing.T) {
	alice := load(t, "alice")
	secrets := [][]byte{[]byte("securejoin/A/other"), []byte("securejoin/A/right")}
	for _, signer := range []*Key{nil, alice} {
		sealed := must[[]byte](t)(SealShared([]byte("hello"), secrets[1], signer, noon))
		o, which, err := OpenShared(sealed, secrets, ring{alice.Public()}, noon)
		if err != nil || which != 1 || string(o.Plain) != "hello" || !o.Symmetric || !o.AEAD {
			t.Fatalf("%+v, %d, %v", o, which, err)
		}
		switch {
		case signer == nil && len(o.Signatures) != 0:
			t.Errorf("signatures %+v", o.Signatures)
		case signer != nil && (len(o.Signatures) != 1 || o.Signatures[0].State != Good || o.Signatures[0].Key.Fingerprint() != alice.Fingerprint()):
			t.Errorf("signatures %+v", o.Signatures)
		}
		if _, _, err := OpenShared(sealed, secrets[:1], nil, noon); !errors.Is(err, ErrPhrase) {
			t.Errorf("another secret: %v", err)
		}
		if _, err := Open(sealed, ring{alice}, noon); !errors.Is(err, ErrNoKey) {
			t.Errorf("with a key: %v", err)
		}
		raw := must[[]block](t)(blocks(sealed))[0].body
		// RFC 9580, 5.3.2: version 6, then lengths and algorithms; S2K 1.
		if raw[2] != 6 || raw[2+5] != 1 {
			t.Errorf("session key packet % x", raw[:10])
		}
	}
}

func TestSharedSecretIsNotStretched(t *testing.T) {
	secret := []byte("securejoin/A/right")
	passphrase := must[[]byte](t)(SealWith([]byte("x"), secret, noon))
	keys := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{load(t, "grace")}, Now: noon}))
	for name, sealed := range map[string][]byte{"passphrase": passphrase, "key": keys} {
		if o, _, err := OpenShared(sealed, [][]byte{secret}, ring{load(t, "grace")}, noon); !errors.Is(err, ErrPhrase) || o.Plain != nil {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	if _, err := SealShared(nil, secret, load(t, "alice").Public(), noon); err == nil {
		t.Error("signed without a secret key")
	}
}
