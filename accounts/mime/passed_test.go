package mime

import (
	"bytes"
	"strings"
	"testing"

	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/caliopen/caliopen-tui/privacy"
)

// entityOf gives somebody's key as the library has it.
func entityOf(t *testing.T, who string) *pgp.Entity {
	t.Helper()
	data, err := held(t, who).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgp.ReadKeyRing(bytes.NewReader(data))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d keys: %v", len(list), err)
	}
	return list[0]
}

// passedOn takes what was sealed for one reader and seals it for Bob, without
// touching what is inside: the session key is the same.
func passedOn(t *testing.T, cipher, from string) string {
	t.Helper()
	block, err := pgparmor.Decode(strings.NewReader(cipher))
	if err != nil {
		t.Fatal(err)
	}
	r := packet.NewOpaqueReader(block.Body)
	first, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	data, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	p, err := first.Parse()
	session, ok := p.(*packet.EncryptedKey)
	if err != nil || !ok {
		t.Fatalf("%T %v", p, err)
	}
	if err := session.Decrypt(entityOf(t, from).Subkeys[0].PrivateKey, &packet.Config{}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := pgparmor.Encode(&b, "PGP MESSAGE", nil)
	if err != nil {
		t.Fatal(err)
	}
	aead := data.Contents[0] == 2
	if err := packet.SerializeEncryptedKeyAEAD(w, entityOf(t, "bob").Subkeys[0].PublicKey, session.CipherFunc, aead, session.Key, &packet.Config{}); err != nil {
		t.Fatal(err)
	}
	if err := data.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return crlf(b.String())
}

// TestPassedOn lets Mallory pass on to Bob what Alice signed and sealed for
// her: the words are Alice's, but not for Bob.
func TestPassedOn(t *testing.T) {
	f := reading(t, "alice")
	for name, body := range map[string]string{"plain": plan, "with Alice inside": inner(cipher, strings.Replace(full, "bob@", "mallory@", 1))} {
		p := bobs(t, f, top("alice@example.org")+envelopeOf(passedOn(t, sealing(t, "alice", body, "mallory"), "mallory")))
		if got := verdict(p); got != "full mismatch whole opened" || !strings.Contains(strings.Join(p.Message.Warnings, " "), "mime.signed_elsewhere") {
			t.Errorf("%s: %s, %v", name, got, p.Message.Warnings)
		}
		if facts := privacy.FactsOf(p.Message.Evidence); facts.Person != "" || facts.Problem != "fromsigner" {
			t.Errorf("%s: %+v", name, facts)
		}
	}
	if got := verdict(bobs(t, f, top("alice@example.org")+envelopeOf(passedOn(t, sealing(t, "alice", plan), "bob")))); got != "full good whole opened" {
		t.Errorf("sealed again for the same reader: %s", got)
	}
}
