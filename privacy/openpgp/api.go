package openpgp

import (
	"errors"
	"time"
)

// Errors that callers branch on.
var (
	ErrNoKey     = errors.New("none of the secret keys opens it")
	ErrLocked    = errors.New("the secret key is locked")
	ErrIntegrity = errors.New("not protected against changes, or changed") // nothing of the content may be shown
	ErrTooLarge  = errors.New("more data than is allowed")
	ErrKey       = errors.New("not a usable key")
	ErrPhrase    = errors.New("wrong passphrase")
)

// Keys is where reading finds keys. It is asked from several goroutines.
type Keys interface {
	// Secrets gives the secret keys, the most used first. Locked ones open
	// nothing, but tell what could be opened from what is for nobody here.
	Secrets() []*Key
	// Signers gives the certificates that hold a key or subkey with that key
	// ID (RFC 9580, 5.5.4), including those a message brought along.
	Signers(keyID uint64) []*Key
}

// State says what a signature came to. The words are those of
// privacy.Security.Signature; "mismatch" is for those who know the sender.
type State string

// The states.
const (
	Good       State = "good"
	Bad        State = "bad"
	UnknownKey State = "unknown_key"
	ExpiredKey State = "expired_key" // expired or revoked when it was made
	Weak       State = "weak"        // a hash or key that is too weak
)

// Signature is what checking one signature came to.
type Signature struct {
	State   State
	KeyID   uint64
	Key     *Key // the certificate of the signer, nil when unknown
	Created time.Time
	// Elsewhere is set when the signature names intended recipients and none
	// of the keys that opened the message is among them (RFC 9580, 5.2.3.36):
	// somebody else passed it on.
	Elsewhere bool
}

// Opened is a sealed message that was opened whole. Its content may be shown:
// integrity was checked to the end before it is given.
type Opened struct {
	Plain      []byte
	Signatures []Signature // inside the seal, empty when it was not signed
	Key        *Key        // the secret key that opened it
	Symmetric  bool        // opened by a passphrase, not by a key
	AEAD       bool        // SEIPD version 2
	Quantum    bool        // the session key was sealed with a hybrid post-quantum key
	Forward    bool        // to a subkey that expires within weeks (Autocrypt v2)
	Readers    []uint64    // key IDs it is sealed to; 0 for a hidden one
	Name       string      // the file name of the literal packet, unsanitised
}

// SealOptions says to whom and how a message is sealed.
type SealOptions struct {
	To     []*Key // public keys; the writer's own among them when it shall read it
	Signer *Key   // unlocked secret key, nil for unsigned
	Hidden bool   // write no key IDs of the readers
	// Signed is a binary signature of Plain made elsewhere, as on a card. It
	// stands for Signer and names no readers.
	Signed []byte
	Now    time.Time
}

// Profile is a sort of key to make.
type Profile string

// The profiles.
const (
	Compatible Profile = "v4" // Ed25519 and Cv25519 with the SEIPDv2 bit: read by everything in use
	Modern     Profile = "v6" // RFC 9580 version 6
	Quantum    Profile = "pqc"
)

// Status says what a certificate can be used for at a moment.
type Status struct {
	Expired, Revoked bool
	Weak             bool // too short, or an algorithm that is broken
	CanSeal, CanSign bool // a valid key or subkey for it is there
	Created          time.Time
	Expires          time.Time // zero for never: of the primary key or the last subkey to seal with
	AEAD             bool      // announces SEIPD version 2
	Quantum          bool      // offers a hybrid post-quantum subkey
}
