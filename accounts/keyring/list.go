package keyring

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// List gives every key, the own ones first.
func (k *Keyring) List(ctx context.Context) ([]conversation.Key, error) {
	k.lapse()
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []conversation.Key
	for _, o := range k.own {
		out = append(out, k.describeOwn(o))
	}
	bound := k.bound()
	var others []conversation.Key
	for f, c := range k.certs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if key := c.parsed(); key != nil && k.ownWith(f) == nil {
			others = append(others, k.describe(key, bound[f]))
		}
	}
	slices.SortFunc(others, func(a, b conversation.Key) int {
		if c := strings.Compare(first(a), first(b)); c != 0 {
			return c
		}
		return strings.Compare(a.Fingerprint, b.Fingerprint)
	})
	return append(out, others...), nil
}

func first(k conversation.Key) string {
	if len(k.Addresses) == 0 {
		return ""
	}
	return k.Addresses[0].ID
}

// bound gives the bindings of each key. The caller holds mu.
func (k *Keyring) bound() map[string][]conversation.Binding {
	out := map[string][]conversation.Binding{}
	for a, set := range k.sets {
		for _, b := range set {
			out[b.Fingerprint] = append(out[b.Fingerprint], toStore(a, b))
		}
	}
	return out
}

// Find gives the key of a fingerprint, or of the end of one when only one key
// ends so. ErrNotFound, ErrAmbiguous.
func (k *Keyring) Find(_ context.Context, fingerprint string) (conversation.Key, error) {
	k.lapse()
	k.mu.RLock()
	defer k.mu.RUnlock()
	full, err := k.complete(clean(fingerprint))
	if err != nil {
		return conversation.Key{}, err
	}
	if o := k.ownWith(full); o != nil {
		return k.describeOwn(o), nil
	}
	key := k.public(full)
	if key == nil {
		return conversation.Key{}, fmt.Errorf("keyring: %s: %w", full, conversation.ErrNotFound)
	}
	return k.describe(key, k.bound()[full]), nil
}

// shortest is how much of a fingerprint has to be given.
const shortest = 8

// complete gives the fingerprint that ends so. The caller holds mu.
func (k *Keyring) complete(end string) (string, error) {
	if k.certs[end] != nil || k.ownWith(end) != nil {
		return end, nil
	}
	var found []string
	for _, o := range k.own {
		if strings.HasSuffix(o.fingerprint(), end) {
			found = append(found, o.fingerprint())
		}
	}
	for f := range k.certs {
		if strings.HasSuffix(f, end) && k.ownWith(f) == nil {
			found = append(found, f)
		}
	}
	switch {
	case len(end) < shortest || len(found) == 0:
		return "", fmt.Errorf("keyring: %q: %w", end, conversation.ErrNotFound)
	case len(found) > 1:
		return "", fmt.Errorf("keyring: %q: %w", end, conversation.ErrAmbiguous)
	}
	return found[0], nil
}

func (k *Keyring) describeOwn(o *ownKey) conversation.Key {
	out := k.describe(o.public, nil)
	out.Own, out.Secret, out.Person = true, true, "verified"
	out.Protected = o.stored.Locked()
	out.Locked = o.open == nil
	return out
}

// describe writes a certificate as it is shown. The caller holds mu.
func (k *Keyring) describe(key *openpgp.Key, bindings []conversation.Binding) conversation.Key {
	s := key.Status(k.o.Now())
	out := conversation.Key{
		Fingerprint: key.Fingerprint(), UserIDs: key.UserIDs(), Algorithm: key.Algorithm(), Created: s.Created,
		Expires: s.Expires, Expired: s.Expired, Revoked: s.Revoked, Weak: s.Weak, Bindings: bindings,
	}
	for _, a := range key.Addresses() {
		out.Addresses = append(out.Addresses, conversation.MailAddress(a))
	}
	slices.SortFunc(out.Bindings, func(a, b conversation.Binding) int { return strings.Compare(a.Address.ID, b.Address.ID) })
	if len(bindings) == 1 {
		out.Person = k.sets[bindings[0].Address].State(out.Fingerprint).Person
	}
	return out
}

// Bindings gives what is known of the keys of an address.
func (k *Keyring) Bindings(a conversation.Address) []conversation.Binding {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []conversation.Binding
	for _, b := range k.sets[a] {
		out = append(out, toStore(a, b))
	}
	return out
}
