package openpgp

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

var makeKeys = flag.Bool("make", false, "make the keys in testdata anew")

// The moments of the stories told here: when the keys were made, and now.
var (
	born = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
)

// ring is a Keys of a few keys.
type ring []*Key

func (r ring) Secrets() []*Key {
	var out []*Key
	for _, k := range r {
		if k.Secret() {
			out = append(out, k)
		}
	}
	return out
}

func (r ring) Signers(id uint64) []*Key {
	var out []*Key
	for _, k := range r {
		if k.Holds(id) {
			out = append(out, k)
		}
	}
	return out
}

func TestMakeKeys(t *testing.T) {
	if !*makeKeys {
		t.Skip("the keys are kept in testdata; -make makes them anew")
	}
	for name, p := range map[string]Profile{
		"Alice": Compatible, "Bob": Compatible,
		"Mallory": Compatible, "Grace": Modern, "Heidi": Quantum,
	} {
		low := string(bytes.ToLower([]byte(name)))
		k, err := Generate(name, low+"@example.org", p, born)
		if err != nil {
			t.Fatal(err)
		}
		asc, err := k.Armor()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", low+".asc"), asc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// load gives a secret key of testdata.
func load(t testing.TB, name string) *Key {
	t.Helper()
	keys, err := Parse(file(t, name+".asc"))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %d keys, %v", name, len(keys), err)
	}
	return keys[0]
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// put is one packet.
func put(t testing.TB, tag uint8, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (&packet.OpaquePacket{Tag: tag, Contents: body}).Serialize(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// literal is a literal data packet with that text.
func literal(t testing.TB, text string) []byte {
	return put(t, tagLiteral, append([]byte{'b', 0, 0, 0, 0, 0}, text...))
}

// sealPackets seals any packets to a key, also those no honest program writes.
func sealPackets(t testing.TB, to *Key, inner []byte, aead bool) []byte {
	t.Helper()
	cfg := config(noon)
	found, ok := to.entity.EncryptionKey(noon, cfg)
	if !ok {
		t.Fatal("cannot be sealed to")
	}
	var out bytes.Buffer
	session := bytes.Repeat([]byte{7}, 32)
	if err := packet.SerializeEncryptedKeyAEAD(&out, found.PublicKey, packet.CipherAES256, aead, session, cfg); err != nil {
		t.Fatal(err)
	}
	suite := packet.CipherSuite{Cipher: packet.CipherAES256, Mode: packet.AEADModeOCB}
	w, err := packet.SerializeSymmetricallyEncrypted(&out, packet.CipherAES256, aead, suite, session, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(w, inner); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cut gives the session keys of a sealed message and its data packet apart.
func cut(t testing.TB, raw []byte) (head, data []byte) {
	t.Helper()
	err := eachPacket(raw, func(op *packet.OpaquePacket) error {
		if op.Tag == tagProtected {
			data = put(t, op.Tag, op.Contents)
			return nil
		}
		head = append(head, put(t, op.Tag, op.Contents)...)
		return nil
	})
	if err != nil || head == nil || data == nil {
		t.Fatal("not a sealed message", err)
	}
	return head, data
}
