package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// How a sealed value begins.
const (
	byKey  = 1 // AES-256-GCM with the cache key: nonce, ciphertext
	toKeys = 2 // OpenPGP to the own keys, written while they were locked
)

const cacheKeySize = 32

// ErrVault is given for a sealed value that is not what was sealed there.
var ErrVault = errors.New("not what was sealed here")

// Ready tells whether anything can be sealed.
func (k *Keyring) Ready() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.aead != nil || len(k.readers()) > 0
}

// Unlocked tells whether sealed values can be opened now.
func (k *Keyring) Unlocked() bool {
	k.lapse()
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.aead != nil
}

// Seal closes a value so that it can be opened in that context only. It works
// while the keys are locked.
func (k *Keyring) Seal(plain, context []byte) ([]byte, error) {
	k.lapse()
	k.mu.RLock()
	aead, to := k.aead, k.readers()
	k.mu.RUnlock()
	if aead != nil {
		out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
		out[0] = byKey
		k.o.Random(out[1:])
		return aead.Seal(out, out[1:1+aead.NonceSize()], plain, context), nil
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("keyring: seal: %w", openpgp.ErrNoKey)
	}
	inside := binary.AppendUvarint(nil, uint64(len(context)))
	inside = append(append(inside, context...), plain...)
	sealed, err := openpgp.Seal(inside, openpgp.SealOptions{To: to, Now: k.o.Now()})
	if err != nil {
		return nil, fmt.Errorf("keyring: seal: %w", err)
	}
	return append([]byte{toKeys}, sealed...), nil
}

// readers gives the own certificates that can be sealed to. The caller holds mu.
func (k *Keyring) readers() []*openpgp.Key {
	now := k.o.Now()
	var out []*openpgp.Key
	for _, o := range k.own {
		if s := o.public.Status(now); s.CanSeal && !s.Revoked && !s.Expired {
			out = append(out, o.public)
		}
	}
	return out
}

// Open opens a sealed value. ErrSealed while the keys are locked.
func (k *Keyring) Open(sealed, context []byte) ([]byte, error) {
	k.lapse()
	k.mu.RLock()
	caches := k.caches()
	k.mu.RUnlock()
	switch {
	case len(sealed) == 0:
		return nil, fmt.Errorf("keyring: open: %w", ErrVault)
	case sealed[0] == toKeys:
		return k.openByKeys(sealed[1:], context)
	case sealed[0] != byKey:
		return nil, fmt.Errorf("keyring: open: %w", ErrVault)
	case len(caches) == 0:
		return nil, refused(openpgp.ErrLocked)
	}
	for _, aead := range caches {
		if n := 1 + aead.NonceSize(); len(sealed) >= n {
			if plain, err := aead.Open(nil, sealed[1:n], sealed[n:], context); err == nil {
				return plain, nil
			}
		}
	}
	return nil, fmt.Errorf("keyring: open: %w", ErrVault)
}

func (k *Keyring) openByKeys(sealed, context []byte) ([]byte, error) {
	o, err := openpgp.Open(sealed, k, k.o.Now())
	switch {
	case errors.Is(err, openpgp.ErrNoKey), errors.Is(err, openpgp.ErrLocked):
		return nil, refused(err)
	case err != nil:
		return nil, fmt.Errorf("keyring: open: %w", err)
	}
	n, size := binary.Uvarint(o.Plain)
	if size <= 0 || n > uint64(len(o.Plain)-size) || !bytes.Equal(o.Plain[size:size+int(n)], context) {
		return nil, fmt.Errorf("keyring: open: %w", ErrVault)
	}
	return o.Plain[size+int(n):], nil
}

func (k *Keyring) cachePath() string { return filepath.Join(k.o.Dir, cacheName) }

// openCache reads the cache key if an own key opens it. The caller holds mu.
func (k *Keyring) openCache() {
	k.openOlder()
	if k.aead != nil {
		return
	}
	data, err := readFile(k.cachePath())
	if err != nil {
		return
	}
	if o, err := openpgp.Open(data, openKeys(k.own), k.o.Now()); err == nil {
		k.aead = newAEAD(o.Plain)
	}
}

func newAEAD(key []byte) cipher.AEAD {
	if len(key) != cacheKeySize {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil
	}
	return aead
}

// openKeys are own keys as the source of secret keys alone.
type openKeys []*ownKey

// Secrets gives those that are open.
func (o openKeys) Secrets() []*openpgp.Key {
	var out []*openpgp.Key
	for _, own := range o {
		if own.open != nil {
			out = append(out, own.open)
		}
	}
	return out
}

// Signers knows nobody.
func (openKeys) Signers(uint64) []*openpgp.Key { return nil }

// wrapAgain seals the cache key to the own keys as they are now, when it is
// not already, or makes it when there is none. One that a locked key may open
// stays as it is; one that no key here opens is set aside, or nothing that is
// sealed from now on could ever be read again.
func (k *Keyring) wrapAgain() error {
	k.mu.RLock()
	own := slices.Clone(k.own)
	to := k.readers()
	k.mu.RUnlock()
	if len(to) == 0 {
		return nil
	}
	err := k.exclusively(func() error {
		data, err := readFile(k.cachePath())
		if errors.Is(err, fs.ErrNotExist) {
			return k.makeCache(to)
		}
		if err != nil {
			return err
		}
		o, err := openpgp.Open(data, openKeys(own), k.o.Now())
		switch {
		case err == nil && len(o.Plain) == cacheKeySize && k.wrapped(o.Readers, to):
			return nil
		case err == nil && len(o.Plain) == cacheKeySize:
			return k.writeCache(o.Plain, to)
		case opensLater(data, own):
			return nil
		}
		if err := k.setAside(data); err != nil {
			return err
		}
		return k.makeCache(to)
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	k.openCache()
	return err
}

func (k *Keyring) makeCache(to []*openpgp.Key) error {
	key := make([]byte, cacheKeySize)
	k.o.Random(key)
	defer clear(key)
	return k.writeCache(key, to)
}

func (k *Keyring) writeCache(key []byte, to []*openpgp.Key) error {
	sealed, err := openpgp.Seal(key, openpgp.SealOptions{To: to, Now: k.o.Now()})
	if err != nil {
		return fmt.Errorf("keyring: seal the cache key: %w", err)
	}
	return writeFile(k.cachePath(), sealed)
}

// wrapped tells whether the cache key is sealed to a key or subkey of each.
func (k *Keyring) wrapped(readers []uint64, to []*openpgp.Key) bool {
	for _, key := range to {
		raw, err := key.Bytes()
		if err != nil || !slices.ContainsFunc(keyIDs(raw), func(id uint64) bool { return slices.Contains(readers, id) }) {
			return false
		}
	}
	return true
}

var _ interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
	Unlocked() bool
	Ready() bool
} = (*Keyring)(nil)

var _ conversation.Keyring = (*Keyring)(nil)
