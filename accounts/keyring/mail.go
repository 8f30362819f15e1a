package keyring

import (
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/tofu"
)

var _ mime.Keys = (*Keyring)(nil)

// Secrets gives the own keys, those that are open first, the newest before the
// older ones. A locked one opens nothing, but tells that it could.
func (k *Keyring) Secrets() []*openpgp.Key {
	k.lapse()
	k.mu.RLock()
	defer k.mu.RUnlock()
	out := openKeys(k.own).Secrets()
	for _, o := range k.own {
		if o.open == nil {
			out = append(out, o.stored)
		}
	}
	return out
}

// Signers gives the certificates with that key ID.
func (k *Keyring) Signers(keyID uint64) []*openpgp.Key {
	k.index()
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []*openpgp.Key
	for _, f := range k.ids[keyID] {
		if key := k.public(f); key != nil {
			out = append(out, key)
		}
	}
	return out
}

// index notes which certificates have which key IDs, once.
func (k *Keyring) index() {
	k.mu.RLock()
	done := k.ids != nil
	k.mu.RUnlock()
	if done {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = map[uint64][]string{}
	for f, c := range k.certs {
		k.note(f, c.raw)
	}
	for _, o := range k.own {
		if raw, err := o.public.Bytes(); err == nil {
			k.note(o.fingerprint(), raw)
		}
	}
}

// note adds a certificate to the index of key IDs. The caller holds mu.
func (k *Keyring) note(fingerprint string, raw []byte) {
	for _, id := range keyIDs(raw) {
		if !slices.Contains(k.ids[id], fingerprint) {
			k.ids[id] = append(k.ids[id], fingerprint)
		}
	}
}

// public gives the certificate of a fingerprint, nil for none. The caller
// holds mu.
func (k *Keyring) public(fingerprint string) *openpgp.Key {
	if o := k.ownWith(fingerprint); o != nil {
		return o.public
	}
	if c := k.certs[fingerprint]; c != nil {
		return c.parsed()
	}
	return nil
}

// Bound tells whether a key stands for an address by what is known of it
// besides its user IDs.
func (k *Keyring) Bound(a conversation.Address, fingerprint string) bool {
	fingerprint = clean(fingerprint)
	own := k.isOwn(a)
	k.mu.RLock()
	defer k.mu.RUnlock()
	if own {
		o := k.ownWith(fingerprint)
		return o != nil && o.has(a)
	}
	return slices.ContainsFunc(k.sets[a].Usable(""), func(b tofu.Binding) bool { return b.Fingerprint == fingerprint })
}

// Recipient gives the certificate of a fingerprint when it can be sealed to.
func (k *Keyring) Recipient(fingerprint string, now time.Time) *openpgp.Key {
	k.mu.RLock()
	defer k.mu.RUnlock()
	key := k.public(clean(fingerprint))
	if key == nil || !usable(key.Status(now)) {
		return nil
	}
	return key
}

func usable(s openpgp.Status) bool { return s.CanSeal && !s.Revoked && !s.Expired }

// Signer gives the own key to write with from an address; it may be locked.
func (k *Keyring) Signer(own conversation.Address) *openpgp.Key {
	k.Touch()
	k.mu.RLock()
	defer k.mu.RUnlock()
	o := k.ownOf(own, k.o.Now())
	switch {
	case o == nil:
		return nil
	case o.open != nil:
		return o.open
	}
	return o.stored
}

// Autocrypt gives the value of the header of mail from an own address, "" when
// there is no key to tell of.
func (k *Keyring) Autocrypt(own conversation.Address) string {
	k.mu.RLock()
	o := k.ownOf(own, k.o.Now())
	k.mu.RUnlock()
	if o == nil {
		return ""
	}
	return header(o.public, own, k.o.Mutual(own))
}

// Gossip gives the value of the header that tells the readers of a sealed mail
// of each other's keys.
func (k *Keyring) Gossip(a conversation.Address, fingerprint string) string {
	k.mu.RLock()
	key := k.public(clean(fingerprint))
	k.mu.RUnlock()
	if key == nil {
		return ""
	}
	return header(key, a, false)
}

// header writes none for a key that is too long for one.
func header(key *openpgp.Key, a conversation.Address, mutual bool) string {
	data, err := key.Minimal(a.ID)
	if err != nil {
		return ""
	}
	value, err := autocrypt.FormatHeader(a.ID, mutual, data)
	if err != nil {
		return ""
	}
	return value
}
