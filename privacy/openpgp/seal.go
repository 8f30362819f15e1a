package openpgp

import "time"

// Seal seals and, with a signer, signs a message and gives it in ASCII armor.
func Seal(plain []byte, o SealOptions) ([]byte, error) { return nil, ErrKey }

// SealWith seals with a passphrase, as an Autocrypt Setup Message wants it
// (Autocrypt 1.1, 4.4): AES and an iterated and salted S2K.
func SealWith(plain, passphrase []byte, now time.Time) ([]byte, error) { return nil, ErrKey }

// Sign makes a detached signature in ASCII armor and tells its micalg (RFC
// 3156, 5).
func Sign(data []byte, signer *Key, now time.Time) (armored []byte, micalg string, err error) {
	return nil, "", ErrKey
}
