package openpgp

import "time"

// Open opens a sealed message, armored or binary, checks its integrity to the
// end and then its signatures. On an error nothing of its content is given:
// ErrNoKey, ErrLocked, ErrIntegrity, ErrTooLarge.
func Open(sealed []byte, keys Keys, now time.Time) (Opened, error) { return Opened{}, ErrNoKey }

// OpenWith opens a message sealed with a passphrase.
func OpenWith(sealed, passphrase []byte, now time.Time) (Opened, error) { return Opened{}, ErrPhrase }

// Verify checks detached signatures, armored or binary, over exactly these
// bytes, one result for each.
func Verify(data, signature []byte, keys Keys, now time.Time) []Signature { return nil }

// VerifyInline checks a cleartext-signed text (RFC 9580, 7) and gives the text
// that was signed; what stands around it is not part of it.
func VerifyInline(text []byte, keys Keys, now time.Time) ([]byte, []Signature, error) {
	return nil, nil, ErrKey
}
