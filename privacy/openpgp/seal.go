package openpgp

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Seal seals and, with a signer, signs a message and gives it in ASCII armor.
// The signature names the readers, so that none of them can pass it on as if
// it had been written to somebody else (RFC 9580, 5.2.3.36); with Hidden too,
// since only readers see it.
func Seal(plain []byte, o SealOptions) ([]byte, error) {
	to, err := o.readers()
	if err != nil {
		return nil, fmt.Errorf("openpgp: seal: %w", err)
	}
	var sessions, data bytes.Buffer
	params := &pgp.EncryptParams{KeyWriter: &sessions, Config: config(o.Now), OutsideSig: o.Signed}
	if o.Signer != nil {
		if err := o.Signer.ready(o.Now); err != nil {
			return nil, fmt.Errorf("openpgp: seal: %w", err)
		}
		params.Signers = []*pgp.Entity{o.Signer.entity}
	}
	w, err := pgp.EncryptWithParams(&data, to, nil, params)
	if err != nil {
		return nil, fmt.Errorf("openpgp: seal: %w: %w", err, ErrKey)
	}
	if err := fill(w, plain); err != nil {
		return nil, fmt.Errorf("openpgp: seal: %w", err)
	}
	head := sessions.Bytes()
	if o.Hidden {
		if head, err = hide(head); err != nil {
			return nil, fmt.Errorf("openpgp: seal: %w", err)
		}
	}
	return enarmor(blockMessage, append(head, data.Bytes()...), !o.allAEAD())
}

// readers gives the keys to seal to, each once.
func (o SealOptions) readers() ([]*pgp.Entity, error) {
	seen := map[string]bool{}
	var out []*pgp.Entity
	for _, k := range o.To {
		if !k.Status(o.Now).CanSeal {
			return nil, fmt.Errorf("%s: %w", k.Fingerprint(), ErrKey)
		}
		if !seen[k.Fingerprint()] {
			seen[k.Fingerprint()] = true
			out = append(out, k.entity)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("nobody to seal to: %w", ErrKey)
	}
	return out, nil
}

// allAEAD tells whether every reader announces SEIPD version 2: then the
// library uses it, and the armor has no checksum.
func (o SealOptions) allAEAD() bool {
	for _, k := range o.To {
		if !k.Status(o.Now).AEAD {
			return false
		}
	}
	return true
}

// ready tells whether the secret key can sign.
func (k *Key) ready(now time.Time) error {
	found, ok := k.entity.SigningKey(now, config(now))
	switch {
	case !ok || found.PrivateKey == nil || found.PrivateKey.Dummy():
		return fmt.Errorf("cannot sign: %w", ErrKey)
	case found.PrivateKey.Encrypted:
		return ErrLocked
	}
	return nil
}

func fill(w io.WriteCloser, data []byte) error {
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

// hide takes the key IDs out of session key packets. The library can do that
// too, but would leave the hidden readers out of the signature, whose check
// then fails for them.
func hide(sessions []byte) ([]byte, error) {
	var out bytes.Buffer
	err := eachPacket(sessions, func(op *packet.OpaquePacket) error {
		c := op.Contents
		if len(c) < 10 {
			return ErrKey
		}
		if c[0] == 6 { // RFC 9580, 5.1.2: a length, then version and fingerprint
			op.Contents = append([]byte{6, 0}, c[2+int(c[1]):]...)
		} else {
			op.Contents = append(append([]byte{c[0]}, make([]byte, 8)...), c[9:]...)
		}
		return op.Serialize(&out)
	})
	return out.Bytes(), err
}

// SealWith seals with a passphrase, as an Autocrypt Setup Message wants it
// (Autocrypt 1.1, 4.4): AES and an iterated and salted S2K.
func SealWith(plain, passphrase []byte, now time.Time) ([]byte, error) {
	cfg := config(now)
	cfg.AEADConfig = nil
	cfg.S2KConfig = iterated()
	var out bytes.Buffer
	w, err := pgp.SymmetricallyEncrypt(&out, passphrase, nil, cfg)
	if err == nil {
		err = fill(w, plain)
	}
	if err != nil {
		return nil, fmt.Errorf("openpgp: seal with passphrase: %w", err)
	}
	return enarmor(blockMessage, out.Bytes(), true)
}

// micalgs are the names of the hashes in multipart/signed (RFC 3156, 5), by
// their numbers (RFC 9580, 9.5).
var micalgs = map[byte]string{8: "pgp-sha256", 9: "pgp-sha384", 10: "pgp-sha512", 12: "pgp-sha3-256", 14: "pgp-sha3-512"}

// Sign makes a detached signature in ASCII armor and tells its micalg (RFC
// 3156, 5).
func Sign(data []byte, signer *Key, now time.Time) (armored []byte, micalg string, err error) {
	if err := signer.ready(now); err != nil {
		return nil, "", fmt.Errorf("openpgp: sign: %w", err)
	}
	var out bytes.Buffer
	err = pgp.DetachSign(&out, []*pgp.Entity{signer.entity}, bytes.NewReader(data), config(now))
	if err != nil {
		return nil, "", fmt.Errorf("openpgp: sign: %w: %w", err, ErrKey)
	}
	return ArmorSignature(out.Bytes())
}

// ArmorSignature gives a binary signature, as another program made it, in
// ASCII armor with its micalg.
func ArmorSignature(signature []byte) (armored []byte, micalg string, err error) {
	defer guard(&err, ErrKey)
	version := byte(0)
	err = eachPacket(signature, func(op *packet.OpaquePacket) error {
		if op.Tag != tagSignature || len(op.Contents) < 4 {
			return ErrKey
		}
		version, micalg = op.Contents[0], micalgs[op.Contents[3]]
		return nil
	})
	if err != nil || micalg == "" {
		return nil, "", fmt.Errorf("openpgp: armor signature: %w", ErrKey)
	}
	armored, err = enarmor(blockSignature, signature, version == 4)
	return armored, micalg, err
}
