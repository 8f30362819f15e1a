package keyring

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Generate makes the own key of an address. It is on the disk when it returns.
func (k *Keyring) Generate(_ context.Context, own conversation.Address, name string, passphrase []byte) (conversation.Key, error) {
	k.change.Lock()
	defer k.change.Unlock()
	if own.Protocol != conversation.Mail || own.IsZero() {
		return conversation.Key{}, fmt.Errorf("keyring: key for %q: %w", own.String(), conversation.ErrUsage)
	}
	key, err := openpgp.Generate(name, own.ID, openpgp.Compatible, k.o.Now())
	if err != nil {
		return conversation.Key{}, fmt.Errorf("keyring: make a key: %w", err)
	}
	stored := key
	if len(passphrase) > 0 {
		if stored, err = key.Lock(passphrase); err != nil {
			return conversation.Key{}, fmt.Errorf("keyring: lock the new key: %w", err)
		}
	}
	if stored, err = k.keep(stored, false); err != nil {
		return conversation.Key{}, err
	}
	return k.take(stored, key, passphrase)
}

// keep writes an own key to the disk.
func (k *Keyring) keep(key *openpgp.Key, old bool) (stored *openpgp.Key, err error) {
	err = k.exclusively(func() error {
		stored, err = k.writeKey(key, old)
		return err
	})
	return stored, err
}

// take puts an own key, as it stands on the disk, to use; open is nil while it
// is locked. The caller holds change.
func (k *Keyring) take(stored, open *openpgp.Key, phrase []byte) (conversation.Key, error) {
	o := &ownKey{stored: stored, public: stored.Public(), open: open}
	if stored.Locked() && open != nil {
		o.phrase = append([]byte(nil), phrase...)
	}
	if !stored.Locked() {
		o.open = stored
	}
	k.mu.Lock()
	kept := k.own[:0:0]
	for _, x := range k.own {
		if x.fingerprint() != o.fingerprint() {
			kept = append(kept, x)
		}
	}
	k.own = append(kept, o)
	k.ids = nil
	k.order()
	k.opened()
	k.mu.Unlock()
	if err := k.wrapAgain(); err != nil {
		return conversation.Key{}, err
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.describeOwn(o), nil
}

// Change alters an own key: "extend", "revoke", "passphrase", "subkey".
func (k *Keyring) Change(_ context.Context, fingerprint, what, value string) error {
	k.lapse()
	k.change.Lock()
	defer k.change.Unlock()
	o, err := k.changeable(fingerprint)
	if err != nil {
		return err
	}
	if what == "passphrase" {
		return k.changePhrase(o, []byte(value))
	}
	open, err := altered(o.open, what, value, k.o.Now())
	if err != nil {
		return err
	}
	stored := open
	if len(o.phrase) > 0 {
		if stored, err = open.Lock(o.phrase); err != nil {
			return fmt.Errorf("keyring: lock the changed key: %w", err)
		}
	}
	phrase := append([]byte(nil), o.phrase...)
	if stored, err = k.keep(stored, true); err != nil {
		return err
	}
	_, err = k.take(stored, open, phrase)
	return err
}

// changeable gives an own key as the disk holds it now, unlocked.
func (k *Keyring) changeable(fingerprint string) (*ownKey, error) {
	k.mu.RLock()
	full, err := k.complete(clean(fingerprint))
	o := k.ownWith(full)
	k.mu.RUnlock()
	switch {
	case err != nil:
		return nil, err
	case o == nil:
		return nil, fmt.Errorf("keyring: %s is not an own key: %w", full, conversation.ErrUsage)
	}
	now, err := readKey(k.path(full))
	if err != nil {
		return nil, err
	}
	if same(now, o.stored) {
		if o.open == nil {
			return nil, refused(openpgp.ErrLocked)
		}
		return o, nil
	}
	// Another process changed it since.
	fresh := &ownKey{stored: now, public: now.Public(), open: now, phrase: o.phrase}
	if now.Locked() {
		if fresh.open, err = now.Unlock(o.phrase); err != nil {
			return nil, refused(err)
		}
	}
	return fresh, nil
}

func altered(key *openpgp.Key, what, value string, now time.Time) (*openpgp.Key, error) {
	switch what {
	case "extend":
		days, err := strconv.Atoi(value)
		if err != nil || days < 0 || days > 100*366 {
			return nil, fmt.Errorf("keyring: %q is no number of days: %w", value, conversation.ErrUsage)
		}
		return key.Extend(now, time.Duration(days)*24*time.Hour)
	case "revoke":
		return key.Revoke(now, value)
	case "subkey":
		return key.AddSubkey(now)
	}
	return nil, fmt.Errorf("keyring: %q is no change of a key: %w", what, conversation.ErrUsage)
}

// changePhrase locks an own key with another passphrase, "" for none. Earlier
// forms of the key, which open with the old one, are removed once the new one
// was read back and opened.
func (k *Keyring) changePhrase(o *ownKey, phrase []byte) error {
	stored := o.open
	var err error
	if len(phrase) > 0 {
		if stored, err = o.open.Lock(phrase); err != nil {
			return fmt.Errorf("keyring: lock the key: %w", err)
		}
		if _, err := stored.Unlock(phrase); err != nil {
			return fmt.Errorf("keyring: the locked key does not open: %w", err)
		}
	}
	if stored, err = k.keep(stored, false); err != nil {
		return err
	}
	if len(phrase) > 0 {
		if _, err := stored.Unlock(phrase); err != nil {
			return fmt.Errorf("keyring: the key as written does not open: %w", err)
		}
	}
	if err := k.dropOld(stored.Fingerprint()); err != nil {
		return fmt.Errorf("keyring: remove earlier forms of the key: %w", err)
	}
	_, err = k.take(stored, o.open, phrase)
	return err
}
