package openpgp

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Key is a certificate, with the secret key when it is the user's own. It
// never changes, so several goroutines may use it at once; what changes a key
// gives a copy.
type Key struct {
	entity *pgp.Entity
}

// Fingerprint gives the fingerprint of the primary key in upper-case
// hexadecimal.
func (k *Key) Fingerprint() string { return fmt.Sprintf("%X", k.entity.PrimaryKey.Fingerprint) }

// UserIDs gives the user IDs that are neither revoked nor badly signed,
// unsanitised, the primary one first.
func (k *Key) UserIDs() []string {
	var out []string
	for _, id := range k.identities() {
		out = append(out, id.Name)
	}
	return out
}

// identities gives the valid user IDs: primary first, then the last confirmed.
func (k *Key) identities() []*pgp.Identity {
	var out []*pgp.Identity
	self := map[*pgp.Identity]*packet.Signature{}
	for _, id := range k.entity.Identities {
		if sig, err := id.Verify(time.Time{}, config(time.Time{})); err == nil {
			out = append(out, id)
			self[id] = sig
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := self[out[i]], self[out[j]]
		if p, q := isPrimary(a), isPrimary(b); p != q {
			return p
		}
		if !a.CreationTime.Equal(b.CreationTime) {
			return a.CreationTime.After(b.CreationTime)
		}
		return out[i].Name < out[j].Name
	})
	return out
}

func isPrimary(sig *packet.Signature) bool { return sig.IsPrimaryId != nil && *sig.IsPrimaryId }

// Addresses gives the mail addresses that the valid user IDs name, in lower
// case. A user ID that does not name exactly one address gives none.
func (k *Key) Addresses() []string {
	var out []string
	for _, uid := range k.UserIDs() {
		if a := address(uid); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// Algorithm names the primary key's algorithm and size: "ed25519", "rsa 3072".
func (k *Key) Algorithm() string {
	pk := k.entity.PrimaryKey
	switch pk.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly, packet.PubKeyAlgoRSAEncryptOnly:
		bits, _ := pk.BitLength()
		return fmt.Sprintf("rsa %d", bits)
	case packet.PubKeyAlgoDSA:
		bits, _ := pk.BitLength()
		return fmt.Sprintf("dsa %d", bits)
	case packet.PubKeyAlgoMldsa65Ed25519:
		return "ml-dsa-65+ed25519"
	case packet.PubKeyAlgoMldsa87Ed448:
		return "ml-dsa-87+ed448"
	case packet.PubKeyAlgoSlhdsaShake128s, packet.PubKeyAlgoSlhdsaShake128f, packet.PubKeyAlgoSlhdsaShake256s:
		return "slh-dsa"
	}
	return curveName(pk)
}

func curveName(pk *packet.PublicKey) string {
	curve, err := pk.Curve()
	name := strings.ToLower(string(curve))
	switch {
	case err != nil:
		return "unknown"
	case name == "curve25519":
		return "ed25519"
	case name == "curve448":
		return "ed448"
	}
	return "ecdsa " + name
}

// Secret tells whether a secret key is here, be it only of a subkey.
func (k *Key) Secret() bool { return len(k.secrets()) > 0 }

// Locked tells whether a passphrase is needed to use the secret key.
func (k *Key) Locked() bool {
	for _, p := range k.secrets() {
		if p.Encrypted {
			return true
		}
	}
	return false
}

// secrets gives the secret parts that are really here, and not on a card.
func (k *Key) secrets() []*packet.PrivateKey {
	var out []*packet.PrivateKey
	if p := k.entity.PrivateKey; p != nil && !p.Dummy() {
		out = append(out, p)
	}
	for _, s := range k.entity.Subkeys {
		if s.PrivateKey != nil && !s.PrivateKey.Dummy() {
			out = append(out, s.PrivateKey)
		}
	}
	return out
}

// Public gives the certificate without secret key.
func (k *Key) Public() *Key {
	if k.entity.PrivateKey == nil && !k.Secret() {
		return k
	}
	e := *k.entity
	e.PrivateKey = nil
	e.Subkeys = slices.Clone(e.Subkeys)
	for i := range e.Subkeys {
		e.Subkeys[i].PrivateKey = nil
	}
	return &Key{entity: &e}
}

// Bytes gives the binary form, with the secret key where there is one.
func (k *Key) Bytes() ([]byte, error) {
	var out bytes.Buffer
	if err := k.write(&out); err != nil {
		return nil, fmt.Errorf("openpgp: write key: %w", err)
	}
	return out.Bytes(), nil
}

// Armor gives the ASCII form, with the secret key where there is one.
func (k *Key) Armor() ([]byte, error) {
	raw, err := k.Bytes()
	if err != nil {
		return nil, err
	}
	kind := blockPublic
	if raw[0]&0x3f == tagSecretKey {
		kind = blockPrivate
	}
	return enarmor(kind, raw, k.entity.PrimaryKey.Version == 4)
}

// write gives the packets in a fixed order; the library's order of user IDs
// changes from call to call.
func (k *Key) write(w io.Writer) error {
	e := k.entity
	seq := &sequence{w: w}
	seq.key(e.PrimaryKey, e.PrivateKey)
	seq.signatures(e.Revocations, e.DirectSignatures)
	for _, id := range k.everyIdentity() {
		seq.packet(id.UserId)
		seq.signatures(id.Revocations, id.SelfCertifications, id.OtherCertifications)
	}
	for _, s := range e.Subkeys {
		seq.key(s.PublicKey, s.PrivateKey)
		seq.signatures(s.Revocations, s.Bindings)
	}
	return seq.err
}

// everyIdentity gives the valid user IDs and then the revoked ones.
func (k *Key) everyIdentity() []*pgp.Identity {
	valid := k.identities()
	var rest []*pgp.Identity
	for _, id := range k.entity.Identities {
		if !slices.Contains(valid, id) {
			rest = append(rest, id)
		}
	}
	sort.Slice(rest, func(i, j int) bool { return rest[i].Name < rest[j].Name })
	return append(valid, rest...)
}

// sequence writes packets until the first error.
type sequence struct {
	w   io.Writer
	err error
}

func (s *sequence) packet(p interface{ Serialize(io.Writer) error }) {
	if s.err == nil {
		s.err = p.Serialize(s.w)
	}
}

func (s *sequence) key(pub *packet.PublicKey, priv *packet.PrivateKey) {
	if priv != nil {
		s.packet(priv)
		return
	}
	s.packet(pub)
}

func (s *sequence) signatures(groups ...[]*packet.VerifiableSignature) {
	for _, g := range groups {
		for _, sig := range g {
			s.packet(sig.Packet)
		}
	}
}

// copy gives a key that shares nothing with this one.
func (k *Key) copy() (*Key, error) {
	raw, err := k.Bytes()
	if err != nil {
		return nil, err
	}
	if c := parseOne(raw); c != nil {
		return c, nil
	}
	return nil, ErrKey
}
