package openpgp

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

func TestSealedForEveryPairOfProfiles(t *testing.T) {
	names := []string{"alice", "grace", "heidi", "frank"}
	for _, from := range names {
		for _, to := range names {
			a, b := load(t, from), load(t, to)
			sealed := must[[]byte](t)(Seal([]byte("Ça va ?\r\n"), SealOptions{To: []*Key{b.Public(), a.Public()}, Signer: a, Now: noon}))
			o, err := Open(sealed, ring{b, a.Public()}, noon)
			if err != nil || string(o.Plain) != "Ça va ?\r\n" {
				t.Fatalf("%s to %s: %q, %v", from, to, o.Plain, err)
			}
			if len(o.Signatures) != 1 || o.Signatures[0].State != Good || o.Signatures[0].Elsewhere ||
				o.Signatures[0].Key.Fingerprint() != a.Fingerprint() {
				t.Errorf("%s to %s: signatures %+v", from, to, o.Signatures)
			}
			if aead := from != "frank" && to != "frank"; o.AEAD != aead {
				t.Errorf("%s to %s: AEAD %v, want only when all announce it", from, to, o.AEAD)
			}
			if q := from == "heidi" && to == "heidi"; o.Quantum != q {
				t.Errorf("%s to %s: quantum %v, want only when every reader has such a key", from, to, o.Quantum)
			}
			crc := bytes.Contains(sealed, []byte("\n=")) && !bytes.Contains(sealed, []byte("\n=\n"))
			if crc == o.AEAD {
				t.Errorf("%s to %s: checksum %v with AEAD %v", from, to, crc, o.AEAD)
			}
		}
	}
}

func TestUnsignedHasNoSignature(t *testing.T) {
	a := load(t, "alice")
	sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{a}, Now: noon}))
	o, err := Open(sealed, ring{a}, noon)
	if err != nil || len(o.Signatures) != 0 || o.Symmetric || o.Key != a {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestHiddenReaders(t *testing.T) {
	a, b, g := load(t, "alice"), load(t, "bob"), load(t, "grace")
	for _, to := range [][]*Key{{a, b}, {a, b, load(t, "frank")}, {g, b}} {
		sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: to, Signer: a, Hidden: true, Now: noon}))
		o, err := Open(sealed, ring{load(t, "mallory"), a.Public(), b}, noon)
		if err != nil || len(o.Readers) != len(to) || o.Key.Fingerprint() != b.Fingerprint() {
			t.Fatalf("%+v, %v", o, err)
		}
		for _, id := range o.Readers {
			if id != 0 {
				t.Errorf("reader %x is not hidden", id)
			}
		}
		if s := o.Signatures[0]; s.State != Good || s.Elsewhere {
			t.Errorf("the hidden reader sees %+v", s)
		}
	}
}

func TestKeysThatDoNotOpen(t *testing.T) {
	a, b := load(t, "alice"), load(t, "bob")
	locked := must[*Key](t)(b.Lock([]byte("secret")))
	for _, hidden := range []bool{false, true} {
		sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{b}, Hidden: hidden, Now: noon}))
		for _, c := range []struct {
			name string
			keys Keys
			want error
		}{
			{"none", nil, ErrNoKey},
			{"of another", ring{a}, ErrNoKey},
			{"public only", ring{b.Public()}, ErrNoKey},
			{"locked", ring{a, locked}, ErrLocked},
			{"locked and not", ring{locked, b}, nil},
		} {
			o, err := Open(sealed, c.keys, noon)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("%s, hidden %v: %v, want %v", c.name, hidden, err, c.want)
			}
			if err != nil && (o.Plain != nil || o.Name != "" || o.Signatures != nil) {
				t.Errorf("%s: something given with an error: %+v", c.name, o)
			}
		}
	}
}

func TestExpiredAndRevokedKeysStillOpen(t *testing.T) {
	carol, dave := load(t, "carol"), load(t, "dave-compromised")
	at := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{carol, load(t, "dave-unrevoked")}, Now: at}))
	for _, k := range []*Key{carol, dave} {
		if o, err := Open(sealed, ring{k}, noon); err != nil || string(o.Plain) != "x" {
			t.Errorf("%s: %v", k.UserIDs(), err)
		}
	}
	for _, k := range []*Key{carol, dave, load(t, "eve")} {
		if _, err := Seal([]byte("x"), SealOptions{To: []*Key{k}, Now: noon}); !errors.Is(err, ErrKey) {
			t.Errorf("sealed to %s: %v", k.UserIDs(), err)
		}
	}
}

// TestForward: a subkey for ten days counts only when nobody else reads with
// a lasting key.
func TestForward(t *testing.T) {
	short, stored := rotated(t, load(t, "grace"), false), rotated(t, load(t, "grace"), true)
	lasting := load(t, "heidi")
	for _, c := range []struct {
		to   []*Key
		want bool
	}{{[]*Key{short}, true}, {[]*Key{short, lasting}, false}, {[]*Key{stored}, false}, {[]*Key{load(t, "grace")}, false}} {
		sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: c.to, Now: noon}))
		o, err := Open(sealed, ring{c.to[0], lasting.Public()}, noon)
		if err != nil || o.Forward != c.want {
			t.Errorf("%d readers: forward %v, %v", len(c.to), o.Forward, err)
		}
	}
}

// TestExtendLeavesRotatingSubkeys: what is made to be thrown away must not
// live on because the rest does.
func TestExtendLeavesRotatingSubkeys(t *testing.T) {
	short := rotated(t, load(t, "grace"), false)
	year := must[*Key](t)(short.Extend(noon, 365*24*time.Hour))
	sub := &year.entity.Subkeys[len(year.entity.Subkeys)-1]
	if !shortLived(sub) || len(sub.Bindings) != 1 {
		t.Errorf("bound %d times, until %v", len(sub.Bindings), ends(sub.PublicKey, binding(sub)))
	}
}

// TestManyHiddenReaders: each of them costs an attempt with each key.
func TestManyHiddenReaders(t *testing.T) {
	b, m := load(t, "bob"), load(t, "mallory")
	hers := must[*envelope](t)(readEnvelope(must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{m}, Hidden: true, Now: noon}))))
	mine := must[*envelope](t)(readEnvelope(must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{b}, Hidden: true, Now: noon}))))
	for before, want := range map[int]error{0: nil, 100: nil, maxTrials - 1: nil, maxTrials: ErrNoKey} {
		tr := &trial{envelope: &envelope{data: mine.data}, now: noon}
		for range before {
			tr.sessions = append(tr.sessions, hers.sessions[0])
		}
		tr.sessions = append(tr.sessions, mine.sessions[0])
		if err := tr.withKeys(ring{b}); !errors.Is(err, want) {
			t.Errorf("after %d others: %v, want %v", before, err, want)
		}
	}
}

// rotated adds a subkey that ends after ten days, for communication or also
// for what is stored.
func rotated(t *testing.T, k *Key, storage bool) *Key {
	t.Helper()
	c := must[*Key](t)(k.copy())
	cfg := config(noon.Add(-time.Hour))
	cfg.Algorithm, cfg.V6Keys, cfg.KeyLifetimeSecs = packet.PubKeyAlgoX25519, true, 10*24*3600
	if err := c.entity.AddEncryptionSubkey(cfg); err != nil {
		t.Fatal(err)
	}
	sub := &c.entity.Subkeys[len(c.entity.Subkeys)-1]
	sub.Bindings[0].Packet.FlagEncryptStorage = storage
	if err := sub.Bindings[0].Packet.SignKey(sub.PublicKey, c.entity.PrivateKey, cfg); err != nil {
		t.Fatal(err)
	}
	return must[*Key](t)(c.copy())
}

func TestOpenWithPassphrase(t *testing.T) {
	code := []byte("1234-5678-9012-3456-7890-1234-5678-9012-3456")
	sealed := must[[]byte](t)(SealWith([]byte("key"), code, noon))
	o, err := OpenWith(sealed, code, noon)
	if err != nil || string(o.Plain) != "key" || !o.Symmetric || o.Key != nil || o.AEAD {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := OpenWith(sealed, []byte("wrong"), noon); !errors.Is(err, ErrPhrase) {
		t.Errorf("wrong code: %v", err)
	}
	if _, err := Open(sealed, ring{load(t, "alice")}, noon); !errors.Is(err, ErrNoKey) {
		t.Errorf("with keys: %v", err)
	}
	if readers, symmetric, err := Recipients(sealed); len(readers) != 0 || !symmetric || err != nil {
		t.Errorf("recipients %v %v %v", readers, symmetric, err)
	}
	raw := must[[]block](t)(blocks(sealed))[0].body
	// RFC 9580, 5.3.1: version 4, AES-256, S2K 3 (iterated and salted)
	if !bytes.Equal(raw[2:5], []byte{4, 9, 3}) {
		t.Errorf("session key packet % x", raw[:8])
	}
}

// TestPassphraseWasUsed: a message that only a key opens is not opened by a
// passphrase, whatever keys there are.
func TestPassphraseWasUsed(t *testing.T) {
	sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: []*Key{load(t, "alice")}, Now: noon}))
	if _, err := OpenWith(sealed, nil, noon); !errors.Is(err, ErrPhrase) {
		t.Errorf("%v", err)
	}
}

func TestGreedyPassphrase(t *testing.T) {
	salt := bytes.Repeat([]byte{1}, 16)
	argon := func(t, p, m byte) []byte {
		return append(append([]byte{4, 9, 4}, salt...), t, p, m)
	}
	for _, c := range []struct {
		body []byte
		want bool
	}{
		{argon(3, 4, 16), false},
		{argon(1, 4, 21), false},
		{argon(1, 4, 31), true},
		{argon(200, 4, 16), true},
		{argon(1, 255, 21), true},
		{nil, true},
		{[]byte{4, 9}, true},
		{argon(3, 4, 16)[:20], true},
		{[]byte{4, 9, 3}, false},
		{[]byte{9, 9, 9}, true},
	} {
		if got := greedy(c.body); got != c.want {
			t.Errorf("greedy(% x) = %v", c.body, got)
		}
	}
}

func TestSealToNobody(t *testing.T) {
	if _, err := Seal([]byte("x"), SealOptions{Now: noon}); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
	a := load(t, "alice")
	for signer, want := range map[*Key]error{a.Public(): ErrKey, must[*Key](t)(a.Lock([]byte("p"))): ErrLocked} {
		if _, err := Seal([]byte("x"), SealOptions{To: []*Key{a}, Signer: signer, Now: noon}); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		if _, _, err := Sign([]byte("x"), signer, noon); !errors.Is(err, want) {
			t.Errorf("sign: %v, want %v", err, want)
		}
	}
}
