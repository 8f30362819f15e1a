package main

import (
	"context"
	"errors"

	"github.com/caliopen/caliopen-tui/accounts/gnupg"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// foreignKey gives the newest key of an own address that the user's GnuPG
// holds and would give. Without GnuPG there is none, and nothing is said.
func (p *program) foreignKey(ctx context.Context, own conversation.Address) (conversation.Key, bool) {
	gpg, err := p.gnuPG()
	if err != nil {
		return conversation.Key{}, false
	}
	secrets, err := gpg.Secrets(ctx)
	if err != nil {
		return conversation.Key{}, false
	}
	var best conversation.Key
	for _, s := range secrets {
		if !s.Portable || s.Created.Before(best.Created) {
			continue
		}
		if cert, err := gpg.Export(ctx, s.Fingerprint); err == nil && fits(cert.Status(p.now())) && belongs(cert, own) {
			best = shownKey(cert, s)
		}
	}
	return best, best.Fingerprint != ""
}

// fits tells whether a key can be an own one.
func fits(s openpgp.Status) bool {
	return s.CanSeal && s.CanSign && !s.Expired && !s.Revoked && !s.Weak
}

// belongs tells whether a key is that of an address.
func belongs(cert *openpgp.Key, own conversation.Address) bool {
	for _, address := range cert.Addresses() {
		if conversation.MailAddress(address) == own {
			return true
		}
	}
	return false
}

func shownKey(cert *openpgp.Key, s gnupg.Secret) conversation.Key {
	k := conversation.Key{
		Fingerprint: s.Fingerprint, UserIDs: cert.UserIDs(), Algorithm: cert.Algorithm(), Created: s.Created, Expires: s.Expires,
	}
	for _, address := range cert.Addresses() {
		k.Addresses = append(k.Addresses, conversation.MailAddress(address))
	}
	return k
}

// takeKey takes a key out of GnuPG. GnuPG does not ask for the passphrase
// itself: it would do so on the terminal that the interface draws on.
func (p *program) takeKey(ctx context.Context, a *app, fingerprint string, passphrase []byte) (conversation.Key, error) {
	gpg, err := p.gnuPG()
	if err != nil {
		return conversation.Key{}, err
	}
	key, err := gpg.WithPhrase(passphrase).ExportSecret(ctx, fingerprint)
	if err != nil {
		return conversation.Key{}, untaken(err)
	}
	data, err := key.Bytes()
	if err != nil {
		return conversation.Key{}, err
	}
	keys, err := a.ring.Import(ctx, data, func(conversation.Key) ([]byte, error) { return passphrase, nil })
	if err != nil {
		return conversation.Key{}, untaken(err)
	}
	return keys[0], nil
}

// untaken says why a key was not taken. It is not about the own keys being
// locked, though GnuPG's passphrase was wrong.
func untaken(err error) error {
	switch {
	case errors.Is(err, openpgp.ErrPhrase):
		return &conversation.Problem{Code: "account.key.gnupg.wrong", Err: openpgp.ErrPhrase}
	case stuck(err) != "":
		return &conversation.Problem{Code: "account.key.gnupg.kept", Err: gnupg.ErrFailed}
	}
	return err
}
