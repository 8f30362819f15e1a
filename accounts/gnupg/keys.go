package gnupg

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Secret is a secret key that GnuPG can use.
type Secret struct {
	Fingerprint  string
	UserIDs      []string // as written, unsanitised
	Created      time.Time
	Expires      time.Time // zero for never
	Card         string    // serial number of the card that holds it or a subkey, empty for none
	Seals, Signs bool      // a valid key or subkey for it is there
	Void         bool      // expired, revoked or disabled: it only opens what is old
	Portable     bool      // GnuPG has what seals and signs and can give it, as it cannot from a card
}

// Secrets lists the secret keys that are not expired, revoked or disabled.
func (g *GnuPG) Secrets(ctx context.Context) ([]Secret, error) {
	all, err := g.AllSecrets(ctx)
	return slices.DeleteFunc(all, func(s Secret) bool { return s.Void }), err
}

// AllSecrets lists the secret keys, with those that only open what is old.
func (g *GnuPG) AllSecrets(ctx context.Context) ([]Secret, error) {
	out, _, err := g.run(ctx, nil, "--with-colons", "--list-secret-keys")
	if err != nil {
		return nil, err
	}
	return parseSecrets(string(out)), nil
}

// unusable are the letters of a validity that nothing can be done with.
const unusable = "eridn"

// listed is a secret key while its lines are read.
type listed struct {
	Secret
	held string // what can be done with what is here
}

// parseSecrets reads the listing for machines (doc/DETAILS of GnuPG). In it
// user IDs cannot begin a line or a field of their own: what could is escaped.
func parseSecrets(list string) []Secret {
	var all []*listed
	var one *listed
	for _, l := range strings.Split(list, "\n") {
		f := strings.Split(l, ":")
		switch {
		case f[0] == "sec" && len(f) > 14:
			one = secretOf(f)
			all = append(all, one)
			one.part(f)
		case one == nil || len(f) < 10:
		case f[0] == "ssb" && len(f) > 14:
			one.part(f)
		case f[0] == "fpr" && one.Fingerprint == "":
			one.Fingerprint = f[9]
		case f[0] == "uid" && (one.Void || !strings.ContainsAny(f[1], unusable)):
			one.UserIDs = append(one.UserIDs, unescape(f[9]))
		}
	}
	out := make([]Secret, len(all))
	for i, k := range all {
		out[i] = k.Secret
		out[i].Portable = k.portable()
	}
	return out
}

func secretOf(f []string) *listed {
	k := &listed{}
	k.Created, k.Expires, k.Void = moment(f[5]), moment(f[6]), strings.ContainsAny(f[1], unusable) || strings.Contains(f[11], "D")
	// Capital letters tell what the whole key can do.
	k.Seals, k.Signs = strings.Contains(f[11], "E"), strings.Contains(f[11], "S")
	return k
}

// part notes where a key or subkey is: "+" here, "#" nowhere, or on a card.
func (k *listed) part(f []string) {
	switch f[14] {
	case "+":
		if k.Void || !strings.ContainsAny(f[1], unusable) {
			k.held += strings.Map(small, f[11])
		}
	case "#", "":
	default:
		k.Card = f[14]
	}
}

// small drops the capital letters.
func small(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return -1
	}
	return r
}

func (k *listed) portable() bool {
	return strings.ContainsAny(k.held, "es") &&
		(!k.Seals || strings.Contains(k.held, "e")) && (!k.Signs || strings.Contains(k.held, "s"))
}

func moment(field string) time.Time {
	n, err := strconv.ParseInt(field, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// unescape undoes \xHH.
func unescape(field string) string {
	var out strings.Builder
	for i := 0; i < len(field); i++ {
		if i+3 < len(field) && field[i] == '\\' && field[i+1] == 'x' {
			if n, err := strconv.ParseUint(field[i+2:i+4], 16, 8); err == nil {
				out.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		out.WriteByte(field[i])
	}
	return out.String()
}

// Public lists the fingerprints of the certificates that are not expired,
// revoked, disabled or invalid.
func (g *GnuPG) Public(ctx context.Context) ([]string, error) {
	out, _, err := g.run(ctx, nil, "--with-colons", "--list-keys")
	if err != nil {
		return nil, err
	}
	return parsePublic(string(out)), nil
}

func parsePublic(list string) []string {
	var out []string
	wanted := false
	for _, l := range strings.Split(list, "\n") {
		f := strings.Split(l, ":")
		switch {
		case f[0] == "pub" && len(f) > 11:
			wanted = !strings.ContainsAny(f[1], unusable) && !strings.Contains(f[11], "D")
		case f[0] == "fpr" && len(f) > 9 && wanted:
			out, wanted = append(out, f[9]), false // the next ones are those of subkeys
		}
	}
	return out
}

// Export gives the certificate of a key.
func (g *GnuPG) Export(ctx context.Context, fingerprint string) (*openpgp.Key, error) {
	return g.export(ctx, "--export", fingerprint)
}

// ExportSecret gives the secret key itself, locked as GnuPG locks it. GnuPG
// asks for the passphrase. A key on a card has none to give. ErrLocked when
// nobody said the passphrase, ErrPhrase when it was a wrong one.
func (g *GnuPG) ExportSecret(ctx context.Context, fingerprint string) (*openpgp.Key, error) {
	return g.export(ctx, "--export-secret-keys", fingerprint)
}

func (g *GnuPG) export(ctx context.Context, command, fingerprint string) (*openpgp.Key, error) {
	if !hexadecimal(fingerprint) {
		return nil, fmt.Errorf("gnupg: export: %w", openpgp.ErrKey)
	}
	out, said, err := g.run(ctx, nil, command, "0x"+fingerprint)
	if err != nil {
		return nil, err
	}
	if refused := said.refusal(); len(out) == 0 && !errors.Is(refused, ErrFailed) {
		return nil, fmt.Errorf("gnupg: export: %w", refused)
	}
	keys, err := openpgp.Parse(out)
	if err != nil {
		return nil, fmt.Errorf("gnupg: export: %w", err)
	}
	for _, k := range keys {
		if k.Fingerprint() == fingerprint {
			return k, nil
		}
	}
	return nil, fmt.Errorf("gnupg: export: %w", openpgp.ErrKey)
}

// Import gives a key to GnuPG, with its secret part where there is one.
func (g *GnuPG) Import(ctx context.Context, k *openpgp.Key) error {
	raw, err := k.Bytes()
	if err != nil {
		return fmt.Errorf("gnupg: import: %w", err)
	}
	_, said, err := g.run(ctx, raw, "--import")
	if err != nil {
		return err
	}
	for _, l := range said {
		if l.keyword == "IMPORT_OK" && len(l.args) == 2 && l.args[1] == k.Fingerprint() {
			return nil
		}
	}
	return fmt.Errorf("gnupg: import: %w", ErrFailed)
}

// hexadecimal tells whether a fingerprint is one, and not an option or a name.
func hexadecimal(s string) bool {
	return len(s) >= 40 && strings.Trim(s, "0123456789ABCDEF") == ""
}
