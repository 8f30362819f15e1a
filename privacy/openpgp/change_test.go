package openpgp

import (
	"bytes"
	"crypto"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

var everyKey = []string{"alice", "grace", "heidi", "frank", "ivan"}

func TestExtend(t *testing.T) {
	for _, name := range everyKey {
		k := load(t, name)
		year := must[*Key](t)(k.Extend(noon, 365*24*time.Hour))
		want := noon.Add(365 * 24 * time.Hour)
		if got := year.Status(noon).Expires; got.Sub(want).Abs() > time.Second {
			t.Errorf("%s expires %v, want %v", name, got, want)
		}
		if s := year.Status(want.Add(time.Hour)); !s.Expired || s.CanSeal || s.CanSign {
			t.Errorf("%s after its end: %+v", name, s)
		}
		again := must[*Key](t)(year.Extend(noon.Add(time.Hour), 0))
		if s := again.Status(want.Add(time.Hour)); s.Expired || !s.CanSeal || !s.CanSign || !s.Expires.IsZero() {
			t.Errorf("%s for ever: %+v", name, s)
		}
		if !k.Status(noon).Expires.IsZero() {
			t.Errorf("%s: the old key was changed", name)
		}
	}
	carol := must[*Key](t)(load(t, "carol").Extend(noon, time.Hour))
	if s := carol.Status(noon.Add(time.Minute)); s.Expired || !s.CanSeal || !s.CanSign {
		t.Errorf("an expired key that was extended: %+v", s)
	}
}

// TestExtendKeepsOldSignatures: of an extended key Autocrypt sends only the
// last self-signature, which is younger than the mails that were signed.
func TestExtendKeepsOldSignatures(t *testing.T) {
	for _, name := range []string{"alice", "grace"} {
		k := load(t, name)
		sig := made(t, k, signedText, func(s *packet.Signature) { s.CreationTime = noon.AddDate(0, -6, 0) })
		k = must[*Key](t)(k.Extend(noon.Add(-time.Hour), 1000*time.Hour))
		small := must[[]*Key](t)(Parse(must[[]byte](t)(k.Minimal(""))))[0]
		if got := one(t, sig, ring{small}); got.State != Good {
			t.Errorf("%s: %s", name, got.State)
		}
	}
}

func TestAddSubkey(t *testing.T) {
	for _, name := range everyKey {
		k := load(t, name)
		more := must[*Key](t)(k.AddSubkey(noon.Add(-time.Hour)))
		sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{more.Public()}, Now: noon}))
		readers, _, err := Recipients(sealed)
		if err != nil || len(readers) != 1 || k.subkey(readers[0]) != nil || more.subkey(readers[0]) == nil {
			t.Errorf("%s: sealed to %x, %v", name, readers, err)
		}
		if o, err := Open(sealed, ring{more}, noon); err != nil || o.Quantum != (name == "heidi") {
			t.Errorf("%s: %v", name, err)
		}
		before := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{k.Public()}, Now: noon}))
		if _, err := Open(before, ring{more}, noon); err != nil {
			t.Errorf("%s: what was sealed before: %v", name, err)
		}
	}
}

func TestRevoke(t *testing.T) {
	for reason, past := range map[string]State{"retired": Good, "superseded": Good, "compromised": ExpiredKey, "": ExpiredKey} {
		for _, name := range []string{"alice", "grace"} {
			k := load(t, name)
			sig := made(t, k, signedText, func(s *packet.Signature) { s.CreationTime = noon.AddDate(0, 0, -2) })
			k = must[*Key](t)(k.Revoke(noon.AddDate(0, 0, -1), reason))
			if s := k.Status(noon); !s.Revoked || s.CanSeal || s.CanSign {
				t.Errorf("%s %q: %+v", name, reason, s)
			}
			if got := one(t, sig, ring{k}); got.State != past {
				t.Errorf("%s %q: signed before: %s, want %s", name, reason, got.State, past)
			}
			if got := one(t, made(t, k, signedText, nil), ring{k}); got.State != ExpiredKey {
				t.Errorf("%s %q: signed after: %s", name, reason, got.State)
			}
		}
	}
}

func TestChangesNeedTheSecretKey(t *testing.T) {
	a := load(t, "alice")
	for k, want := range map[*Key]error{a.Public(): ErrKey, must[*Key](t)(a.Lock([]byte("x"))): ErrLocked} {
		_, extend := k.Extend(noon, time.Hour)
		_, revoke := k.Revoke(noon, "retired")
		_, add := k.AddSubkey(noon)
		for what, err := range map[string]error{"extend": extend, "revoke": revoke, "add": add} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
	}
}

// TestMerge: what each copy has is there afterwards, in whatever order they
// come, and an old copy takes nothing back.
func TestMerge(t *testing.T) {
	for _, name := range []string{"alice", "grace"} {
		k := load(t, name)
		extended := must[*Key](t)(k.Extend(noon.Add(-2*time.Hour), 48*time.Hour))
		grown := must[*Key](t)(extended.AddSubkey(noon.Add(-time.Hour)))
		revoked := must[*Key](t)(k.Revoke(noon.Add(-time.Hour), "retired"))
		for _, order := range [][]*Key{{k, grown, revoked}, {revoked, grown, k}, {grown, k, revoked}, {k, revoked, k, grown, k}} {
			got := order[0]
			for _, other := range order[1:] {
				got = must[*Key](t)(got.Merge(other.Public()))
			}
			s := got.Status(noon)
			if !s.Revoked || s.Expires.IsZero() || len(got.entity.Subkeys) != 2 || !got.Secret() {
				t.Errorf("%s: %+v, %d subkeys, secret %v", name, s, len(got.entity.Subkeys), got.Secret())
			}
			again := must[*Key](t)(got.Merge(grown))
			if x, y := must[[]byte](t)(again.Public().Bytes()), must[[]byte](t)(got.Public().Bytes()); !bytes.Equal(x, y) {
				t.Errorf("%s: merging once more changes it", name)
			}
		}
	}
	if _, err := load(t, "alice").Merge(load(t, "bob")); !errors.Is(err, ErrKey) {
		t.Errorf("different keys: %v", err)
	}
	if k := must[*Key](t)(load(t, "alice").Public().Merge(load(t, "alice"))); k.Secret() {
		t.Error("a certificate became a secret key")
	}
}

// TestMergeStaysLocked: an unlocked copy adds no unlocked subkey to a locked
// key, whose file would then hold a secret in the clear.
func TestMergeStaysLocked(t *testing.T) {
	a := load(t, "alice")
	grown := must[*Key](t)(a.AddSubkey(noon.Add(-time.Hour)))
	locked := must[*Key](t)(a.Lock([]byte("secret")))
	got := must[*Key](t)(locked.Merge(grown))
	if len(got.entity.Subkeys) != 2 || got.entity.Subkeys[1].PrivateKey != nil {
		t.Errorf("%d subkeys, secret %v", len(got.entity.Subkeys), got.entity.Subkeys[1].PrivateKey)
	}
	both := must[*Key](t)(locked.Merge(must[*Key](t)(grown.Lock([]byte("secret")))))
	if k := must[*Key](t)(both.Unlock([]byte("secret"))); len(k.secrets()) != 3 {
		t.Errorf("%d secret parts after merging two locked keys", len(k.secrets()))
	}
}

// TestFirstEndCounts: a version 4 key may name an end in a direct signature
// besides those on its user IDs.
func TestFirstEndCounts(t *testing.T) {
	k := must[*Key](t)(load(t, "alice").copy())
	life := uint32(30 * 24 * 3600)
	sig := &packet.Signature{
		Version: 4, SigType: packet.SigTypeDirectSignature, Hash: crypto.SHA512, PubKeyAlgo: k.entity.PrimaryKey.PubKeyAlgo,
		CreationTime: born, IssuerKeyId: &k.entity.PrimaryKey.KeyId, KeyLifetimeSecs: &life,
	}
	if err := sig.SignDirectKeyBinding(k.entity.PrimaryKey, k.entity.PrivateKey, config(born)); err != nil {
		t.Fatal(err)
	}
	k.entity.DirectSignatures = append(k.entity.DirectSignatures, known(sig, true))
	k = must[*Key](t)(k.copy())
	if s := k.Status(noon); !s.Expired || s.CanSeal || !s.Expires.Equal(born.AddDate(0, 0, 30)) {
		t.Errorf("%+v", s)
	}
	if got := one(t, made(t, k, signedText, nil), ring{k}); got.State != ExpiredKey {
		t.Errorf("signed after it: %s", got.State)
	}
}

func TestMinimal(t *testing.T) {
	for _, name := range []string{"alice", "frank", "grace"} {
		k := load(t, name)
		if name == "frank" {
			k = must[*Key](t)(k.AddSubkey(noon.Add(-time.Hour)))
		}
		raw := must[[]byte](t)(k.Minimal(name + "@example.org"))
		tags := tags(t, raw)
		if name == "grace" {
			tags = slices.Delete(tags, 1, 2) // version 6 has a direct signature
		}
		if !slices.Equal(tags, []uint8{6, 13, 2, 14, 2}) {
			t.Errorf("%s: packets %v", name, tags)
		}
		small := must[[]*Key](t)(Parse(raw))[0]
		if s := small.Status(noon); small.Secret() || !s.CanSeal || !slices.Equal(small.Addresses(), []string{name + "@example.org"}) {
			t.Errorf("%s: %+v %v", name, s, small.Addresses())
		}
	}
	if _, err := load(t, "dave-compromised").Minimal(""); !errors.Is(err, ErrKey) {
		t.Errorf("revoked: %v", err)
	}
}

// certified is k with a certification by another key.
func certified(t *testing.T, k, by *Key, kind packet.SignatureType, change func(*packet.Signature)) *Key {
	t.Helper()
	c := must[*Key](t)(k.copy())
	id := c.identities()[0]
	pk := by.entity.PrimaryKey
	sig := &packet.Signature{
		Version: pk.Version, SigType: kind, Hash: crypto.SHA512, PubKeyAlgo: pk.PubKeyAlgo,
		CreationTime: noon.Add(-time.Hour), IssuerKeyId: &pk.KeyId, IssuerFingerprint: pk.Fingerprint,
	}
	if change != nil {
		change(sig)
	}
	cfg := config(noon)
	cfg.NonDeterministicSignaturesViaNotation = packet.BoolPointer(false)
	var err error
	if kind == packet.SigTypeDirectSignature {
		err = sig.SignDirectKeyBinding(c.entity.PrimaryKey, by.entity.PrivateKey, cfg)
		c.entity.DirectSignatures = append(c.entity.DirectSignatures, known(sig, false))
	} else {
		err = sig.SignUserId(id.Name, c.entity.PrimaryKey, by.entity.PrivateKey, cfg)
		id.OtherCertifications = append(id.OtherCertifications, known(sig, false))
	}
	if err != nil {
		t.Fatal(err)
	}
	return must[*Key](t)(c.copy())
}

func TestCertifiedBy(t *testing.T) {
	a, b, m := load(t, "alice"), load(t, "bob"), load(t, "mallory")
	cert := certified(t, a, b, packet.SigTypeGenericCert, nil)
	direct := certified(t, a, b, packet.SigTypeDirectSignature, nil)
	later := func(s *packet.Signature) { s.CreationTime = noon }
	for _, c := range []struct {
		name    string
		k, by   *Key
		address string
		want    bool
	}{
		{"certified", cert, b, "Alice@example.org", true},
		{"merged", must[*Key](t)(a.Public().Merge(cert)), b, "alice@example.org", true},
		{"for another address", cert, b, "boss@example.org", false},
		{"for none", cert, b, "", false},
		{"by another", cert, m, "alice@example.org", false},
		{"not at all", a, b, "alice@example.org", false},
		{"by itself", a, a, "alice@example.org", false},
		{"directly", direct, b, "", true},
		{"directly by another", direct, m, "", false},
		{"taken back", certified(t, cert, b, packet.SigTypeCertificationRevocation, later), b, "alice@example.org", false},
		{"with SHA-1", certified(t, a, b, packet.SigTypeGenericCert, func(s *packet.Signature) { s.Hash = crypto.SHA1 }), b, "alice@example.org", false},
		{"by a revoked key", cert, must[*Key](t)(b.Revoke(noon, "compromised")), "alice@example.org", false},
		{"claimed", certified(t, a, m, packet.SigTypeGenericCert, func(s *packet.Signature) { s.IssuerKeyId = &b.entity.PrimaryKey.KeyId }), b, "alice@example.org", false},
	} {
		if got := c.k.CertifiedBy(c.by, c.address); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
