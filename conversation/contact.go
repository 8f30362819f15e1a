package conversation

import "github.com/caliopen/caliopen-tui/privacy"

// ContactID identifies a contact. It is short, opaque and stable.
type ContactID string

// Me is the contact that all of the user's own addresses belong to.
const Me ContactID = "me"

// Contact is a person: a name and the set of that person's addresses.
type Contact struct {
	ID        ContactID
	Name      string
	Addresses []ContactAddress
	Kind      Kind     // where the user moved this sender: "" (by rule), KindPeople or KindBulk
	Pin       Protocol // the protocol the user pinned for this contact, "" for none
	Notes     string
	Messages  int // messages exchanged with any of the addresses
	Index     privacy.Index
	Channels  []Prediction // filled by Service.Contact only, best first
}

// ContactAddress is an address of a contact with what is known of it.
type ContactAddress struct {
	Address
	Name     string // the name last seen with this address
	Messages int
	LastSeen int64 // Unix seconds of the last message from there, 0 for never
	LastSent int64 // Unix seconds of the last message to there, 0 for never
	Bounced  bool  // the last message to there was refused for good
}
