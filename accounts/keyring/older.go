package keyring

import (
	"crypto/cipher"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// olderCaches are the files of cache keys that were set aside.
const olderCaches = "cache-*.pgp"

// caches gives the cache keys that are open, the one in use first. The caller
// holds mu.
func (k *Keyring) caches() []cipher.AEAD {
	var out []cipher.AEAD
	if k.aead != nil {
		out = append(out, k.aead)
	}
	for _, a := range k.older {
		out = append(out, a)
	}
	return out
}

// openOlder reads the cache keys that were set aside and that an own key opens
// after all: it may have come back. The caller holds mu.
func (k *Keyring) openOlder() {
	names, _ := filepath.Glob(filepath.Join(k.o.Dir, oldFolder, olderCaches))
	for _, name := range names {
		if k.older[name] != nil {
			continue
		}
		data, err := readFile(name)
		if err != nil {
			continue
		}
		o, err := openpgp.Open(data, openKeys(k.own), k.o.Now())
		if err != nil {
			continue
		}
		if a := newAEAD(o.Plain); a != nil {
			if k.older == nil {
				k.older = map[string]cipher.AEAD{}
			}
			k.older[name] = a
		}
	}
}

// speak makes the cache key anew where an own key is open and it is not, as it
// is damaged or was sealed to a key that is gone. Where nothing can be written,
// all else still works.
func (k *Keyring) speak() {
	k.mu.RLock()
	mute := k.aead == nil && len(openKeys(k.own).Secrets()) > 0
	k.mu.RUnlock()
	if mute {
		_ = k.wrapAgain()
	}
}

// opensLater tells whether a cache key may be opened by an own key that is
// locked now.
func opensLater(data []byte, own []*ownKey) bool {
	return slices.ContainsFunc(own, func(o *ownKey) bool { return o.open == nil && reads(data, o) })
}

// reads tells whether something is sealed to an own key. Nothing is to a
// damaged file.
func reads(data []byte, o *ownKey) bool {
	readers, _, err := openpgp.Recipients(data)
	return err == nil && slices.ContainsFunc(o.public.KeyIDs(), func(id uint64) bool { return slices.Contains(readers, id) })
}

// setAside keeps the cache key that no key here opens: the key may come back.
// The caller holds the lock of the folder.
func (k *Keyring) setAside(data []byte) error {
	folder := filepath.Join(k.o.Dir, oldFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return writeFile(filepath.Join(folder, "cache-"+strconv.FormatInt(k.o.Now().UnixNano(), 10)+".pgp"), data)
}

// Unreadable gives the files of cache keys that none of the own keys opens,
// locked ones included. What was sealed with them, as the text of sealed
// messages and drafts, cannot be read until the key they were sealed to is
// back.
func (k *Keyring) Unreadable() []string {
	names, _ := filepath.Glob(filepath.Join(k.o.Dir, oldFolder, olderCaches))
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []string
	for _, name := range append([]string{k.cachePath()}, names...) {
		if k.older[name] != nil || name == k.cachePath() && k.aead != nil {
			continue
		}
		if data, err := os.ReadFile(name); err == nil && !opensLater(data, k.own) {
			out = append(out, name)
		}
	}
	return out
}
