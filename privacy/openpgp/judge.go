package openpgp

import (
	"bytes"
	"hash"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// judge says what signatures over some bytes come to. The library stops at
// the first certificate with a fitting key ID, which a stranger can provide,
// and does not tell an expired key from a forged signature; so the checks are
// ordered here, on its primitives.
type judge struct {
	keys   Keys
	now    time.Time
	data   []byte
	opener *Key // the key that opened the seal around the data, nil for none
}

// stream judges a sequence of signature packets.
func (j judge) stream(raw []byte) []Signature {
	var pairs []pair
	err := eachPacket(raw, func(op *packet.OpaquePacket) error {
		if op.Tag == tagSignature {
			pairs = append(pairs, pair{signature: op})
		}
		return nil
	})
	if err != nil && len(pairs) == 0 {
		pairs = append(pairs, pair{})
	}
	return j.pairs(pairs)
}

// pairs judges each signature on its own. Those beyond the limit are bad, so
// that a thousand of them cost no more than a few.
func (j judge) pairs(ps []pair) []Signature {
	var out []Signature
	for i, p := range ps {
		if p.signature == nil || i >= maxSignatures || !p.agrees() {
			out = append(out, Signature{State: Bad})
			continue
		}
		out = append(out, j.packet(p.signature))
	}
	return out
}

func (j judge) packet(op *packet.OpaquePacket) Signature {
	p, err := op.Parse()
	sig, ok := p.(*packet.Signature)
	if err != nil || !ok || sig.Hash == 0 {
		return unreadable(op.Contents)
	}
	return j.signature(sig)
}

// unreadable judges a signature that the library does not parse: with a hash
// it has abolished it is weak rather than bad.
func unreadable(raw []byte) Signature {
	at := 3
	if len(raw) > 0 && raw[0] < 4 {
		at = 16 // RFC 9580, 5.2.2
	}
	if len(raw) > at && raw[at] >= 1 && raw[at] <= 3 { // MD5, SHA-1, RIPEMD-160
		return Signature{State: Weak}
	}
	return Signature{State: Bad}
}

// signature looks for the certificate under which the signature is worth most.
func (j judge) signature(sig *packet.Signature) Signature {
	out := Signature{State: UnknownKey, Created: sig.CreationTime, Elsewhere: j.elsewhere(sig)}
	if sig.SigType != packet.SigTypeBinary && sig.SigType != packet.SigTypeText {
		out.State = Bad // it was made for something else than a document
		return out
	}
	if sig.IssuerKeyId == nil || j.keys == nil {
		return out
	}
	out.KeyID = *sig.IssuerKeyId
	for i, k := range j.candidates(out.KeyID) {
		if i >= maxSigners || out.State == Good {
			break
		}
		if state := j.under(sig, k); worth(state) > worth(out.State) {
			out.State, out.Key = state, k
		}
	}
	if out.State == Bad {
		out.Key = nil // nobody is shown to have made it
	}
	return out
}

// candidates gives the certificates that hold a key ID, those first that may
// sign with that key. Anybody can take somebody's key into certificates of his
// own, though never as one to sign with, which that key has to confirm (RFC
// 9580, 5.2.1.8); many of these must not crowd out the true one.
func (j judge) candidates(id uint64) []*Key {
	out := slices.Clone(j.keys.Signers(id))
	slices.SortStableFunc(out, func(a, b *Key) int { return first(a.signsAs(id)) - first(b.signsAs(id)) })
	return out
}

func first(yes bool) int {
	if yes {
		return 0
	}
	return 1
}

// signsAs tells whether the key with that key ID is meant to sign.
func (k *Key) signsAs(id uint64) bool {
	if k.entity.PrimaryKey.KeyId == id && k.maySign(nil) {
		return true
	}
	sub := k.subkey(id)
	return sub != nil && k.maySign(sub)
}

func worth(s State) int {
	return map[State]int{UnknownKey: 0, Bad: 1, Weak: 2, ExpiredKey: 3, Good: 4}[s]
}

// elsewhere tells whether the signature was made for other readers.
func (j judge) elsewhere(sig *packet.Signature) bool {
	for _, r := range sig.IntendedRecipients {
		if j.opener != nil && bytes.Equal(r.Fingerprint, j.opener.entity.PrimaryKey.Fingerprint) {
			return false
		}
	}
	return len(sig.IntendedRecipients) > 0
}

// under judges the signature by one certificate: UnknownKey when it does not
// hold the key.
func (j judge) under(sig *packet.Signature, k *Key) State {
	state := UnknownKey
	if pk := k.entity.PrimaryKey; pk.KeyId == *sig.IssuerKeyId {
		state = j.by(sig, k, pk, nil)
	}
	for i := range k.entity.Subkeys {
		sub := &k.entity.Subkeys[i]
		if state != Good && sub.PublicKey.KeyId == *sig.IssuerKeyId {
			state = j.by(sig, k, sub.PublicKey, sub)
		}
	}
	return state
}

// by judges it by one key; sub is nil for the primary key.
func (j judge) by(sig *packet.Signature, k *Key, pk *packet.PublicKey, sub *pgp.Subkey) State {
	h := j.hash(sig)
	switch {
	case h == nil || pk.VerifySignature(h, sig) != nil:
		return Bad
	case criticalNotation(sig) || sig.CreationTime.Before(pk.CreationTime) || !k.maySign(sub):
		return Bad
	case weakHash(sig.Hash) || weakKey(pk) || weakKey(k.entity.PrimaryKey):
		return Weak
	case !k.aliveAt(sub, sig.CreationTime) || j.outdated(sig):
		return ExpiredKey
	}
	return Good
}

// outdated tells whether the signature has expired or comes from the future.
func (j judge) outdated(sig *packet.Signature) bool {
	if sig.CreationTime.After(j.now.Add(clockSkew)) {
		return true
	}
	return !sig.CreationTime.After(j.now) && sig.SigExpired(j.now)
}

// hash gives the hash of the data as the signature wants it, nil when it
// cannot be had.
func (j judge) hash(sig *packet.Signature) hash.Hash {
	h, err := sig.PrepareVerify()
	if err != nil {
		return nil
	}
	var w hash.Hash = h
	if sig.SigType == packet.SigTypeText {
		w = pgp.NewCanonicalTextHash(h)
	}
	w.Write(j.data)
	return h
}
