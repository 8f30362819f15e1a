package openpgp

import (
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// lastDirect gives the newest direct self-signature, nil for none.
func lastDirect(e *pgp.Entity) *packet.Signature {
	sig, err := e.LatestValidDirectSignature(time.Time{}, config(time.Time{}))
	if err != nil {
		return nil
	}
	return sig
}

// self gives the newest signature that says what the primary key is for. The
// newest counts for older documents too: a certificate of which only the last
// self-signature is left, as Autocrypt sends it, still verifies them.
func (k *Key) self() *packet.Signature {
	if k.entity.PrimaryKey.Version == 6 {
		return lastDirect(k.entity)
	}
	if ids := k.identities(); len(ids) > 0 {
		sig, _ := ids[0].LatestValidSelfCertification(time.Time{}, config(time.Time{}))
		return sig
	}
	for _, id := range k.entity.Identities { // every user ID is revoked
		if sig, err := id.LatestValidSelfCertification(time.Time{}, config(time.Time{})); err == nil {
			return sig
		}
	}
	return nil
}

// binding gives the newest signature that binds a subkey.
func binding(s *pgp.Subkey) *packet.Signature {
	sig, err := s.LatestValidBindingSignature(time.Time{}, config(time.Time{}))
	if err != nil {
		return nil
	}
	return sig
}

// aliveAt tells whether the primary key and the subkey, nil for none, were
// neither expired nor revoked at a moment. A key revoked as compromised never
// was.
func (k *Key) aliveAt(sub *pgp.Subkey, at time.Time) bool {
	end := k.expires()
	if k.entity.Revoked(at) || !end.IsZero() && at.After(end) {
		return false
	}
	if sub == nil {
		return true
	}
	sig := binding(sub)
	return sig != nil && !sub.Revoked(sig, at) && !sub.PublicKey.KeyExpired(sig, at)
}

// expires is when the primary key ends, zero for never. A version 4 key may
// say so in a direct signature as well; the first end counts.
func (k *Key) expires() time.Time {
	pk := k.entity.PrimaryKey
	end := ends(pk, k.self())
	if pk.Version != 6 {
		end = earlier(end, ends(pk, lastDirect(k.entity)))
	}
	return end
}

// ends is when a key ends by a self-signature, zero for never.
func ends(pk *packet.PublicKey, sig *packet.Signature) time.Time {
	if sig == nil || sig.KeyLifetimeSecs == nil || *sig.KeyLifetimeSecs == 0 {
		return time.Time{}
	}
	return pk.CreationTime.Add(time.Duration(*sig.KeyLifetimeSecs) * time.Second)
}

// earlier gives the earlier end, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// maySign tells whether the primary key or the subkey is meant to sign. A
// primary key that says nothing of its use comes from before there were key
// flags; a subkey has to say it, because only then it was cross-signed.
func (k *Key) maySign(sub *pgp.Subkey) bool {
	sig := k.self()
	if sub != nil {
		sig = binding(sub)
	}
	if sig == nil {
		return false
	}
	return sig.FlagSign || sub == nil && !sig.FlagsValid
}

func maySeal(pk *packet.PublicKey, sig *packet.Signature) bool {
	if sig == nil || !pk.PubKeyAlgo.CanEncrypt() {
		return false
	}
	return sig.FlagEncryptCommunications || sig.FlagEncryptStorage
}

// subkey gives the subkey with a key ID, nil for none.
func (k *Key) subkey(id uint64) *pgp.Subkey {
	for i := range k.entity.Subkeys {
		if k.entity.Subkeys[i].PublicKey.KeyId == id {
			return &k.entity.Subkeys[i]
		}
	}
	return nil
}

// decryptor is a secret key that may open a session key.
type decryptor struct {
	private *packet.PrivateKey
	subkey  *pgp.Subkey // nil for the primary key
}

// decryptors gives the secret keys a session key may be sealed to. Expiry and
// revocation do not matter: what was sealed to them is still the user's.
func (k *Key) decryptors(s *packet.EncryptedKey) []decryptor {
	var out []decryptor
	e := k.entity
	for i := range e.Subkeys {
		sub := &e.Subkeys[i]
		if opens(sub.PrivateKey, binding(sub), s) {
			out = append(out, decryptor{private: sub.PrivateKey, subkey: sub})
		}
	}
	if opens(e.PrivateKey, k.self(), s) {
		out = append(out, decryptor{private: e.PrivateKey})
	}
	return out
}

func opens(p *packet.PrivateKey, sig *packet.Signature, s *packet.EncryptedKey) bool {
	if p == nil || p.Dummy() || p.PubKeyAlgo != s.Algo || s.KeyId != 0 && s.KeyId != p.KeyId {
		return false
	}
	return maySeal(&p.PublicKey, sig) || sig != nil && !sig.FlagsValid
}

// Status says what the key can be used for at a moment.
func (k *Key) Status(now time.Time) Status {
	e, cfg := k.entity, config(now)
	end := earlier(k.expires(), k.sealingEnds())
	_, seal := e.EncryptionKey(now, cfg)
	_, sign := e.SigningKey(now, cfg)
	self := k.self()
	return Status{
		Expired: !end.IsZero() && now.After(end), Revoked: e.Revoked(now), Weak: k.weak(now),
		CanSeal: seal, CanSign: sign, Created: e.PrimaryKey.CreationTime, Expires: end,
		AEAD: self != nil && self.SEIPDv2, Quantum: k.hybridAt(now),
	}
}

// sealingEnds is when the last subkey to seal with ends, zero for never.
func (k *Key) sealingEnds() time.Time {
	var last time.Time
	for i := range k.entity.Subkeys {
		s := &k.entity.Subkeys[i]
		sig := binding(s)
		if !maySeal(s.PublicKey, sig) || s.Revoked(sig, time.Time{}) {
			continue
		}
		end := ends(s.PublicKey, sig)
		if end.IsZero() {
			return end
		}
		if end.After(last) {
			last = end
		}
	}
	return last
}

// weak tells whether the primary key or any subkey in use is weak.
func (k *Key) weak(now time.Time) bool {
	if weakKey(k.entity.PrimaryKey) {
		return true
	}
	for i := range k.entity.Subkeys {
		s := &k.entity.Subkeys[i]
		if k.aliveAt(s, now) && weakKey(s.PublicKey) {
			return true
		}
	}
	return false
}

func (k *Key) hybridAt(now time.Time) bool {
	for i := range k.entity.Subkeys {
		s := &k.entity.Subkeys[i]
		if hybrid(s.PublicKey.PubKeyAlgo) && maySeal(s.PublicKey, binding(s)) && k.aliveAt(s, now) {
			return true
		}
	}
	return false
}

// KeyIDs gives the key IDs of the primary key and of the subkeys.
func (k *Key) KeyIDs() []uint64 {
	out := []uint64{k.entity.PrimaryKey.KeyId}
	for _, s := range k.entity.Subkeys {
		out = append(out, s.PublicKey.KeyId)
	}
	return out
}
