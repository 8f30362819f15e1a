package openpgp

import (
	"bytes"
	"crypto"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// TestOneKeyForMany: the library notes in a certificate what it has checked;
// with the race detector this test shows that it has nothing left to note.
func TestOneKeyForMany(t *testing.T) {
	for _, name := range []string{"alice", "grace", "frank", "carol"} {
		k := load(t, name)
		pub := k.Public()
		var wg sync.WaitGroup
		for i := range 2 * runtime.NumCPU() {
			wg.Go(func() {
				at := time.Date(2024, 2, 1+i, 0, 0, 0, 0, time.UTC) // each at another time
				sealed, err := Seal(signedText, SealOptions{To: []*Key{pub}, Signer: k, Now: at})
				if err != nil {
					t.Error(err)
					return
				}
				if o, err := Open(sealed, ring{k}, at); err != nil || o.Signatures[0].State != Good {
					t.Errorf("%+v, %v", o, err)
				}
				useKey(k, at)
			})
		}
		wg.Wait()
	}
}

func useKey(k *Key, at time.Time) {
	_ = k.Status(at)
	_ = k.Status(at.AddDate(10, 0, 0))
	_ = k.Addresses()
	_, _ = k.Minimal("")
	_, _ = k.Merge(k)
	_, _ = k.Armor()
	_ = k.CertifiedBy(k, "")
	_, _ = k.Extend(at, time.Hour)
}

// flooded is alice's certificate with many signatures on her user ID, by a
// stranger or such as claim to be her own.
func flooded(t *testing.T, count int, claimed bool) []byte {
	t.Helper()
	a, m := load(t, "alice"), load(t, "mallory")
	e := a.Public().entity
	issuer := m.entity.PrimaryKey
	if claimed {
		issuer = e.PrimaryKey
	}
	var forged bytes.Buffer
	for _, id := range e.Identities {
		sig := &packet.Signature{
			Version: 4, SigType: packet.SigTypeGenericCert, Hash: crypto.SHA512, PubKeyAlgo: issuer.PubKeyAlgo,
			CreationTime: noon, IssuerKeyId: &issuer.KeyId, IssuerFingerprint: issuer.Fingerprint,
		}
		signer := *m.entity.PrivateKey
		signer.PublicKey = *issuer
		if err := sig.SignUserId(id.Name, e.PrimaryKey, &signer, config(noon)); err != nil {
			t.Fatal(err)
		}
		if err := sig.Serialize(&forged); err != nil {
			t.Fatal(err)
		}
	}
	var out []byte
	after := false
	raw := must[[]byte](t)(a.Public().Bytes())
	if err := eachPacket(raw, func(op *packet.OpaquePacket) error {
		out = append(out, put(t, op.Tag, op.Contents)...)
		if after {
			out = append(out, bytes.Repeat(forged.Bytes(), count)...)
		}
		after = op.Tag == 13
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFloodedKey: a key that strangers signed a hundred thousand times costs
// next to nothing, and one with as many as fit stays usable.
func TestFloodedKey(t *testing.T) {
	for _, c := range []struct {
		name    string
		count   int
		claimed bool
		want    error
	}{
		{"a hundred thousand", 100_000, false, ErrTooLarge},
		{"as many as fit", 5_000, false, nil},
		{"as many as fit, claimed", 5_000, true, ErrKey},
		{"some, claimed", 100, true, nil},
	} {
		raw := flooded(t, c.count, c.claimed)
		start := time.Now()
		keys, err := Parse(raw)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: %v", c.name, took)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %d keys in %d bytes, %v, want %v", c.name, len(keys), len(raw), err, c.want)
		}
		if c.want == nil && err == nil && (!keys[0].Status(noon).CanSeal || !slices.Equal(keys[0].Addresses(), []string{"alice@example.org"})) {
			t.Errorf("%s: not usable", c.name)
		}
		if err == nil {
			if small := must[[]byte](t)(keys[0].Bytes()); len(small) > 64<<10 {
				t.Errorf("%s: %d bytes are kept", c.name, len(small))
			}
		}
	}
}

// TestParseTakesWhatItCan: a broken key takes no other with it.
func TestParseTakesWhatItCan(t *testing.T) {
	a, b, g := load(t, "alice").Public(), load(t, "bob").Public(), load(t, "grace").Public()
	ra, rb, rg := must[[]byte](t)(a.Bytes()), must[[]byte](t)(b.Bytes()), must[[]byte](t)(g.Bytes())
	broken := put(t, tagPublicKey, []byte{4, 0, 0, 0, 0, 99, 1, 2, 3})
	asc := append(must[[]byte](t)(a.Armor()), must[[]byte](t)(b.Armor())...)
	for name, c := range map[string]struct {
		raw  []byte
		want int
	}{
		"three":           {slices.Concat(ra, rb, rg), 3},
		"one broken":      {slices.Concat(ra, broken, rg), 2},
		"garbage first":   {slices.Concat(literal(t, "x"), ra), 1},
		"armored":         {asc, 2},
		"in a text":       {slices.Concat([]byte("My keys:\n"), asc, []byte("Bye\n")), 2},
		"only broken":     {broken, 0},
		"cut":             {ra[:len(ra)/2], 0},
		"not a key":       {literal(t, "x"), 0},
		"nothing":         {nil, 0},
		"a key and a cut": {slices.Concat(ra, rb[:60]), 1},
	} {
		keys, err := Parse(c.raw)
		if len(keys) != c.want || (err != nil) != (c.want == 0) || err != nil && !errors.Is(err, ErrKey) {
			t.Errorf("%s: %d keys, %v, want %d", name, len(keys), err, c.want)
		}
	}
}

// TestManyBlocks: a text of nothing but beginnings costs little.
func TestManyBlocks(t *testing.T) {
	many := bytes.Repeat(must[[]byte](t)(load(t, "alice").Public().Armor()), 100)
	if keys, err := Parse(many); err != nil || len(keys) != maxBlocks {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

// Opening is compared with the library alone, both in one run.

func mail100K(b *testing.B) (*Key, []byte) {
	a := load(b, "alice")
	text := bytes.Repeat([]byte("Some words of a long mail, again and again. \r\n"), 100<<10/46)
	sealed, err := Seal(text, SealOptions{To: []*Key{load(b, "frank").Public(), a}, Signer: a, Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	return a, sealed
}

func BenchmarkOpen(b *testing.B) {
	a, sealed := mail100K(b)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(sealed, ring{a}, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			block, err := armor.Decode(bytes.NewReader(sealed))
			if err != nil {
				b.Fatal(err)
			}
			md, err := pgp.ReadMessage(block.Body, pgp.EntityList{a.entity}, nil, config(noon))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(md.UnverifiedBody); err != nil || md.SignatureError != nil {
				b.Fatal(err, md.SignatureError)
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	for _, raw := range sealedSamples(f) {
		f.Add(raw)
	}
	a, g := load(f, "alice"), load(f, "grace")
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := Open(raw, ring{a, g}, noon)
		if err != nil && (o.Plain != nil || o.Signatures != nil) {
			t.Errorf("given with %v", err)
		}
		_, _ = OpenWith(raw, []byte("x"), noon)
		_, _ = readContent(raw, 1<<20)
	})
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("x"))
	for _, name := range []string{"frank.sig", "critical.sig", "inline.asc"} {
		f.Add(file(f, name))
	}
	keys := ring{load(f, "frank"), load(f, "grace")}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, s := range Verify([]byte("never signed"), raw, keys, noon) {
			if s.State == Good {
				t.Error("good signature of a text nobody signed")
			}
		}
		_, _, _ = VerifyInline(raw, keys, noon)
	})
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"alice", "grace", "frank", "dave-compromised"} {
		f.Add(file(f, name+".asc"))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		keys, err := Parse(raw)
		if err != nil {
			return
		}
		for _, k := range keys {
			useKey(k, noon)
			if _, err := k.Bytes(); err != nil {
				t.Error(err)
			}
		}
	})
}
