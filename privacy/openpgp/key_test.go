package openpgp

import (
	"bytes"
	"crypto"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"pgregory.net/rapid"
)

func tags(t testing.TB, raw []byte) []uint8 {
	t.Helper()
	var out []uint8
	if err := eachPacket(raw, func(op *packet.OpaquePacket) error { out = append(out, op.Tag); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGenerate(t *testing.T) {
	for p, want := range map[Profile]struct {
		algorithm string
		tags      []uint8
		size      int
		quantum   bool
	}{
		Compatible: {"ed25519", []uint8{6, 13, 2, 14, 2}, 570, false},
		Modern:     {"ed25519", []uint8{6, 2, 13, 2, 14, 2}, 640, false},
		Quantum:    {"ml-dsa-65+ed25519", []uint8{6, 2, 13, 2, 14, 2}, 13700, true},
	} {
		k := must[*Key](t)(Generate("Nora (at) <home>", "Nora@Example.org", p, noon))
		raw := must[[]byte](t)(k.Public().Bytes())
		if got := tags(t, raw); !slices.Equal(got, want.tags) || len(raw) > want.size || len(raw) < want.size-40 {
			t.Errorf("%s: packets %v in %d bytes", p, got, len(raw))
		}
		if k.Algorithm() != want.algorithm || !slices.Equal(k.Addresses(), []string{"nora@example.org"}) {
			t.Errorf("%s: %s %v", p, k.Algorithm(), k.Addresses())
		}
		if s := k.Status(noon); !s.AEAD || !s.CanSeal || !s.CanSign || s.Expired || s.Revoked || s.Weak ||
			s.Quantum != want.quantum || !s.Created.Equal(noon) || !s.Expires.IsZero() {
			t.Errorf("%s: %+v", p, s)
		}
		if !k.Secret() || k.Locked() || k.Public().Secret() {
			t.Errorf("%s: secret %v", p, k.Secret())
		}
	}
	for _, bad := range []string{"", "nora", "a@b <c@d>", "a\n@example.org", "<a@example.org>"} {
		if _, err := Generate("x", bad, Compatible, noon); !errors.Is(err, ErrKey) {
			t.Errorf("address %q: %v", bad, err)
		}
	}
}

func TestAddressOfUserID(t *testing.T) {
	for uid, want := range map[string]string{
		"Eve <eve@example.org>":                     "eve@example.org",
		"Eve Example (work) <Eve@Example.ORG>":      "eve@example.org",
		"eve@example.org":                           "eve@example.org",
		"<eve@example.org>":                         "eve@example.org",
		"manager@example.com <eve@example.org>":     "eve@example.org",
		"é <élodie@exämple.org>":                    "élodie@exämple.org",
		"eve@localhost":                             "eve@localhost",
		"Eve <eve@example.org> ":                    "eve@example.org",
		"Eve <eve+tag@example.org>":                 "eve+tag@example.org",
		"<manager@example.com> <eve@example.org>":   "",
		"Eve <eve@example.org> manager@example.com": "",
		"<manager@example.com> Eve":                 "",
		"eve@example.org, manager@example.com":      "",
		"eve@example.org manager@example.com":       "",
		"Eve <eve@example.org\n>":                   "",
		"Eve\n<eve@example.org>":                    "",
		"Eve <manager@example.com%0A@example.org>":  "",
		"Eve <eve%40example.com@example.org>":       "",
		"Eve <eve@example.org@example.com>":         "",
		"Eve <\"eve\"@example.org>":                 "",
		"Eve <eve@example..org>":                    "",
		"Eve <.eve@example.org>":                    "",
		"Eve <eve@[192.0.2.1]>":                     "",
		"Eve <eve@>":                                "",
		"Eve <eve@example.org>>":                    "",
		"Eve <<eve@example.org>":                    "",
		"Eve <eve\u202e@example.org>":               "",
		"Eve <eve\u200b@example.org>":               "",
		"Eve <eve\x00@example.org>":                 "",
		"Eve <eve@example.org\xff>":                 "",
		"Eve <mailto:eve@example.org>":              "",
		"Eve":                                       "",
		"":                                          "",
	} {
		if got := address(uid); got != want {
			t.Errorf("address(%q) = %q, want %q", uid, got, want)
		}
	}
}

// TestAddressIsOne: whatever a user ID says, it names one plain address.
func TestAddressIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uid := rapid.StringMatching(`[a-z<>@ ,%\n."é]{0,30}`).Draw(t, "uid")
		if a := address(uid); a != "" && (strings.Count(a, "@") != 1 || strings.ContainsAny(a, "<> ,%\n\"") || !strings.Contains(strings.ToLower(uid), a)) {
			t.Fatalf("address(%q) = %q", uid, a)
		}
	})
}

func TestStatus(t *testing.T) {
	for name, want := range map[string]Status{
		"alice":            {CanSeal: true, CanSign: true, AEAD: true},
		"grace":            {CanSeal: true, CanSign: true, AEAD: true},
		"heidi":            {CanSeal: true, CanSign: true, AEAD: true, Quantum: true},
		"frank":            {CanSeal: true, CanSign: true},
		"carol":            {Expired: true},
		"dave-unrevoked":   {CanSeal: true, CanSign: true},
		"dave-compromised": {Revoked: true},
		"eve":              {Weak: true},
	} {
		s := load(t, name).Status(noon)
		if s.Created.IsZero() || s.Expires.IsZero() == (name == "carol") {
			t.Errorf("%s: created %v, expires %v", name, s.Created, s.Expires)
		}
		s.Created, s.Expires = time.Time{}, time.Time{}
		if s != want {
			t.Errorf("%s: %+v, want %+v", name, s, want)
		}
	}
	if s := load(t, "carol").Status(time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)); s.Expired || !s.CanSeal || !s.CanSign {
		t.Errorf("carol in her year: %+v", s)
	}
}

func TestLockAndUnlock(t *testing.T) {
	for _, name := range []string{"alice", "grace", "heidi", "frank"} {
		k := load(t, name)
		locked := must[*Key](t)(k.Lock([]byte("Passphrase é")))
		again := must[[]*Key](t)(Parse(must[[]byte](t)(locked.Armor())))[0]
		if !again.Locked() || !again.Secret() || k.Locked() {
			t.Errorf("%s: not locked", name)
		}
		if _, err := again.Unlock([]byte("wrong")); !errors.Is(err, ErrPhrase) {
			t.Errorf("%s: wrong passphrase: %v", name, err)
		}
		open := must[*Key](t)(again.Unlock([]byte("Passphrase é")))
		if open.Locked() || !again.Locked() {
			t.Errorf("%s: unlocked %v, the locked one %v", name, !open.Locked(), again.Locked())
		}
		if !bytes.Equal(must[[]byte](t)(open.Bytes()), must[[]byte](t)(k.Bytes())) {
			t.Errorf("%s: not the same key as before", name)
		}
		if _, err := again.Lock([]byte("x")); !errors.Is(err, ErrKey) {
			t.Errorf("%s: locked twice: %v", name, err)
		}
	}
	if _, err := load(t, "alice").Public().Lock([]byte("x")); !errors.Is(err, ErrKey) {
		t.Errorf("public key locked: %v", err)
	}
	if _, err := load(t, "alice").Lock(nil); !errors.Is(err, ErrKey) {
		t.Errorf("locked without passphrase: %v", err)
	}
}

// TestUserIDsThatCount: revoked ones and such as others signed do not.
func TestUserIDsThatCount(t *testing.T) {
	a, m := must[*Key](t)(load(t, "alice").copy()), load(t, "mallory")
	cfg := config(born.AddDate(0, 1, 0))
	if err := a.entity.AddUserId("Alice", "", "old@example.org", cfg); err != nil {
		t.Fatal(err)
	}
	revoke := &packet.Signature{
		Version: 4, SigType: packet.SigTypeCertificationRevocation, Hash: crypto.SHA512,
		PubKeyAlgo: a.entity.PrimaryKey.PubKeyAlgo, CreationTime: noon, IssuerKeyId: &a.entity.PrimaryKey.KeyId,
	}
	old := a.entity.Identities["Alice <old@example.org>"]
	if err := revoke.SignUserId(old.Name, a.entity.PrimaryKey, a.entity.PrivateKey, cfg); err != nil {
		t.Fatal(err)
	}
	if got := must[*Key](t)(a.copy()).Addresses(); !slices.Equal(got, []string{"old@example.org", "alice@example.org"}) &&
		!slices.Equal(got, []string{"alice@example.org", "old@example.org"}) {
		t.Errorf("before: %v", got)
	}
	old.Revocations = append(old.Revocations, packet.NewVerifiableSig(revoke))
	forged := packet.NewUserId("Boss", "", "boss@example.org")
	claim := &packet.Signature{
		Version: 4, SigType: packet.SigTypePositiveCert, Hash: crypto.SHA512,
		PubKeyAlgo: m.entity.PrimaryKey.PubKeyAlgo, CreationTime: noon, IssuerKeyId: &a.entity.PrimaryKey.KeyId,
	}
	if err := claim.SignUserId(forged.Id, a.entity.PrimaryKey, m.entity.PrivateKey, cfg); err != nil {
		t.Fatal(err)
	}
	claim.IssuerKeyId = &a.entity.PrimaryKey.KeyId
	a.entity.Identities[forged.Id] = &pgp.Identity{
		Primary: a.entity, Name: forged.Id, UserId: forged,
		SelfCertifications: []*packet.VerifiableSignature{packet.NewVerifiableSig(claim)},
	}
	if got := must[*Key](t)(a.copy()).Addresses(); !slices.Equal(got, []string{"alice@example.org"}) {
		t.Errorf("after: %v", got)
	}
}
