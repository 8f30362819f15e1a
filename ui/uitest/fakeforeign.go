package uitest

import (
	"context"

	"github.com/caliopen/caliopen-tui/conversation"
)

// ForeignPrint is the fingerprint of the key that Elsewhere makes known.
const ForeignPrint = "5555444433332222111100009999888877776666"

// Elsewhere has another program hold a key for an address, locked by Phrase.
func (f *Fake) Elsewhere(a conversation.Address) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys().foreign = conversation.Key{Fingerprint: ForeignPrint, Addresses: []conversation.Address{a}, UserIDs: []string{"You \x1b[31m <" + a.ID + ">"}}
}

// ForeignKey gives the key that another program holds.
func (f *Fake) ForeignKey(ctx context.Context, a conversation.AccountID) (conversation.Key, bool) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	k := f.keys().foreign
	if err != nil || k.Fingerprint == "" {
		return conversation.Key{}, false
	}
	for _, st := range f.statuses {
		if st.Account == a {
			return k, st.Address == k.Addresses[0]
		}
	}
	return k, string(a) == k.Addresses[0].ID // an account just added has the name of its address
}

// TakeKey takes that key in.
func (f *Fake) TakeKey(ctx context.Context, fingerprint string, phrase []byte) (conversation.Key, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	k := f.keys().foreign
	switch {
	case err != nil:
		return conversation.Key{}, err
	case k.Fingerprint != fingerprint:
		return conversation.Key{}, conversation.ErrNotFound
	case string(phrase) != Phrase:
		return conversation.Key{}, &conversation.Problem{Code: "account.key.gnupg.wrong", Err: conversation.ErrUsage}
	}
	k.Own, k.Secret, k.Protected = true, true, true
	f.keys().own = append(f.keys().own, k)
	return k, nil
}
