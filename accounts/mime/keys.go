package mime

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Keys is what reading and writing sealed mails needs of the user's keyring.
// It is asked from several goroutines.
type Keys interface {
	openpgp.Keys
	// Bound tells whether a key stands for an address by what is known of it
	// besides its user IDs: a binding that the user or earlier mail made.
	Bound(a conversation.Address, fingerprint string) bool
	// Recipient gives the certificate with that fingerprint, nil when it is
	// not there or must not be used any more.
	Recipient(fingerprint string, now time.Time) *openpgp.Key
	// Signer gives the own key of an address, nil for none; it may be locked.
	Signer(own conversation.Address) *openpgp.Key
	// Autocrypt gives the value of the header for an own address, "" for none.
	Autocrypt(own conversation.Address) string
	// Gossip gives the value of an Autocrypt-Gossip header for a recipient.
	Gossip(a conversation.Address, fingerprint string) string
}
