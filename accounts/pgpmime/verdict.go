package pgpmime

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Judge settles which of the signatures counts. bound tells whether a
// certificate belongs to whom the mail names as its one author; nil for "not
// asked", which Read uses. Of several, a good one by the author counts;
// otherwise the worst does, so that a bad signature is not hidden by adding a
// good one of somebody else. What the author signed and somebody else then
// sealed in his own name was not sealed by the author: whoever had it in clear
// passed it on.
func (r *Reading) Judge(bound func(*openpgp.Key) bool) {
	s := &r.Security
	s.Signature, s.Signer, s.SignerAddress, s.SignedAt, r.Signer = "none", "", "", "", nil
	worst, state := openpgp.Signature{}, ""
	passed := r.passedOn(bound)
	for i, sig := range r.Signatures {
		sig.Elsewhere = sig.Elsewhere || passed && i >= r.sealers
		w := word(sig, bound)
		if state == "" || state != "good" && (w == "good" || rank(w) > rank(state)) {
			worst, state = sig, w
		}
	}
	if state == "" {
		s.Covers = "none"
		return
	}
	r.settle(worst, state)
}

// passedOn tells whether the seal was signed, and not by the author.
func (r *Reading) passedOn(bound func(*openpgp.Key) bool) bool {
	author := func(s openpgp.Signature) bool { return word(s, bound) == "good" }
	return r.sealers > 0 && !slices.ContainsFunc(r.Signatures[:r.sealers], author)
}

// settle notes the signature that counts.
func (r *Reading) settle(sig openpgp.Signature, state string) {
	s := &r.Security
	s.Signature = state
	if !sig.Created.IsZero() {
		s.SignedAt = sig.Created.UTC().Format(time.RFC3339)
	}
	switch {
	case sig.Key != nil:
		r.Signer, s.Signer = sig.Key, sig.Key.Fingerprint()
		if a := sig.Key.Addresses(); len(a) > 0 {
			s.SignerAddress = a[0]
		}
	case sig.KeyID != 0:
		s.Signer = fmt.Sprintf("%016X", sig.KeyID)
	}
	if sig.Elsewhere && sig.State == openpgp.Good && !slices.Contains(r.Warnings, WarnElsewhere) {
		r.Warnings = append(r.Warnings, WarnElsewhere)
	}
}

// word gives the word of Security.Signature for one signature. A good one that
// was made for other readers, or by somebody else, is none for this mail.
func word(sig openpgp.Signature, bound func(*openpgp.Key) bool) string {
	if sig.State == openpgp.Good && (sig.Elsewhere || sig.Key == nil || bound != nil && !bound(sig.Key)) {
		return "mismatch"
	}
	return string(sig.State)
}

// rank orders the words from the least to the worst.
func rank(word string) int {
	return slices.Index([]string{"good", "unknown_key", "expired_key", "weak", "mismatch", "bad"}, strings.ToLower(word))
}
