package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// incoming is a key to be imported, with what was asked about it.
type incoming struct {
	key    *openpgp.Key
	open   *openpgp.Key // nil for a public key, or a secret one that stays locked
	phrase []byte
}

// Import takes in keys: files of GnuPG and others, armored or not, and setup
// messages of Autocrypt. Passphrase is asked for each secret key that is
// locked, and for the code of a setup message with the zero Key; nil leaves
// locked keys locked. When it gives an error, or a passphrase is wrong,
// nothing is imported.
func (k *Keyring) Import(ctx context.Context, data []byte, passphrase func(conversation.Key) ([]byte, error)) ([]conversation.Key, error) {
	all, err := k.gather(data, passphrase)
	if err != nil {
		return nil, err
	}
	k.change.Lock()
	defer k.change.Unlock()
	var out []conversation.Key
	for _, in := range all {
		if in.key.Secret() || k.mine(in.key.Fingerprint()) {
			key, err := k.importOwn(in)
			if err != nil {
				return out, err
			}
			out = append(out, key)
		}
	}
	others, err := k.importOthers(ctx, all)
	return append(out, others...), err
}

func (k *Keyring) mine(fingerprint string) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.ownWith(fingerprint) != nil
}

// gather reads what is to be imported and asks what has to be asked, before
// anything is changed.
func (k *Keyring) gather(data []byte, passphrase func(conversation.Key) ([]byte, error)) ([]incoming, error) {
	if _, _, ok := autocrypt.Hint(data); ok {
		return k.gatherSetup(data, passphrase)
	}
	keys, err := openpgp.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("keyring: import: %w", err)
	}
	var out []incoming
	for _, key := range keys {
		in := incoming{key: key}
		switch {
		case key.Secret() && !key.Locked():
			in.open = key
		case key.Secret() && passphrase != nil:
			if err := k.askFor(&in, passphrase); err != nil {
				return nil, err
			}
		}
		out = append(out, in)
	}
	return out, nil
}

func (k *Keyring) askFor(in *incoming, passphrase func(conversation.Key) ([]byte, error)) error {
	k.mu.RLock()
	shown := k.describe(in.key.Public(), nil)
	k.mu.RUnlock()
	shown.Secret, shown.Locked, shown.Protected = true, true, true
	phrase, err := passphrase(shown)
	if err != nil {
		return fmt.Errorf("keyring: import: %w", err)
	}
	if in.open, err = in.key.Unlock(phrase); err != nil {
		return refused(err)
	}
	in.phrase = phrase
	return nil
}

func (k *Keyring) gatherSetup(data []byte, ask func(conversation.Key) ([]byte, error)) ([]incoming, error) {
	if ask == nil {
		return nil, refused(autocrypt.ErrCode)
	}
	code, err := ask(conversation.Key{})
	if err != nil {
		return nil, fmt.Errorf("keyring: import: %w", err)
	}
	key, _, err := autocrypt.ReadSetup(data, string(code), k.o.Now())
	if errors.Is(err, autocrypt.ErrCode) {
		return nil, refused(errors.Join(err, openpgp.ErrPhrase))
	}
	if err != nil {
		return nil, fmt.Errorf("keyring: import: %w", err)
	}
	in := incoming{key: key}
	if key.Locked() {
		return []incoming{in}, k.askFor(&in, ask)
	}
	in.open = key
	return []incoming{in}, nil
}

// importOwn keeps a secret key, or adds to one that is here what a copy of its
// certificate brings, a revocation for one. What is here is never replaced.
func (k *Keyring) importOwn(in incoming) (conversation.Key, error) {
	k.mu.RLock()
	have := k.ownWith(in.key.Fingerprint())
	k.mu.RUnlock()
	if have == nil {
		stored, err := k.keep(in.key, true)
		if err != nil {
			return conversation.Key{}, err
		}
		return k.take(stored, in.open, in.phrase)
	}
	joined, err := have.stored.Merge(in.key)
	if err != nil {
		return conversation.Key{}, fmt.Errorf("keyring: import: %w", err)
	}
	if same(joined, have.stored) {
		k.mu.RLock()
		defer k.mu.RUnlock()
		return k.describeOwn(have), nil
	}
	stored, err := k.keep(joined, true)
	if err != nil {
		return conversation.Key{}, err
	}
	open, phrase := reopened(stored, have, in)
	return k.take(stored, open, phrase)
}

// reopened unlocks a changed own key with what is known.
func reopened(stored *openpgp.Key, have *ownKey, in incoming) (*openpgp.Key, []byte) {
	if !stored.Locked() {
		return stored, nil
	}
	for _, phrase := range [][]byte{have.phrase, in.phrase} {
		if open, err := stored.Unlock(phrase); len(phrase) > 0 && err == nil {
			return open, append([]byte(nil), phrase...)
		}
	}
	return nil, nil
}

// importOthers binds public keys to the addresses they name, by the user's
// word.
func (k *Keyring) importOthers(ctx context.Context, all []incoming) ([]conversation.Key, error) {
	var keys []*openpgp.Key
	for _, in := range all {
		if !in.key.Secret() && !k.mine(in.key.Fingerprint()) {
			keys = append(keys, in.key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	now := moment(k.o.Now())
	_, err := k.apply(ctx, func(ctx context.Context, l *lesson) error {
		for _, key := range keys {
			if err := k.importPublic(ctx, l, key, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []conversation.Key
	for _, key := range keys {
		shown, err := k.Find(ctx, key.Fingerprint())
		if err != nil {
			return out, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// Export gives a key in ASCII armor. A secret one is as it is kept: locked, if
// it has a passphrase.
func (k *Keyring) Export(_ context.Context, fingerprint string, secret bool) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	full, err := k.complete(clean(fingerprint))
	if err != nil {
		return nil, err
	}
	o := k.ownWith(full)
	switch {
	case secret && o == nil:
		return nil, fmt.Errorf("keyring: secret key %s: %w", full, conversation.ErrNotFound)
	case secret:
		return o.stored.Armor()
	}
	key := k.public(full)
	if key == nil {
		return nil, fmt.Errorf("keyring: %s: %w", full, conversation.ErrNotFound)
	}
	return key.Armor()
}

// Minimal gives as little of a certificate as can be used for an address, for
// a key directory or a record in the DNS.
func (k *Keyring) Minimal(a conversation.Address, fingerprint string) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	key := k.public(clean(fingerprint))
	if key == nil {
		return nil, fmt.Errorf("keyring: %s: %w", fingerprint, conversation.ErrNotFound)
	}
	return key.Minimal(a.ID)
}

// Setup makes an Autocrypt Setup Message of the own key of an address: its
// code, which the user writes down, and the body of the part that carries the
// key. The words tell whoever opens it what it is. ErrSealed while locked.
func (k *Keyring) Setup(_ context.Context, own conversation.Address, words string) (code string, body []byte, err error) {
	k.lapse()
	k.mu.RLock()
	o := k.ownOf(own, k.o.Now())
	var open *openpgp.Key
	if o != nil {
		open = o.open
	}
	k.mu.RUnlock()
	switch {
	case o == nil:
		return "", nil, fmt.Errorf("keyring: own key of %s: %w", own.ID, conversation.ErrNotFound)
	case open == nil:
		return "", nil, refused(openpgp.ErrLocked)
	}
	code = autocrypt.Code(k.o.Random)
	body, err = autocrypt.Setup(open, k.o.Mutual(own), code, words, k.o.Now())
	return code, body, err
}

// importPublic works one public key into a lesson. Without an address it is
// kept all the same.
func (k *Keyring) importPublic(ctx context.Context, l *lesson, key *openpgp.Key, now time.Time) error {
	raw, err := key.Bytes()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	s := conversation.KeySight{Source: conversation.FromUser, Fingerprint: key.Fingerprint(), Cert: raw, Date: now}
	if l.cert(s) == nil {
		return fmt.Errorf("import %s: %w", s.Fingerprint, openpgp.ErrKey)
	}
	for _, a := range key.Addresses() {
		s.Address = conversation.MailAddress(a)
		if k.isOwn(s.Address) {
			continue
		}
		if err := l.take(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
