package openpgp

import (
	"bytes"
	"crypto"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

var signedText = []byte("signed\r\n")

// made is a signature by the primary key with anything changed before it is
// signed.
func made(t testing.TB, k *Key, data []byte, change func(*packet.Signature)) []byte {
	t.Helper()
	pk := k.entity.PrimaryKey
	sig := &packet.Signature{
		Version: pk.Version, SigType: packet.SigTypeBinary, PubKeyAlgo: pk.PubKeyAlgo,
		Hash: crypto.SHA512, CreationTime: noon.Add(-time.Hour), IssuerKeyId: &pk.KeyId,
		IssuerKeyVersion: uint8(pk.Version), IssuerFingerprint: pk.Fingerprint,
	}
	if change != nil {
		change(sig)
	}
	h := sig.Hash.New()
	if sig.Version == 6 {
		prepared, err := sig.PrepareSign(config(noon))
		if err != nil {
			t.Fatal(err)
		}
		h = prepared
	}
	h.Write(data)
	cfg := config(noon) // without the salt, for which SHA-1 is too short
	cfg.NonDeterministicSignaturesViaNotation = packet.BoolPointer(sig.Hash != crypto.SHA1)
	if err := sig.Sign(h, k.entity.PrivateKey, cfg); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := sig.Serialize(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func one(t testing.TB, sig []byte, keys Keys) Signature {
	t.Helper()
	got := Verify(signedText, sig, keys, noon)
	if len(got) != 1 {
		t.Fatalf("%d signatures", len(got))
	}
	return got[0]
}

// TestStates goes through what a signature can come to, made by GnuPG.
func TestStates(t *testing.T) {
	frank, carol, eve := load(t, "frank"), load(t, "carol"), load(t, "eve")
	hard, alive := load(t, "dave-compromised"), load(t, "dave-unrevoked")
	soft := must[*Key](t)(alive.Revoke(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), "retired"))
	for _, c := range []struct {
		file string
		keys ring
		want State
	}{
		{"frank.sig", ring{frank}, Good},
		{"frank-text.sig", ring{frank}, Good},
		{"frank.sig", ring{eve, carol}, UnknownKey},
		{"sha1.sig", ring{frank}, Weak},
		{"rsa1024.sig", ring{eve}, Weak},
		{"critical.sig", ring{frank}, Bad},
		{"carol-before.sig", ring{carol}, Good}, // it was valid then
		{"dave-before.sig", ring{alive}, Good},
		{"dave-before.sig", ring{soft}, Good},
		{"dave-after.sig", ring{soft}, ExpiredKey},
		{"dave-before.sig", ring{hard}, ExpiredKey}, // no reason given: may always have been stolen
		{"dave-after.sig", ring{hard}, ExpiredKey},
	} {
		got := one(t, file(t, c.file), c.keys)
		if got.State != c.want || (got.Key == nil) != (c.want == Bad || c.want == UnknownKey) {
			t.Errorf("%s: %+v, want %s", c.file, got, c.want)
		}
		if got.KeyID == 0 || got.Created.IsZero() {
			t.Errorf("%s: no key ID or time: %+v", c.file, got)
		}
		other := Verify([]byte("signed, but not this\r\n"), file(t, c.file), c.keys, noon)[0]
		if c.want != UnknownKey && (other.State != Bad || other.Key != nil) {
			t.Errorf("%s over another text: %+v", c.file, other)
		}
	}
}

// TestTextSignature: only what differs in line endings is the same text.
func TestTextSignature(t *testing.T) {
	keys := ring{load(t, "frank")}
	for text, want := range map[string]State{"signed\r\n": Good, "signed\n": Good, "signed": Bad, "signed \n": Bad} {
		if got := Verify([]byte(text), file(t, "frank-text.sig"), keys, noon)[0].State; got != want {
			t.Errorf("text %q: %s, want %s", text, got, want)
		}
		if got := Verify([]byte(text), file(t, "frank.sig"), keys, noon)[0].State; (got == Good) != (text == "signed\r\n") {
			t.Errorf("binary %q: %s", text, got)
		}
	}
}

// TestForgedStates are signatures that no program makes by itself.
func TestForgedStates(t *testing.T) {
	day := uint32(24 * 3600)
	for name, c := range map[string]struct {
		change func(*packet.Signature)
		want   State
	}{
		"plain":            {nil, Good},
		"from the future":  {func(s *packet.Signature) { s.CreationTime = noon.Add(48 * time.Hour) }, ExpiredKey},
		"fast clock":       {func(s *packet.Signature) { s.CreationTime = noon.Add(20 * time.Minute) }, Good},
		"older than key":   {func(s *packet.Signature) { s.CreationTime = born.Add(-time.Hour) }, Bad},
		"its time is over": {func(s *packet.Signature) { s.CreationTime, s.SigLifetimeSecs = noon.AddDate(0, 0, -3), &day }, ExpiredKey},
		"a certification":  {func(s *packet.Signature) { s.SigType = packet.SigTypeGenericCert }, Bad},
		"a revocation":     {func(s *packet.Signature) { s.SigType = packet.SigTypeKeyRevocation }, Bad},
		"standalone":       {func(s *packet.Signature) { s.SigType = 2 }, Bad},
		"SHA-1":            {func(s *packet.Signature) { s.Hash = crypto.SHA1 }, Weak},
		"for others": {func(s *packet.Signature) {
			s.IntendedRecipients = []*packet.Recipient{{KeyVersion: 4, Fingerprint: make([]byte, 20)}}
		}, Good},
		"unknown critical": {func(s *packet.Signature) {
			s.Notations = []*packet.Notation{{Name: "x@example.org", Value: []byte("1"), IsCritical: true}}
		}, Bad},
		"unknown": {func(s *packet.Signature) {
			s.Notations = []*packet.Notation{{Name: "x@example.org", Value: []byte("1")}}
		}, Good},
	} {
		for _, who := range []string{"alice", "grace"} {
			k := load(t, who)
			if k.entity.PrimaryKey.Version == 6 && name == "SHA-1" {
				continue // version 6 has no SHA-1
			}
			got := one(t, made(t, k, signedText, c.change), ring{k.Public()})
			if got.State != c.want {
				t.Errorf("%s by %s: %s, want %s", name, who, got.State, c.want)
			}
			if got.Elsewhere != (name == "for others") {
				t.Errorf("%s by %s: elsewhere %v", name, who, got.Elsewhere)
			}
		}
	}
}

// TestAbolishedHashes: the library does not even parse them.
func TestAbolishedHashes(t *testing.T) {
	k := load(t, "alice")
	raw := made(t, k, signedText, nil)
	env := bytes.Clone(raw)
	for hash, want := range map[byte]State{1: Weak, 3: Weak, 99: Bad} {
		env[2+3] = hash // version, type, algorithm, hash
		if got := one(t, env, ring{k}); got.State != want {
			t.Errorf("hash %d: %s, want %s", hash, got.State, want)
		}
	}
}

// TestSubkeyOfATime: a subkey signs as long as it lives, and not when it was
// not made for it.
func TestSubkeyOfATime(t *testing.T) {
	k := must[*Key](t)(load(t, "alice").copy())
	cfg := config(born)
	cfg.Algorithm, cfg.Curve, cfg.KeyLifetimeSecs = packet.PubKeyAlgoEdDSA, packet.Curve25519, 30*24*3600
	if err := k.entity.AddSigningSubkey(cfg); err != nil {
		t.Fatal(err)
	}
	k = must[*Key](t)(k.copy())
	sub := k.entity.Subkeys[len(k.entity.Subkeys)-1]
	for day, want := range map[int]State{0: Good, 29: Good, 31: ExpiredKey} {
		by := &Key{entity: &pgp.Entity{PrimaryKey: sub.PublicKey, PrivateKey: sub.PrivateKey}}
		sig := made(t, by, signedText, func(s *packet.Signature) { s.CreationTime = born.AddDate(0, 0, day) })
		if got := one(t, sig, ring{k}); got.State != want {
			t.Errorf("day %d: %s, want %s", day, got.State, want)
		}
	}
}

// TestEachSignatureForItself: three signers of one text, one of them unknown
// and one who signed something else.
func TestEachSignatureForItself(t *testing.T) {
	a, b, m := load(t, "alice"), load(t, "bob"), load(t, "mallory")
	all := made(t, a, signedText, nil)
	all = append(all, made(t, m, signedText, nil)...)
	all = append(all, made(t, b, []byte("another text"), nil)...)
	all = append(all, file(t, "frank.sig")[:0]...)
	want := []State{Good, UnknownKey, Bad}
	for i, s := range Verify(signedText, all, ring{a, b}, noon) {
		if s.State != want[i] {
			t.Errorf("%d: %s, want %s", i, s.State, want[i])
		}
	}
	armored := must[[]byte](t)(enarmor(blockSignature, all, true))
	if got := Verify(signedText, append(armored, armored...), ring{a, b}, noon); len(got) != 6 {
		t.Errorf("%d signatures in two blocks", len(got))
	}
}

func TestTooManySignatures(t *testing.T) {
	a := load(t, "alice")
	got := Verify(signedText, bytes.Repeat(made(t, a, signedText, nil), 500), ring{a}, noon)
	if len(got) != 500 || got[maxSignatures-1].State != Good || got[maxSignatures].State != Bad {
		t.Errorf("%d signatures, %v", len(got), got[maxSignatures])
	}
}

func TestNotASignature(t *testing.T) {
	a := load(t, "alice")
	for name, raw := range map[string]string{
		"nothing": "", "text": "hello",
		"broken":   "-----BEGIN PGP SIGNATURE-----\n\niHUE\n-----END PGP SIGNATURE-----\n",
		"no block": "-----BEGIN PGP SIGNATURE-----\n", "a message": string(literal(t, "x")),
	} {
		for _, s := range Verify(signedText, []byte(raw), ring{a}, noon) {
			if s.State != Bad {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

// TestSameKeyID: a stranger's certificate with the key ID of the signer, given
// first, must not hide the right one; nor may it take the signature for its
// own by holding the signer's key as a subkey.
func TestSameKeyID(t *testing.T) {
	a, m := load(t, "alice"), load(t, "mallory")
	thief := must[*Key](t)(m.copy())
	stolen := *a.entity.PrimaryKey
	stolen.IsSubkey = true
	bind := &packet.Signature{
		Version: 4, SigType: packet.SigTypeSubkeyBinding, PubKeyAlgo: m.entity.PrimaryKey.PubKeyAlgo,
		Hash: crypto.SHA512, CreationTime: born, IssuerKeyId: &m.entity.PrimaryKey.KeyId, FlagsValid: true, FlagEncryptStorage: true,
	}
	if err := bind.SignKey(&stolen, m.entity.PrivateKey, config(noon)); err != nil {
		t.Fatal(err)
	}
	thief.entity.Subkeys = append(thief.entity.Subkeys, pgp.Subkey{Primary: thief.entity, PublicKey: &stolen, Bindings: []*packet.VerifiableSignature{known(bind, true)}})
	thief = must[*Key](t)(thief.Public().copy())
	if thief.subkey(a.entity.PrimaryKey.KeyId) == nil {
		t.Fatal("the thief did not get the subkey")
	}
	sig := made(t, a, signedText, nil)
	if got := one(t, sig, ring{thief, a}); got.State != Good || got.Key != a {
		t.Errorf("with the thief's first: %+v", got)
	}
	if got := one(t, sig, ring{thief}); got.State != Bad || got.Key != nil {
		t.Errorf("with the thief's only: %+v", got)
	}
	twin := must[*Key](t)(m.Public().copy())
	twin.entity.PrimaryKey.KeyId = a.entity.PrimaryKey.KeyId
	if got := one(t, sig, ring{twin, a}); got.State != Good || got.Key != a {
		t.Errorf("with a twin first: %+v", got)
	}
}

// TestPassedOn: Mallory opens what Alice wrote her and seals it to Bob.
func TestPassedOn(t *testing.T) {
	a, b, m := load(t, "alice"), load(t, "bob"), load(t, "mallory")
	env := must[*envelope](t)(readEnvelope(must[[]byte](t)(Seal([]byte("I love you"), SealOptions{To: []*Key{m}, Signer: a, Now: noon}))))
	first := &trial{envelope: env, now: noon}
	if err := first.withKeys(ring{m}); err != nil {
		t.Fatal(err)
	}
	o, err := Open(sealPackets(t, b, first.plain, false), ring{a.Public(), b}, noon)
	if err != nil || len(o.Signatures) != 1 {
		t.Fatal(err)
	}
	if s := o.Signatures[0]; s.State != Good || !s.Elsewhere {
		t.Errorf("%+v", s)
	}
}

// TestHashOfOwnSignatures: the library signs with SHA-256 when asked for SHA-1, and
// what this package signs says its hash as it is.
func TestHashOfOwnSignatures(t *testing.T) {
	for _, who := range []string{"alice", "grace", "heidi", "frank"} {
		k := load(t, who)
		asc, micalg, err := Sign(signedText, k, noon)
		if err != nil || micalg != "pgp-sha512" {
			t.Fatalf("%s: %s, %v", who, micalg, err)
		}
		if crc := strings.Contains(string(asc), "\n="); crc != (k.entity.PrimaryKey.Version == 4) {
			t.Errorf("%s: checksum %v", who, crc)
		}
		if got := one(t, asc, ring{k}); got.State != Good {
			t.Errorf("%s: %s", who, got.State)
		}
	}
	cfg := config(noon)
	cfg.DefaultHash = crypto.SHA1
	var out bytes.Buffer
	k := load(t, "frank")
	if err := pgp.DetachSign(&out, []*pgp.Entity{k.entity}, bytes.NewReader(signedText), cfg); err != nil {
		t.Fatal(err)
	}
	p, err := packet.Read(&out)
	if sig, ok := p.(*packet.Signature); err != nil || !ok || sig.Hash == crypto.SHA1 {
		t.Errorf("%v %v", p, err)
	}
}
