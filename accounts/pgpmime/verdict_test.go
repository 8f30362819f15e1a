package pgpmime

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// TestJudge settles which of several signatures counts.
func TestJudge(t *testing.T) {
	alice, mallory := holder(t, "alice").Public(), holder(t, "mallory").Public()
	good := openpgp.Signature{State: openpgp.Good, Key: alice, KeyID: 1, Created: sentAt}
	foreign := openpgp.Signature{State: openpgp.Good, Key: mallory, KeyID: 2}
	elsewhere := good
	elsewhere.Elsewhere = true
	of := func(s openpgp.State) openpgp.Signature { return openpgp.Signature{State: s, KeyID: 3} }
	for _, c := range []struct {
		name       string
		signatures []openpgp.Signature
		want       string
		signer     string
	}{
		{"none", nil, "none", ""},
		{"good", []openpgp.Signature{good}, "good", alice.Fingerprint()},
		{"of another", []openpgp.Signature{foreign}, "mismatch", mallory.Fingerprint()},
		{"for other readers", []openpgp.Signature{elsewhere}, "mismatch", alice.Fingerprint()},
		{"without certificate", []openpgp.Signature{{State: openpgp.Good, KeyID: 4}}, "mismatch", "0000000000000004"},
		{"good beside all others", []openpgp.Signature{of(openpgp.Bad), foreign, good, of(openpgp.Weak), of(openpgp.UnknownKey)}, "good", alice.Fingerprint()},
		{"bad before mismatch", []openpgp.Signature{foreign, of(openpgp.Bad), of(openpgp.Weak)}, "bad", "0000000000000003"},
		{"mismatch before weak", []openpgp.Signature{of(openpgp.Weak), foreign}, "mismatch", mallory.Fingerprint()},
		{"weak before expired", []openpgp.Signature{of(openpgp.ExpiredKey), of(openpgp.Weak)}, "weak", "0000000000000003"},
		{"expired before unknown", []openpgp.Signature{of(openpgp.UnknownKey), of(openpgp.ExpiredKey)}, "expired_key", "0000000000000003"},
		{"for other readers beside unknown", []openpgp.Signature{of(openpgp.UnknownKey), elsewhere}, "mismatch", alice.Fingerprint()},
	} {
		r := blank()
		r.Signatures, r.Security.Covers = c.signatures, "whole"
		for range 2 { // judging again changes nothing
			r.Judge(func(k *openpgp.Key) bool { return k.Fingerprint() == alice.Fingerprint() })
		}
		s := r.Security
		if s.Signature != c.want || s.Signer != c.signer || (s.Covers == "none") != (c.want == "none") || (r.Signer != nil) != (len(c.signer) > 16) {
			t.Errorf("%s: %+v", c.name, s)
		}
		if c.want == "good" && (s.SignedAt != sentAt.Format(time.RFC3339) || s.SignerAddress != "alice@example.org") {
			t.Errorf("%s: at %q by %q", c.name, s.SignedAt, s.SignerAddress)
		}
		warned := len(r.Warnings) == 1 && r.Warnings[0] == WarnElsewhere
		if warned != (s.Signature == "mismatch" && s.Signer == alice.Fingerprint()) || len(r.Warnings) > 1 {
			t.Errorf("%s: warnings %v", c.name, r.Warnings)
		}
	}
}

// What the author signed in clear stays his word, but he sealed nothing when
// somebody else's name is on the seal.
func TestJudgePassedOn(t *testing.T) {
	alice, mallory := holder(t, "alice").Public(), holder(t, "mallory").Public()
	by := func(k *openpgp.Key) openpgp.Signature { return openpgp.Signature{State: openpgp.Good, Key: k} }
	unknown := openpgp.Signature{State: openpgp.UnknownKey, KeyID: 7}
	for _, c := range []struct {
		name       string
		signatures []openpgp.Signature
		sealers    int
		want       string
		signer     string
	}{
		{"sealed by another", []openpgp.Signature{by(mallory), by(alice)}, 1, "mismatch", mallory.Fingerprint()},
		{"sealed by nobody known", []openpgp.Signature{unknown, by(alice)}, 1, "mismatch", alice.Fingerprint()},
		{"sealed by the author too", []openpgp.Signature{by(mallory), by(alice), by(alice)}, 2, "good", alice.Fingerprint()},
		{"a seal without a name", []openpgp.Signature{by(alice)}, 0, "good", alice.Fingerprint()},
	} {
		r := blank()
		r.Signatures, r.sealers = c.signatures, c.sealers
		r.Judge(func(k *openpgp.Key) bool { return k.Fingerprint() == alice.Fingerprint() })
		if s := r.Security; s.Signature != c.want || s.Signer != c.signer {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}
