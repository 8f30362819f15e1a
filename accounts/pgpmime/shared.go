package pgpmime

import (
	"fmt"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// SealShared seals a letter with a secret that both sides' programs hold
// (SecureJoin version 3), and signs it where there is a signer. Nobody's key is
// needed, and nobody is named as a reader.
func SealShared(l Letter, s Seal, secret []byte) ([]byte, error) {
	if err := fitLines(l.Lines, s.Outside); err != nil {
		return nil, err
	}
	outside := s.outer(l.Lines)
	inside, err := protected(l, "cipher", outside)
	if err != nil {
		return nil, err
	}
	sealed, err := openpgp.SealShared(inside, secret, s.Signer, s.Now)
	if err != nil {
		return nil, fmt.Errorf("pgpmime: %w", err)
	}
	return sealedFrame(append(outside, s.Outside...), sealed, boundary(s.Random)), nil
}

// Shared is what a letter under a shared secret says.
type Shared struct {
	Which  int          // the secret's place
	Fields []Field      // of the header inside, all of them
	Signer *openpgp.Key // of a good signature over the whole, nil for none
	Signed bool         // there was a signature, good or not
}

// ReadShared opens a mail that is sealed with one of some secrets. Its
// signature is checked with the certificates that it brings along: what they
// are worth is for the caller to say. It is false for any other mail.
func ReadShared(raw []byte, secrets [][]byte, now time.Time) (Shared, bool) {
	cipher, ok := sealedIn(message(raw))
	if !ok {
		return Shared{}, false
	}
	o, which, err := openpgp.OpenShared(cipher, secrets, nil, now)
	if err != nil {
		return Shared{}, false
	}
	inside := read(o.Plain)
	out := Shared{Which: which, Fields: inside.fields, Signed: len(o.Signatures) > 0}
	o, _, err = openpgp.OpenShared(cipher, secrets[which:which+1], extended{none{}, carried(inside)}, now)
	if err == nil && len(o.Signatures) == 1 && o.Signatures[0].State == openpgp.Good {
		out.Signer = o.Signatures[0].Key
	}
	return out, true
}

// none is a ring without keys.
type none struct{}

// Secrets gives none.
func (none) Secrets() []*openpgp.Key { return nil }

// Signers gives none.
func (none) Signers(uint64) []*openpgp.Key { return nil }

// Fields gives the header fields of an entity or a mail, unfolded, not decoded.
func Fields(entity []byte) []Field { return message(entity).fields }

// Only gives the value of a field that stands there exactly once, "" otherwise.
func Only(fields []Field, name string) string {
	value, n := "", 0
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			value, n = strings.TrimSpace(f.Value), n+1
		}
	}
	if n != 1 {
		return ""
	}
	return value
}

// All gives the values of a field.
func All(fields []Field, name string) []string {
	var out []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			out = append(out, strings.TrimSpace(f.Value))
		}
	}
	return out
}
