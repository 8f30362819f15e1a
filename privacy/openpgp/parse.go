package openpgp

import (
	"bytes"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Parse reads the keys of a file or an attachment, armored or binary (RFC
// 9580, 10). Keys it cannot use are left out; ErrKey when none is left.
func Parse(data []byte) (out []*Key, err error) {
	defer guard(&err, ErrKey)
	if len(data) > maxKeys*3/2 {
		return nil, fmt.Errorf("openpgp: parse: %w", ErrTooLarge)
	}
	bodies, _ := unarmor(data, blockPublic, blockPrivate)
	for _, body := range bodies {
		if len(body) > maxKeys {
			return nil, fmt.Errorf("openpgp: parse: %w", ErrTooLarge)
		}
		for _, one := range split(body) {
			if k := parseOne(one); k != nil {
				out = append(out, k)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("openpgp: parse: %w", ErrKey)
	}
	return out, nil
}

// split cuts a key ring before each primary key, so that one key that is
// broken does not take the others with it.
func split(raw []byte) [][]byte {
	var out [][]byte
	var one bytes.Buffer
	_ = eachPacket(raw, func(op *packet.OpaquePacket) error {
		if (op.Tag == tagPublicKey || op.Tag == tagSecretKey) && one.Len() > 0 {
			out = append(out, bytes.Clone(one.Bytes()))
			one.Reset()
		}
		return op.Serialize(&one)
	})
	return append(out, one.Bytes())
}

// parseOne gives nil for a key that cannot be used.
func parseOne(raw []byte) (k *Key) {
	var err error
	defer func() {
		if err != nil {
			k = nil
		}
	}()
	defer guard(&err, ErrKey)
	e, err := pgp.ReadEntity(packet.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil
	}
	return adopt(e)
}

// adopt checks every self-signature of a certificate once and drops those that
// are not good. The library would do it later and note the result in the
// certificate, which several readers share; and it would note "expired" for
// ever. nil when nothing usable is left.
func adopt(e *pgp.Entity) *Key {
	if v := e.PrimaryKey.Version; v != 4 && v != 6 || owned(e) > maxOwn {
		return nil
	}
	pk := e.PrimaryKey
	e.Revocations = checked(e.Revocations, pk.VerifyRevocationSignature)
	e.DirectSignatures = adoptDirect(e)
	adoptIdentities(e)
	adoptSubkeys(e)
	if pk.Version == 4 && len(e.Identities) == 0 || pk.Version == 6 && lastDirect(e) == nil {
		return nil
	}
	return &Key{entity: e}
}

// owned counts the signatures that claim to be of the key itself.
func owned(e *pgp.Entity) int {
	n := len(e.Revocations)
	for _, s := range e.DirectSignatures {
		if s.Packet.CheckKeyIdOrFingerprint(e.PrimaryKey) {
			n++
		}
	}
	for _, id := range e.Identities {
		n += len(id.SelfCertifications) + len(id.Revocations)
	}
	for _, s := range e.Subkeys {
		n += len(s.Bindings) + len(s.Revocations)
	}
	return n
}

// checked keeps the signatures that verify.
func checked(sigs []*packet.VerifiableSignature, verify func(*packet.Signature) error) []*packet.VerifiableSignature {
	var out []*packet.VerifiableSignature
	for _, s := range sigs {
		if verify(s.Packet) == nil && !criticalNotation(s.Packet) {
			out = append(out, known(s.Packet, true))
		}
	}
	return out
}

// known is a signature whose worth is settled, so that the library does not
// write to it again: not when it asks for the worth, and not when it gives the
// bytes, for which it copies something the first time.
func known(sig *packet.Signature, valid bool) *packet.VerifiableSignature {
	_ = sig.Serialize(io.Discard)
	return &packet.VerifiableSignature{Packet: sig, Valid: &valid}
}

// adoptDirect keeps the direct signatures of others too: they may vouch for
// the key. To the library they are not valid, since they say nothing of the
// key's own properties.
func adoptDirect(e *pgp.Entity) []*packet.VerifiableSignature {
	var own, others []*packet.VerifiableSignature
	for _, s := range e.DirectSignatures {
		if s.Packet.CheckKeyIdOrFingerprint(e.PrimaryKey) {
			own = append(own, s)
		} else if len(others) < maxForeign {
			others = append(others, known(s.Packet, false))
		}
	}
	return append(checked(own, e.PrimaryKey.VerifyDirectKeySignature), others...)
}

func adoptIdentities(e *pgp.Entity) {
	for name, id := range e.Identities {
		verify := func(s *packet.Signature) error {
			return e.PrimaryKey.VerifyUserIdSignature(id.Name, e.PrimaryKey, s)
		}
		id.SelfCertifications = checked(id.SelfCertifications, verify)
		id.Revocations = checked(id.Revocations, verify)
		if n := len(id.OtherCertifications); n > maxForeign {
			id.OtherCertifications = id.OtherCertifications[n-maxForeign:]
		}
		for i, s := range id.OtherCertifications {
			id.OtherCertifications[i] = known(s.Packet, false)
		}
		if len(id.SelfCertifications) == 0 {
			delete(e.Identities, name)
		}
	}
}

func adoptSubkeys(e *pgp.Entity) {
	var kept []pgp.Subkey
	for _, s := range e.Subkeys {
		s.Bindings = checked(s.Bindings, func(sig *packet.Signature) error {
			return e.PrimaryKey.VerifyKeySignature(s.PublicKey, sig)
		})
		s.Revocations = checked(s.Revocations, func(sig *packet.Signature) error {
			return e.PrimaryKey.VerifySubkeyRevocationSignature(sig, s.PublicKey)
		})
		if len(s.Bindings) > 0 {
			kept = append(kept, s)
		}
	}
	e.Subkeys = kept
}
