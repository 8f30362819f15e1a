package openpgp

import (
	"time"

	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Key is a certificate, with the secret key when it is the user's own.
type Key struct {
	entity *pgp.Entity
}

// Parse reads the keys of a file or an attachment, armored or binary (RFC
// 9580, 10). Keys it cannot use are left out; ErrKey when none is left.
func Parse(data []byte) ([]*Key, error) { return nil, ErrKey }

// Generate makes a key for one address, unlocked.
func Generate(name, address string, p Profile, now time.Time) (*Key, error) { return nil, ErrKey }

// Fingerprint gives the fingerprint of the primary key in upper-case
// hexadecimal.
func (k *Key) Fingerprint() string { return "" }

// UserIDs gives the user IDs that are neither revoked nor badly signed,
// unsanitised.
func (k *Key) UserIDs() []string { return nil }

// Addresses gives the mail addresses that the valid user IDs name, in lower
// case. A user ID that does not name exactly one address gives none.
func (k *Key) Addresses() []string { return nil }

// Status says what the key can be used for at a moment.
func (k *Key) Status(now time.Time) Status { return Status{} }

// Algorithm names the primary key's algorithm and size: "ed25519", "rsa 3072".
func (k *Key) Algorithm() string { return "" }

// Secret tells whether the secret key is here, Locked whether it is locked.
func (k *Key) Secret() bool { return false }

// Locked tells whether a passphrase is needed to use the secret key.
func (k *Key) Locked() bool { return false }

// Unlock gives an unlocked copy; ErrPhrase for a wrong passphrase.
func (k *Key) Unlock(passphrase []byte) (*Key, error) { return nil, ErrPhrase }

// Lock gives a copy locked with a passphrase.
func (k *Key) Lock(passphrase []byte) (*Key, error) { return nil, ErrKey }

// Public gives the certificate without secret key.
func (k *Key) Public() *Key { return k }

// Bytes gives the binary form, with the secret key where there is one.
func (k *Key) Bytes() ([]byte, error) { return nil, ErrKey }

// Armor gives the ASCII form, with the secret key where there is one.
func (k *Key) Armor() ([]byte, error) { return nil, ErrKey }

// Minimal gives the five packets of an Autocrypt header's keydata (Autocrypt
// 1.1, 2.1.1), or as few as the certificate allows.
func (k *Key) Minimal(address string) ([]byte, error) { return nil, ErrKey }

// Merge joins what another copy of the same certificate adds: user IDs,
// subkeys, revocations. It is an error when the primary keys differ.
func (k *Key) Merge(other *Key) (*Key, error) { return k, nil }

// Extend gives a copy that expires so much later than now, 0 for never. The
// secret key has to be unlocked.
func (k *Key) Extend(now time.Time, by time.Duration) (*Key, error) { return nil, ErrKey }

// Revoke gives a copy with a revocation of the whole key (RFC 9580, 5.2.3.31).
func (k *Key) Revoke(now time.Time, reason string) (*Key, error) { return nil, ErrKey }

// AddSubkey gives a copy with a new subkey to be sealed to.
func (k *Key) AddSubkey(now time.Time) (*Key, error) { return nil, ErrKey }

// CertifiedBy tells whether another key has certified the primary key's user
// ID for an address, or signed the key directly.
func (k *Key) CertifiedBy(other *Key, address string) bool { return false }
