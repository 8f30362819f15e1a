package openpgp

import (
	"fmt"
	"math"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// changeable gives a copy whose primary key can sign.
func (k *Key) changeable() (*Key, error) {
	p := k.entity.PrivateKey
	if p == nil || p.Dummy() {
		return nil, ErrKey
	}
	if k.Locked() {
		return nil, ErrLocked
	}
	return k.copy()
}

// Extend gives a copy that expires so much later than now, 0 for never. The
// secret key has to be unlocked. Subkeys that are made to be thrown away keep
// their end.
func (k *Key) Extend(now time.Time, by time.Duration) (*Key, error) {
	c, err := k.changeable()
	if err != nil {
		return nil, fmt.Errorf("openpgp: extend: %w", err)
	}
	if err := c.extend(now, by); err != nil {
		return nil, fmt.Errorf("openpgp: extend: %w", err)
	}
	return c.copy()
}

func (k *Key) extend(now time.Time, by time.Duration) error {
	e, cfg := k.entity, config(now)
	if sig := lastDirect(e); sig != nil {
		sig = renewed(sig, e.PrimaryKey, now, by)
		if err := sig.SignDirectKeyBinding(e.PrimaryKey, e.PrivateKey, cfg); err != nil {
			return err
		}
		e.DirectSignatures = append(e.DirectSignatures, known(sig, true))
	}
	for _, id := range k.identities() {
		sig, err := id.LatestValidSelfCertification(time.Time{}, cfg)
		if err != nil {
			return err
		}
		if e.PrimaryKey.Version == 6 {
			continue // the direct signature says it for all
		}
		sig = renewed(sig, e.PrimaryKey, now, by)
		if err := sig.SignUserId(id.Name, e.PrimaryKey, e.PrivateKey, cfg); err != nil {
			return err
		}
		id.SelfCertifications = append(id.SelfCertifications, known(sig, true))
	}
	return k.extendSubkeys(now, by)
}

func (k *Key) extendSubkeys(now time.Time, by time.Duration) error {
	e, cfg := k.entity, config(now)
	for i := range e.Subkeys {
		s := &e.Subkeys[i]
		sig := binding(s)
		if ends(s.PublicKey, sig).IsZero() || shortLived(s) || s.Revoked(sig, now) {
			continue
		}
		sig = renewed(sig, s.PublicKey, now, by)
		if sig.FlagSign && s.PrivateKey != nil && !s.PrivateKey.Dummy() {
			cross := *sig.EmbeddedSignature
			cross.CreationTime = now.Truncate(time.Second)
			if err := cross.CrossSignKey(s.PublicKey, e.PrimaryKey, s.PrivateKey, cfg); err != nil {
				return err
			}
			sig.EmbeddedSignature = &cross
		}
		if err := sig.SignKey(s.PublicKey, e.PrivateKey, cfg); err != nil {
			return err
		}
		s.Bindings = append(s.Bindings, known(sig, true))
	}
	return nil
}

// renewed is a copy of a self-signature, to be signed, for a key that ends so
// much later than now.
func renewed(sig *packet.Signature, pk *packet.PublicKey, now time.Time, by time.Duration) *packet.Signature {
	c := *sig
	c.CreationTime = now.Truncate(time.Second)
	var life uint32
	if by > 0 {
		life = uint32(min(int64(now.Add(by).Sub(pk.CreationTime)/time.Second), math.MaxUint32))
	}
	c.KeyLifetimeSecs = &life
	return &c
}

// Revoke gives a copy with a revocation of the whole key (RFC 9580, 5.2.3.31).
// The reasons "superseded" and "retired" leave older signatures good; with any
// other the key is bad for all times.
func (k *Key) Revoke(now time.Time, reason string) (*Key, error) {
	c, err := k.changeable()
	if err != nil {
		return nil, fmt.Errorf("openpgp: revoke: %w", err)
	}
	code := packet.NoReason
	switch reason {
	case "compromised":
		code = packet.KeyCompromised
	case "superseded":
		code = packet.KeySuperseded
	case "retired":
		code = packet.KeyRetired
	}
	if err := c.entity.Revoke(code, reason, config(now)); err != nil {
		return nil, fmt.Errorf("openpgp: revoke: %w", err)
	}
	return c.copy()
}

// AddSubkey gives a copy with a new subkey to be sealed to.
func (k *Key) AddSubkey(now time.Time) (*Key, error) {
	c, err := k.changeable()
	if err != nil {
		return nil, fmt.Errorf("openpgp: add subkey: %w", err)
	}
	cfg := config(now)
	pk := c.entity.PrimaryKey
	switch {
	case pk.Version == 4:
		cfg.Algorithm, cfg.Curve = packet.PubKeyAlgoECDH, packet.Curve25519
	case pk.IsPQ():
		cfg.Algorithm, cfg.V6Keys = packet.PubKeyAlgoMlkem768X25519, true
	default:
		cfg.Algorithm, cfg.V6Keys = packet.PubKeyAlgoX25519, true
	}
	if err := c.entity.AddEncryptionSubkey(cfg); err != nil {
		return nil, fmt.Errorf("openpgp: add subkey: %w", err)
	}
	return c.copy()
}

// CertifiedBy tells whether another key has certified the primary key's user
// ID for an address, or signed the key directly.
func (k *Key) CertifiedBy(other *Key, addr string) bool {
	if other == nil || other.Fingerprint() == k.Fingerprint() {
		return false
	}
	for _, s := range k.entity.DirectSignatures {
		if other.vouches(s.Packet) && other.entity.PrimaryKey.VerifySignature(directHash(k, s.Packet), s.Packet) == nil {
			return true
		}
	}
	for _, id := range k.identities() {
		if address(id.Name) == address(addr) && address(addr) != "" && other.certifies(id) {
			return true
		}
	}
	return false
}

// certifies looks for the newest word of this key on a user ID: a
// certification that was taken back is none.
func (k *Key) certifies(id *pgp.Identity) bool {
	var last *packet.Signature
	for _, s := range id.OtherCertifications {
		if !k.vouches(s.Packet) || last != nil && s.Packet.CreationTime.Before(last.CreationTime) {
			continue
		}
		if k.entity.PrimaryKey.VerifyUserIdSignature(id.Name, id.Primary.PrimaryKey, s.Packet) == nil {
			last = s.Packet
		}
	}
	return last != nil && last.SigType != packet.SigTypeCertificationRevocation
}

// vouches tells whether a signature claims to be of this key, and was made
// with a sound hash while the key was alive.
func (k *Key) vouches(sig *packet.Signature) bool {
	return sig.CheckKeyIdOrFingerprint(k.entity.PrimaryKey) && !weakHash(sig.Hash) &&
		!criticalNotation(sig) && k.aliveAt(nil, sig.CreationTime)
}
