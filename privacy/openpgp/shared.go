package openpgp

import (
	"bytes"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// SealShared seals with a secret that a machine made and both sides hold, and
// signs with a signer: SEIPD version 2, never compressed. The secret is made
// into a key without stretching, which SecureJoin version 3 demands so that
// strangers cannot make the reader compute; so it must never be a passphrase.
func SealShared(plain, secret []byte, signer *Key, now time.Time) ([]byte, error) {
	cfg := config(now)
	cfg.S2KConfig = &s2k.Config{S2KMode: s2k.SaltedS2K, PassphraseIsHighEntropy: true}
	params := &pgp.EncryptParams{Config: cfg}
	if signer != nil {
		if err := signer.ready(now); err != nil {
			return nil, fmt.Errorf("openpgp: seal with shared secret: %w", err)
		}
		params.Signers = []*pgp.Entity{signer.entity}
	}
	var out bytes.Buffer
	w, err := pgp.SymmetricallyEncryptWithParams(secret, &out, params)
	if err == nil {
		err = fill(w, plain)
	}
	if err != nil {
		return nil, fmt.Errorf("openpgp: seal with shared secret: %w", err)
	}
	return enarmor(blockMessage, out.Bytes(), false)
}

// OpenShared opens what SealShared sealed with one of some secrets and tells
// which: its place among them. What asks for stretching, or is not SEIPD
// version 2, is not tried. It never tries keys to open; keys are for the
// signatures.
func OpenShared(sealed []byte, secrets [][]byte, keys Keys, now time.Time) (o Opened, which int, err error) {
	defer guard(&err, ErrIntegrity)
	env, err := readEnvelope(sealed)
	if err != nil {
		return Opened{}, 0, fmt.Errorf("openpgp: open with shared secret: %w", err)
	}
	t := &trial{envelope: env, now: now}
	if len(env.phrases) != 1 || len(env.sessions) > 0 || !t.aead() || !unstretched(env.phrases[0]) {
		return Opened{}, 0, fmt.Errorf("openpgp: open with shared secret: %w", ErrPhrase)
	}
	for i, secret := range secrets {
		if t.phrase(env.phrases[0], secret) {
			o, err := t.result(keys)
			return o, i, err
		}
	}
	if t.broken {
		return Opened{}, 0, fmt.Errorf("openpgp: open with shared secret: %w", ErrIntegrity)
	}
	return Opened{}, 0, fmt.Errorf("openpgp: open with shared secret: %w", ErrPhrase)
}

// unstretched tells whether the key comes from the secret by one salted hash
// (RFC 9580, 3.7.1.2).
func unstretched(op *packet.OpaquePacket) bool {
	at := map[byte]int{4: 2, 6: 5}
	c := op.Contents
	return len(c) > 0 && at[c[0]] > 0 && len(c) > at[c[0]] && c[at[c[0]]] == 1
}
