package securejoin

import (
	"crypto/subtle"
	"slices"
	"strings"
	"time"
)

// The header fields of the messages. All but those of RequestKey2 count only
// inside the seal.
const (
	FieldStep        = "Secure-Join"
	FieldNumber      = "Secure-Join-Invitenumber"
	FieldAuth        = "Secure-Join-Auth"
	FieldFingerprint = "Secure-Join-Fingerprint"
)

// Step is a step of the protocol.
type Step string

// The steps. Number 2 and 3 tell the versions apart; the others are common.
const (
	RequestKey2  Step = "vc-request"           // joiner: give me your key (in clear)
	AuthRequired Step = "vc-auth-required"     // inviter: here, prove that you hold the secret
	RequestKey3  Step = "vc-request-pubkey"    // joiner: give me your key (under the secret)
	Key3         Step = "vc-pubkey"            // inviter: here (under the secret, signed)
	RequestAuth  Step = "vc-request-with-auth" // joiner: the secret, and who I am
	Confirm      Step = "vc-contact-confirm"   // inviter: we know each other
)

// Seal says how a message is, or is to be, sealed.
type Seal string

// The seals.
const (
	Clear    Seal = "clear"
	ToKey    Seal = "key"    // to the receiver's certificate
	BySecret Seal = "secret" // with Secret; see openpgp.SealShared
)

// Received is what a message said. Fields come from inside the seal where there
// is one; those of the outer header never count for a sealed message.
type Received struct {
	Step        Step
	Number      string
	Auth        string
	Fingerprint string

	Seal   Seal
	Secret string // Auth of the invitation whose secret opened it, with BySecret
	// Signer is the fingerprint of the certificate that made a good signature
	// over the whole of what was sealed, "" for none.
	Signer string
	From   string   // address of the only author
	Key    string   // fingerprint of the certificate that the message brought for From
	Gossip []string // fingerprints of the certificates in Autocrypt-Gossip
	At     time.Time
}

// Send is a message to be sent.
type Send struct {
	Step        Step
	To          string // address
	Number      string
	Auth        string
	Fingerprint string

	Seal   Seal
	Secret string // with BySecret: what openpgp.SealShared takes
	Key    string // with ToKey: fingerprint of the certificate to seal to
	Sign   bool
	Attach bool   // own certificate as Autocrypt header, inside the seal where there is one
	Gossip string // fingerprint of the certificate to gossip: the receiver's own
}

// Fields gives the header fields of a message, by name.
func (s Send) Fields() [][2]string {
	all := [][2]string{{FieldStep, string(s.Step)}, {FieldNumber, s.Number}, {FieldAuth, s.Auth}, {FieldFingerprint, s.Fingerprint}}
	return slices.DeleteFunc(all, func(f [2]string) bool { return f[1] == "" })
}

// FromFields reads the header fields of a message, and tells whether it belongs
// to the protocol at all.
func FromFields(get func(name string) string) (Received, bool) {
	value := func(name string) string { return strings.TrimSpace(get(name)) }
	r := Received{
		Step: Step(value(FieldStep)), Number: value(FieldNumber), Auth: value(FieldAuth),
		Fingerprint: strings.ToUpper(strings.ReplaceAll(value(FieldFingerprint), " ", "")),
	}
	return r, r.Step != ""
}

// Secret gives what messages of version 3 are sealed with.
func Secret(fingerprint, auth string) string { return "securejoin/" + fingerprint + "/" + auth }

// equal compares secrets without telling by its time how much of them is
// right. Nothing equals an empty secret.
func equal(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
