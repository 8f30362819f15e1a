package openpgp

import (
	"crypto"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Limits of what is read. Whoever sends a mail chooses its size and shape, so
// each of them bounds work that a stranger can ask for.
const (
	maxSealed     = 256 << 20 // bytes of a message, sealed or opened
	maxKeys       = 1 << 20   // bytes of a file of keys
	maxBlocks     = 64        // armored blocks in one text
	maxSessions   = 1024      // session key packets in front of a message
	maxTrials     = 512       // attempts at session keys without a key ID
	maxPhrases    = 8         // session key packets for a passphrase
	maxSignatures = 16        // signatures that are checked
	maxSigners    = 8         // certificates tried for one signature
	maxOwn        = 512       // self-signatures that are checked in one certificate
	maxForeign    = 128       // signatures of others kept in one certificate
	maxDepth      = 4         // compressed packets one in another
)

// clockSkew is how far ahead the clock of a correspondent may be.
const clockSkew = time.Hour

// config is the one place where the policy stands: strong and widely read
// algorithms, and none of the flags that make the library lenient.
func config(now time.Time) *packet.Config {
	return &packet.Config{
		DefaultHash:            crypto.SHA512,
		DefaultCipher:          packet.CipherAES256,
		DefaultCompressionAlgo: packet.CompressionNone,
		AEADConfig:             &packet.AEADConfig{DefaultMode: packet.AEADModeOCB},
		Time:                   func() time.Time { return now },
	}
}

// bombLimit is how many bytes a message of that size may unpack to.
func bombLimit(size int) int64 {
	return min(4*int64(size)+1<<20, maxSealed)
}

// weakKey tells whether a public key is too short or of a broken sort. Its
// signatures and what is sealed to it may be forged or read by others.
func weakKey(pk *packet.PublicKey) bool {
	switch pk.PubKeyAlgo {
	case packet.PubKeyAlgoDSA, packet.PubKeyAlgoElGamal:
		return true
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly, packet.PubKeyAlgoRSAEncryptOnly:
		bits, err := pk.BitLength()
		return err != nil || bits < 2047 // a modulus may begin with a zero bit
	case packet.PubKeyAlgoECDSA, packet.PubKeyAlgoECDH, packet.PubKeyAlgoEdDSA:
		curve, err := pk.Curve()
		return err != nil || curve == packet.CurveSecP256k1
	}
	return false
}

// weakHash tells whether a signature with that hash can be forged.
func weakHash(h crypto.Hash) bool {
	return h == crypto.SHA1 || h == crypto.MD5 || h == crypto.RIPEMD160
}

// criticalNotation tells whether a signature carries a condition that is not
// understood here (RFC 9580, 5.2.3.24).
func criticalNotation(sig *packet.Signature) bool {
	for _, n := range sig.Notations {
		if n.IsCritical {
			return true
		}
	}
	return false
}

// guard turns a panic of the library on hostile input into an error.
func guard(err *error, as error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("openpgp: %v: %w", r, as)
	}
}

// hybrid tells whether a session key under that algorithm stays secret from a
// quantum computer (RFC 9980).
func hybrid(a packet.PublicKeyAlgorithm) bool {
	return a == packet.PubKeyAlgoMlkem768X25519 || a == packet.PubKeyAlgoMlkem1024X448
}
