package openpgp

import (
	"bytes"
	"crypto"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// thief is a certificate that holds the primary key of another one as a subkey
// of its own, with those flags. Its owner could not have that key confirm it.
func thief(t *testing.T, owner, victim *Key, sign bool) *Key {
	t.Helper()
	stolen := *victim.entity.PrimaryKey
	stolen.IsSubkey = true
	pk := owner.entity.PrimaryKey
	sig := &packet.Signature{
		Version: pk.Version, SigType: packet.SigTypeSubkeyBinding, PubKeyAlgo: pk.PubKeyAlgo, Hash: crypto.SHA512,
		CreationTime: noon.Add(-time.Hour), IssuerKeyId: &pk.KeyId, IssuerFingerprint: pk.Fingerprint, IssuerKeyVersion: uint8(pk.Version),
		FlagsValid: true, FlagSign: sign, FlagEncryptCommunications: !sign,
	}
	if err := sig.SignKey(&stolen, owner.entity.PrivateKey, config(noon)); err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	seq := &sequence{w: &raw}
	data := must[[]byte](t)(owner.Public().Bytes())
	raw.Write(data)
	seq.packet(&stolen)
	seq.packet(sig)
	if seq.err != nil {
		t.Fatal(seq.err)
	}
	keys := must[[]*Key](t)(Parse(raw.Bytes()))
	return keys[0]
}

// A key that strangers took into their certificates is still its owner's, and
// his signatures are by nobody else.
func TestStolenSubkeys(t *testing.T) {
	alice, mallory := load(t, "alice"), load(t, "mallory")
	sig := made(t, alice, signedText, nil)
	if k := thief(t, mallory, alice.Public(), true); k.subkey(alice.entity.PrimaryKey.KeyId) != nil {
		t.Error("a key to sign with was taken without its consent")
	}
	bad := thief(t, mallory, alice.Public(), false)
	if bad.subkey(alice.entity.PrimaryKey.KeyId) == nil {
		t.Fatal("the theft itself failed")
	}
	if got := one(t, sig, ring{bad}); got.State == Good || got.Key != nil {
		t.Errorf("signed by the thief: %+v", got)
	}
	crowd := ring{}
	for range 2 * maxSigners {
		crowd = append(crowd, bad)
	}
	if got := one(t, sig, append(crowd, alice.Public())); got.State != Good || got.Key.Fingerprint() != alice.Fingerprint() {
		t.Errorf("among thieves: %+v", got)
	}
}
