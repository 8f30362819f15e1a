package openpgp

import (
	"bytes"
	"fmt"
	"hash"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// directHash is what a direct signature on a key signs (RFC 9580, 5.2.4).
func directHash(k *Key, sig *packet.Signature) hash.Hash {
	h, err := sig.PrepareVerify()
	if err != nil {
		return nil
	}
	_ = k.entity.PrimaryKey.SerializeForHash(h)
	return h
}

// Merge joins what another copy of the same certificate adds: user IDs,
// subkeys, signatures, revocations. Nothing is lost that was there, and the
// newest signature counts, so an old copy cannot take anything back. It is an
// error when the primary keys differ.
func (k *Key) Merge(other *Key) (*Key, error) {
	if other == nil || !bytes.Equal(k.entity.PrimaryKey.Fingerprint, other.entity.PrimaryKey.Fingerprint) {
		return nil, fmt.Errorf("openpgp: merge: different keys: %w", ErrKey)
	}
	c, err := k.copy()
	if err != nil {
		return nil, fmt.Errorf("openpgp: merge: %w", err)
	}
	o, err := other.copy()
	if err != nil {
		return nil, fmt.Errorf("openpgp: merge: %w", err)
	}
	if !k.Secret() || k.Locked() != o.Locked() {
		o = o.Public()
	}
	c.join(o.entity)
	return c.copy()
}

func (k *Key) join(o *pgp.Entity) {
	e := k.entity
	e.Revocations = union(e.Revocations, o.Revocations)
	e.DirectSignatures = union(e.DirectSignatures, o.DirectSignatures)
	for name, id := range o.Identities {
		mine := e.Identities[name]
		if mine == nil {
			e.Identities[name] = id
			continue
		}
		mine.SelfCertifications = union(mine.SelfCertifications, id.SelfCertifications)
		mine.Revocations = union(mine.Revocations, id.Revocations)
		mine.OtherCertifications = union(mine.OtherCertifications, id.OtherCertifications)
	}
	for _, s := range o.Subkeys {
		k.joinSubkey(s)
	}
}

func (k *Key) joinSubkey(s pgp.Subkey) {
	for i := range k.entity.Subkeys {
		mine := &k.entity.Subkeys[i]
		if bytes.Equal(mine.PublicKey.Fingerprint, s.PublicKey.Fingerprint) {
			mine.Bindings = union(mine.Bindings, s.Bindings)
			mine.Revocations = union(mine.Revocations, s.Revocations)
			if mine.PrivateKey == nil {
				mine.PrivateKey = s.PrivateKey
			}
			return
		}
	}
	k.entity.Subkeys = append(k.entity.Subkeys, s)
}

// union adds the signatures that are not there yet.
func union(a, b []*packet.VerifiableSignature) []*packet.VerifiableSignature {
	seen := map[string]bool{}
	var out []*packet.VerifiableSignature
	for _, s := range append(append([]*packet.VerifiableSignature{}, a...), b...) {
		var raw bytes.Buffer
		if s.Packet.Serialize(&raw) != nil || seen[raw.String()] {
			continue
		}
		seen[raw.String()] = true
		out = append(out, s)
	}
	return out
}

// Minimal gives the five packets of an Autocrypt header's keydata (Autocrypt
// 1.1, 2.1.1), or as few as the certificate allows: the primary key, the user
// ID of the address or else the first, and the subkey to seal to, each with
// its newest signature.
func (k *Key) Minimal(addr string) ([]byte, error) {
	var out bytes.Buffer
	seq := &sequence{w: &out}
	seq.packet(k.entity.PrimaryKey)
	if sig := lastDirect(k.entity); sig != nil && k.entity.PrimaryKey.Version == 6 {
		seq.packet(sig)
	}
	if id := k.identityFor(addr); id != nil {
		sig, err := id.LatestValidSelfCertification(time.Time{}, config(time.Time{}))
		if err != nil {
			return nil, fmt.Errorf("openpgp: minimal: %w", err)
		}
		seq.packet(id.UserId)
		seq.packet(sig)
	}
	found, ok := k.entity.EncryptionKey(time.Time{}, config(time.Time{}))
	if !ok {
		return nil, fmt.Errorf("openpgp: minimal: cannot be sealed to: %w", ErrKey)
	}
	if !found.IsPrimary() {
		seq.packet(found.PublicKey)
		seq.packet(found.SelfSignature)
	}
	if seq.err != nil {
		return nil, fmt.Errorf("openpgp: minimal: %w", seq.err)
	}
	return out.Bytes(), nil
}

func (k *Key) identityFor(addr string) *pgp.Identity {
	ids := k.identities()
	for _, id := range ids {
		if a := address(id.Name); a != "" && a == address(addr) {
			return id
		}
	}
	if len(ids) > 0 {
		return ids[0]
	}
	return nil
}
