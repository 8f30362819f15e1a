package openpgp

import (
	"bytes"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// trial is the attempt to open an envelope, and what it found.
type trial struct {
	*envelope
	now    time.Time
	plain  []byte // the packets inside, checked to the end
	key    *Key   // nil when a passphrase opened it
	subkey *pgp.Subkey
	locked bool // a locked key might have opened it
	broken bool // a session key was found, but the data is not whole
	left   int  // attempts with hidden key IDs that may still be made
}

// withKeys tries the secret keys, those that are named before the hidden.
func (t *trial) withKeys(secrets []*Key) error {
	t.left = maxTrials
	for _, hidden := range []bool{false, true} {
		for _, s := range t.sessions {
			if s != nil && (s.KeyId == 0) == hidden && t.session(s, secrets) {
				return nil
			}
		}
	}
	switch {
	case t.broken:
		return ErrIntegrity
	case t.locked:
		return ErrLocked
	}
	return ErrNoKey
}

func (t *trial) session(s *packet.EncryptedKey, secrets []*Key) bool {
	if t.data.Tag == tagProtected && (s.Version == 6) != t.aead() {
		return false // versions must not be mixed (RFC 9580, 10.3.2.1)
	}
	for _, key := range secrets {
		for _, d := range key.decryptors(s) {
			if t.attempt(s, key, d) {
				return true
			}
		}
	}
	return false
}

// attempt opens the session key with one key, then the data.
func (t *trial) attempt(s *packet.EncryptedKey, key *Key, d decryptor) bool {
	if d.private.Encrypted {
		t.locked = true
		return false
	}
	if s.KeyId == 0 {
		if t.left--; t.left < 0 {
			return false
		}
	}
	if s.Decrypt(d.private, config(t.now)) != nil || !t.decrypt(s.CipherFunc, s.Key) {
		return false
	}
	t.key, t.subkey = key, d.subkey
	return true
}

// decrypt reads the data to the end and checks the protection before a byte
// of it is looked at: version 1 gives plaintext first and the error last.
func (t *trial) decrypt(c packet.CipherFunction, session []byte) bool {
	p, err := t.data.Parse()
	data, ok := p.(packet.EncryptedDataPacket)
	if err != nil || !ok {
		t.broken = true
		return false
	}
	r, err := data.Decrypt(c, session)
	if err != nil { // a wrong session key, as hidden readers have it
		return false
	}
	var plain bytes.Buffer
	plain.Grow(len(t.data.Contents) + bytes.MinRead) // what is inside is never longer
	_, err = plain.ReadFrom(r)
	if end := r.Close(); err != nil || end != nil {
		t.broken = true
		return false
	}
	t.plain = plain.Bytes()
	return true
}

// withSession uses a session key that was opened elsewhere.
func (t *trial) withSession(c byte, session []byte) error {
	switch {
	case t.aead():
		return ErrNoKey
	case t.decrypt(packet.CipherFunction(c), session):
		return nil
	case t.broken:
		return ErrIntegrity
	}
	return ErrNoKey
}

// withPhrase tries the packets for a passphrase (RFC 9580, 5.3).
func (t *trial) withPhrase(passphrase []byte) error {
	for i, op := range t.phrases {
		if i >= maxPhrases {
			break
		}
		if t.phrase(op, passphrase) {
			return nil
		}
	}
	switch {
	case t.broken:
		return ErrIntegrity
	case len(t.phrases) == 0:
		return fmt.Errorf("sealed to keys only: %w", ErrPhrase)
	}
	return ErrPhrase
}

func (t *trial) phrase(op *packet.OpaquePacket, passphrase []byte) bool {
	if greedy(op.Contents) {
		return false
	}
	p, err := op.Parse()
	sym, ok := p.(*packet.SymmetricKeyEncrypted)
	if err != nil || !ok {
		return false
	}
	session, c, err := sym.Decrypt(passphrase)
	return err == nil && t.decrypt(c, session)
}

// greedy tells whether deriving the key would take more memory or time than
// any honest sender asks for (Argon2: RFC 9580, 3.7.1.4).
func greedy(skesk []byte) bool {
	at := map[byte]int{4: 2, 5: 3, 6: 5}
	if len(skesk) == 0 || at[skesk[0]] == 0 {
		return true
	}
	s2k := skesk[min(at[skesk[0]], len(skesk)):]
	if len(s2k) == 0 || s2k[0] != 4 {
		return len(s2k) == 0
	}
	return len(s2k) < 20 || s2k[17] > 10 || s2k[18] > 16 || s2k[19] > 21
}

// rotating is how long the subkeys of forward secrecy live at most.
const rotating = 28 * 24 * time.Hour

// forward tells whether the message was opened with a subkey that is thrown
// away soon, and no reader whose certificate is known has another sort: one
// lasting key would keep the message readable.
func (t *trial) forward(keys Keys) bool {
	if t.subkey == nil || !shortLived(t.subkey) || len(t.phrases) > 0 {
		return false
	}
	for _, id := range t.readers() {
		if id == 0 || keys == nil {
			continue
		}
		for _, k := range keys.Signers(id) {
			if sub := k.subkey(id); sub == nil || !shortLived(sub) {
				return false
			}
		}
	}
	return true
}

// shortLived tells whether a subkey is one of those that replace each other
// (draft-autocrypt-openpgp-v2-cert): for communication only, and soon over.
func shortLived(s *pgp.Subkey) bool {
	sig, err := s.LatestValidBindingSignature(time.Time{}, config(time.Time{}))
	if err != nil || sig.KeyLifetimeSecs == nil || *sig.KeyLifetimeSecs == 0 || sig.FlagEncryptStorage {
		return false
	}
	return time.Duration(*sig.KeyLifetimeSecs)*time.Second <= rotating
}
