package gnupg

import (
	"context"
	"fmt"
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
	Card         string    // serial number of the card that holds it, empty for none
	Seals, Signs bool      // a valid key or subkey for it is there
}

// Secrets lists the secret keys that are not expired, revoked or disabled.
func (g *GnuPG) Secrets(ctx context.Context) ([]Secret, error) {
	out, _, err := g.run(ctx, nil, "--with-colons", "--list-secret-keys")
	if err != nil {
		return nil, err
	}
	return parseSecrets(string(out)), nil
}

// parseSecrets reads the listing for machines (doc/DETAILS of GnuPG). In it
// user IDs cannot begin a line or a field of their own: what could is escaped.
func parseSecrets(list string) []Secret {
	var out []Secret
	var one *Secret
	for _, l := range strings.Split(list, "\n") {
		f := strings.Split(l, ":")
		if len(f) < 15 && f[0] != "fpr" && f[0] != "uid" {
			continue
		}
		switch {
		case f[0] == "sec":
			one = nil
			if !strings.ContainsAny(f[1], "eridn") {
				out = append(out, secretOf(f))
				one = &out[len(out)-1]
			}
		case one == nil || len(f) < 10:
		case f[0] == "fpr" && one.Fingerprint == "":
			one.Fingerprint = f[9]
		case f[0] == "uid" && !strings.ContainsAny(f[1], "eridn"):
			one.UserIDs = append(one.UserIDs, unescape(f[9]))
		}
	}
	return out
}

func secretOf(f []string) Secret {
	s := Secret{Created: moment(f[5]), Expires: moment(f[6])}
	// Capital letters tell what the whole key can do.
	s.Seals, s.Signs = strings.Contains(f[11], "E"), strings.Contains(f[11], "S")
	if f[14] != "+" && f[14] != "#" {
		s.Card = f[14]
	}
	return s
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

// Export gives the certificate of a key.
func (g *GnuPG) Export(ctx context.Context, fingerprint string) (*openpgp.Key, error) {
	return g.export(ctx, "--export", fingerprint)
}

// ExportSecret gives the secret key itself, locked as GnuPG locks it. GnuPG
// asks for the passphrase. A key on a card has none to give.
func (g *GnuPG) ExportSecret(ctx context.Context, fingerprint string) (*openpgp.Key, error) {
	return g.export(ctx, "--export-secret-keys", fingerprint)
}

func (g *GnuPG) export(ctx context.Context, command, fingerprint string) (*openpgp.Key, error) {
	if !hexadecimal(fingerprint) {
		return nil, fmt.Errorf("gnupg: export: %w", openpgp.ErrKey)
	}
	out, _, err := g.run(ctx, nil, command, "0x"+fingerprint)
	if err != nil {
		return nil, err
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
