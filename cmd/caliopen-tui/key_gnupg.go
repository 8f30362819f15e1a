package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/gnupg"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// gnuPG gives the user's GnuPG, or says that there is none.
func (p *program) gnuPG() (*gnupg.GnuPG, error) {
	g, err := gnupg.Find(p.getenv("GNUPGHOME"))
	if err != nil {
		return nil, &conversation.Problem{Code: "cli.key.gnupg.absent", Err: errors.Join(conversation.ErrNotFound, err)}
	}
	if !g.Used() {
		return nil, gnuPGEmpty()
	}
	return g, nil
}

func gnuPGEmpty() error {
	return &conversation.Problem{Code: "cli.key.gnupg.empty", Err: conversation.ErrNotFound}
}

// taking takes keys out of GnuPG into the keyring.
type taking struct {
	p       *program
	a       *app
	gpg     *gnupg.GnuPG
	phrase  []byte
	address conversation.Address // the only one that is meant, zero for all
	took    int
	trouble error // of keys that were named and left out
}

// importGnuPG takes the own keys and those of others out of the user's GnuPG.
// What cannot be taken is named and does not keep back the rest.
func (p *program) importGnuPG(ctx context.Context, a *app, args []string, f *phraseFlags) error {
	gpg, err := p.gnuPG()
	if err != nil {
		return err
	}
	t := &taking{p: p, a: a, gpg: gpg}
	if len(args) == 1 {
		if t.address, err = mailOf(args[0]); err != nil {
			return err
		}
	}
	if err := t.protect(ctx, f); err != nil {
		return err
	}
	if err := t.own(ctx); err != nil {
		return err
	}
	if err := t.others(ctx); err != nil {
		return err
	}
	if t.took == 0 && t.trouble == nil {
		return gnuPGEmpty()
	}
	return t.trouble
}

// protect has GnuPG ask for the passphrase, in its own window or line, unless
// the flags say otherwise.
func (t *taking) protect(ctx context.Context, f *phraseFlags) error {
	switch {
	case f.command != "":
		text, err := accounts.RunCommand(ctx, f.command)
		if err != nil {
			return err
		}
		t.phrase = []byte(text)
		t.gpg = t.gpg.WithPhrase(t.phrase)
	case f.none:
		t.gpg = t.gpg.Silent()
	}
	return nil
}

// own takes the secret keys of own addresses.
func (t *taking) own(ctx context.Context) error {
	secrets, err := t.gpg.AllSecrets(ctx)
	if err != nil {
		return err
	}
	for _, s := range secrets {
		cert, err := t.gpg.Export(ctx, s.Fingerprint)
		if errors.Is(err, openpgp.ErrKey) {
			continue // of a sort that cannot be used
		}
		if err != nil {
			return err
		}
		if t.a.concerned(cert, t.address) {
			if err := t.secret(ctx, s, cert); err != nil {
				return err
			}
		}
	}
	return nil
}

// concerned tells whether a key is that of an own address: of the one that is
// meant, or of any.
func (a *app) concerned(cert *openpgp.Key, meant conversation.Address) bool {
	for _, own := range a.own() {
		for _, address := range append([]conversation.Address{own.Address}, own.Aliases...) {
			if (meant == conversation.Address{} || meant == address) && slices.Contains(cert.Addresses(), address.ID) {
				return address.Protocol == conversation.Mail
			}
		}
	}
	return false
}

// secret takes one own key. Of one that is here already only what its
// certificate brings is taken, so that nobody is asked for nothing.
func (t *taking) secret(ctx context.Context, s gnupg.Secret, cert *openpgp.Key) error {
	if have, err := t.a.keys.Find(ctx, s.Fingerprint); err == nil && have.Secret {
		return t.keep(ctx, cert)
	}
	if !s.Portable {
		t.leave(fixed(s), "Fingerprint", screen.Grouped(s.Fingerprint), "Card", s.Card)
		return nil
	}
	key, err := t.gpg.ExportSecret(ctx, s.Fingerprint)
	switch code := stuck(err); {
	case code != "":
		t.leave(code, "Fingerprint", screen.Grouped(s.Fingerprint))
		return nil
	case err != nil:
		return err
	}
	if err := t.keep(ctx, key); err != nil {
		return err
	}
	if key.Locked() {
		t.p.note(t.p.t("cli.key.gnupg.same_phrase", "Fingerprint", screen.Grouped(s.Fingerprint)))
	}
	return nil
}

// fixed says why GnuPG cannot give a key: it is on a card, or elsewhere.
func fixed(s gnupg.Secret) string {
	if s.Card != "" {
		return "cli.key.gnupg.card"
	}
	return "cli.key.gnupg.offline"
}

// stuck says why GnuPG did not give a key, "" when that is for nobody to mend.
func stuck(err error) string {
	switch {
	case errors.Is(err, openpgp.ErrPhrase):
		return "cli.key.gnupg.wrong"
	case errors.Is(err, openpgp.ErrLocked):
		return "cli.key.gnupg.locked"
	case errors.Is(err, openpgp.ErrKey), errors.Is(err, gnupg.ErrFailed):
		return "cli.key.gnupg.kept"
	}
	return ""
}

// leave names a key that was left out, and why.
func (t *taking) leave(code string, args ...any) {
	problem := &conversation.Problem{Code: code, Args: named(args), Err: errPartly}
	if t.trouble != nil {
		t.p.note(t.p.said(t.trouble))
	}
	t.trouble = problem
}

// keep gives a key to the keyring and shows it. Its passphrase stays what it
// was, and it is opened when it is known.
func (t *taking) keep(ctx context.Context, key *openpgp.Key) error {
	data, err := key.Bytes()
	if err != nil {
		return err
	}
	var ask func(conversation.Key) ([]byte, error)
	if t.phrase != nil {
		ask = func(conversation.Key) ([]byte, error) { return t.phrase, nil }
	}
	keys, err := t.a.keys.Import(ctx, data, ask)
	for i := range keys {
		t.took++
		if err := t.p.showKey(t.a, &keys[i]); err != nil {
			return err
		}
	}
	return err
}

// others takes the certificates of others, bound to the addresses they name.
func (t *taking) others(ctx context.Context) error {
	prints, err := t.gpg.Public(ctx)
	if err != nil {
		return err
	}
	var certs []*openpgp.Key
	for _, print := range prints {
		cert, err := t.gpg.Export(ctx, print)
		if errors.Is(err, openpgp.ErrKey) {
			continue
		}
		if err != nil {
			return err
		}
		if t.wanted(cert) {
			certs = append(certs, cert)
		}
	}
	known, err := t.a.holders(ctx)
	if err != nil {
		return err
	}
	for _, cert := range certs {
		known.add(cert.Fingerprint(), cert.Addresses())
	}
	for _, cert := range certs {
		if rival := known.contested(cert); rival != "" {
			t.leave("cli.key.gnupg.several", "Address", rival, "Fingerprint", cert.Fingerprint())
		} else if err := t.keep(ctx, cert); err != nil {
			return err
		}
	}
	return nil
}

// wanted tells whether a certificate of somebody else is to be taken.
func (t *taking) wanted(cert *openpgp.Key) bool {
	s := cert.Status(t.p.now())
	if s.Revoked || s.Expired || s.Weak || !s.CanSeal || t.a.concerned(cert, conversation.Address{}) {
		return false
	}
	return (t.address == conversation.Address{}) || slices.Contains(cert.Addresses(), t.address.ID)
}

// holders says which keys are known of each mail address.
type holders map[string][]string

// holders tells it of the keyring.
func (a *app) holders(ctx context.Context) (holders, error) {
	h := holders{}
	keys, err := a.keys.List(ctx)
	for _, k := range keys {
		for _, b := range k.Bindings {
			h.add(k.Fingerprint, []string{b.Address.ID})
		}
	}
	return h, err
}

func (h holders) add(fingerprint string, addresses []string) {
	for _, a := range addresses {
		if !slices.Contains(h[a], fingerprint) {
			h[a] = append(h[a], fingerprint)
		}
	}
}

// contested gives an address of a key that has another key too. What somebody
// imports counts as his word; but in a whole ring of GnuPG there are also keys
// that came from servers by themselves, so that between two of them, or beside
// one that is known, only the user can choose.
func (h holders) contested(cert *openpgp.Key) string {
	for _, a := range cert.Addresses() {
		if len(h[a]) > 1 {
			return a
		}
	}
	return ""
}

// exportGnuPG gives an own key to GnuPG.
func (p *program) exportGnuPG(ctx context.Context, a *app, fingerprint string) error {
	gpg, err := gnupg.Find(p.getenv("GNUPGHOME"))
	if err != nil {
		return &conversation.Problem{Code: "cli.key.gnupg.absent", Err: errors.Join(conversation.ErrNotFound, err)}
	}
	data, err := a.keys.Export(ctx, fingerprint, true)
	if err != nil {
		return err
	}
	keys, err := openpgp.Parse(data)
	if err != nil {
		return err
	}
	if err := gpg.Import(ctx, keys[0]); err != nil {
		return &conversation.Problem{Code: "cli.key.gnupg.refused", Args: named([]any{"Fingerprint", screen.Grouped(fingerprint)}), Err: err}
	}
	k, err := a.keys.Find(ctx, fingerprint)
	if err != nil {
		return err
	}
	p.warnNewer(data)
	return p.showKey(a, &k)
}

// warnNewer says what an own key announces when it goes to another program:
// others take its word and seal as an older one cannot open (RFC 9580, 5.13.2).
func (p *program) warnNewer(data []byte) {
	keys, err := openpgp.Parse(data)
	if err == nil && keys[0].Secret() && keys[0].Status(p.now()).AEAD {
		p.note(p.t("cli.key.newer", "Fingerprint", strings.TrimSpace(screen.Grouped(keys[0].Fingerprint()))))
	}
}
