package conversation

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Lengths of the identifiers in base32 characters of five bits. A message's
// fingerprint depends on what strangers write, so it gets more bits: nobody
// must be able to make a message that is taken for another one.
const (
	messageIDLength = 20
	shortIDLength   = 12
)

// NewContactID derives the identifier of a contact that has one address. It is
// the same on each machine and after each rebuild of the store. An address
// split from the contact that bears its identifier needs another one: see
// NextContactID.
func NewContactID(a Address) ContactID {
	return ContactID("c" + digest(shortIDLength, "contact", string(a.Protocol), a.ID))
}

// NextContactID derives the n-th other identifier for an address, for the case
// that NewContactID gives one that is still borne by the contact the address
// was split from.
func NextContactID(a Address, n int) ContactID {
	return ContactID("c" + digest(shortIDLength, "contact", string(a.Protocol), a.ID, strings.Repeat("+", n)))
}

// NewMessageID derives the identifier of a message from its fingerprint.
func NewMessageID(fingerprint [32]byte) MessageID {
	return MessageID("m" + digest(messageIDLength, "message", string(fingerprint[:])))
}

// digest hashes fields unambiguously and gives the first n characters of the
// hash in lower-case base32.
func digest(n int, fields ...string) string {
	sum := sha256.Sum256([]byte(joinFields(fields...)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:n]
}
