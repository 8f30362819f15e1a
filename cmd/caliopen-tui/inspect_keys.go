package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/keyring"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/storage"
)

// lent is the own keyring, where there is one, with keys lent to it for one
// look: nothing of them is kept.
type lent struct {
	own  *keyring.Keyring // nil for none
	keys []*openpgp.Key
}

// Secrets gives the secret keys.
func (l *lent) Secrets() []*openpgp.Key {
	var out []*openpgp.Key
	for _, k := range l.keys {
		if k.Secret() {
			out = append(out, k)
		}
	}
	if l.own != nil {
		out = append(out, l.own.Secrets()...)
	}
	return out
}

// Signers gives the certificates with that key ID.
func (l *lent) Signers(id uint64) []*openpgp.Key {
	var out []*openpgp.Key
	for _, k := range l.keys {
		if k.Holds(id) {
			out = append(out, k.Public())
		}
	}
	if l.own != nil {
		out = append(out, l.own.Signers(id)...)
	}
	return out
}

// Bound tells whether a key stands for an address by what the keyring knows.
func (l *lent) Bound(a conversation.Address, fingerprint string) bool {
	return l.own != nil && l.own.Bound(a, fingerprint)
}

// State gives what the keyring knows of a key.
func (l *lent) State(a conversation.Address, fingerprint string) privacy.KeyState {
	if l.own == nil {
		return privacy.KeyState{}
	}
	return l.own.State(a, fingerprint)
}

// Recipient, Signer, Autocrypt and Gossip are for writing, which nobody does
// here.
func (l *lent) Recipient(string, time.Time) *openpgp.Key { return nil }

// Signer gives nothing.
func (l *lent) Signer(conversation.Address) *openpgp.Key { return nil }

// Autocrypt gives nothing.
func (l *lent) Autocrypt(conversation.Address) string { return "" }

// Gossip gives nothing.
func (l *lent) Gossip(conversation.Address, string) string { return "" }

// lend reads the keys of files, and calls use with them and the own keyring.
// Without a profile there are only those lent.
func (p *program) lend(ctx context.Context, files []string, use func(*lent) error) error {
	l := &lent{}
	for _, name := range files {
		data, err := p.keyFile(name)
		if err != nil {
			return err
		}
		keys, err := openpgp.Parse(data)
		if err != nil {
			return &conversation.Problem{Code: "cli.inspect.no_key", Args: named([]any{"File", name}), Err: err}
		}
		l.keys = slices.Concat(l.keys, keys)
	}
	data := p.places().Data
	if _, err := os.Stat(filepath.Join(data, storage.FileName)); data == "" || err != nil {
		return use(l)
	}
	return p.with(reading, func(_ context.Context, a *app, _ []string) error {
		l.own = a.ring
		return use(l)
	})(ctx, nil)
}
