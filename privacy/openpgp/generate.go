package openpgp

import (
	"crypto"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Generate makes a key for one address, unlocked.
func Generate(name, addr string, p Profile, now time.Time) (*Key, error) {
	if address(addr) != strings.ToLower(addr) || addr == "" {
		return nil, fmt.Errorf("openpgp: generate: address: %w", ErrKey)
	}
	cfg := config(now)
	switch p {
	case Compatible:
		cfg.Algorithm, cfg.Curve = packet.PubKeyAlgoEdDSA, packet.Curve25519
	case Modern:
		cfg.Algorithm, cfg.V6Keys = packet.PubKeyAlgoEd25519, true
	case Quantum:
		cfg.Algorithm, cfg.V6Keys = packet.PubKeyAlgoMldsa65Ed25519, true
	default:
		return nil, fmt.Errorf("openpgp: generate %q: %w", p, ErrKey)
	}
	e, err := pgp.NewEntity(strings.Map(nameRune, name), "", addr, cfg)
	if err != nil {
		return nil, fmt.Errorf("openpgp: generate: %w: %w", err, ErrKey)
	}
	return (&Key{entity: e}).copy()
}

// nameRune drops what would make a name look like an address or a comment.
func nameRune(r rune) rune {
	if strings.ContainsRune("()<>@\x00", r) || invisible(r) {
		return -1
	}
	return r
}

// Unlock gives an unlocked copy; ErrPhrase for a wrong passphrase.
func (k *Key) Unlock(passphrase []byte) (out *Key, err error) {
	defer guard(&err, ErrPhrase)
	c, err := k.copy()
	if err != nil {
		return nil, fmt.Errorf("openpgp: unlock: %w", err)
	}
	if err := c.entity.DecryptPrivateKeys(passphrase); err != nil {
		return nil, fmt.Errorf("openpgp: unlock: %w", ErrPhrase)
	}
	return c, nil
}

// Lock gives a copy locked with a passphrase: with Argon2 and AEAD for version
// 6, with an iterated S2K for version 4, since the programs that read those
// keys know no other (RFC 9580, 3.7.1).
func (k *Key) Lock(passphrase []byte) (*Key, error) {
	if !k.Secret() || k.Locked() || len(passphrase) == 0 {
		return nil, fmt.Errorf("openpgp: lock: %w", ErrKey)
	}
	c, err := k.copy()
	if err != nil {
		return nil, fmt.Errorf("openpgp: lock: %w", err)
	}
	if err := c.entity.EncryptPrivateKeys(passphrase, lockConfig(k.entity.PrimaryKey.Version)); err != nil {
		return nil, fmt.Errorf("openpgp: lock: %w", err)
	}
	return c.copy()
}

func lockConfig(version int) *packet.Config {
	cfg := config(time.Time{})
	if version == 6 {
		cfg.S2KConfig = &s2k.Config{S2KMode: s2k.Argon2S2K}
		return cfg
	}
	cfg.AEADConfig = nil
	cfg.S2KConfig = iterated()
	return cfg
}

// iterated is the strongest S2K that every OpenPGP program reads.
func iterated() *s2k.Config {
	return &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, S2KCount: 65011712, Hash: crypto.SHA256}
}
