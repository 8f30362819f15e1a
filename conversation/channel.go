package conversation

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Reach says how sure a channel is to reach its contact.
type Reach string

// The reaches: heard there within 30 days, within 180 days, longer ago or
// never, bounced.
const (
	Live Reach = "live"
	Warm Reach = "warm"
	Cold Reach = "cold"
	Dead Reach = "dead"
)

// Channel is an own account and the addresses of everybody who is written to
// through it. ID is what "--via" takes: "ACCOUNT" or "ACCOUNT/sealed".
type Channel struct {
	ID       string
	Account  AccountID
	Protocol Protocol
	Own      Address // the own address written from
	Name     string  // the word shown: "mail", "sealed mail", "mastodon"
	Sealed   bool
}

// Prediction is a channel with what can be said of it before sending.
type Prediction struct {
	Channel   Channel
	Addresses []Address // one a recipient
	Facts     privacy.Facts
	Index     privacy.Index
	Reach     Reach
	Proven    bool        // a message has really gone that way; else shown with "≈"
	Conflict  bool        // the contact's key changed and the user has not decided
	MaxText   int         // longest text in characters, 0 for no limit
	MaxSize   int64       // largest message in bytes, 0 for unknown
	Files     bool        // can carry attachments
	Missing   []Recipient // who cannot be reached this way
	Rejected  Reason      // why it was left out, zero when it was not
	LastUsed  bool        // the other side wrote this way last
	Exchanged time.Time   // when the account last exchanged something with these addresses, zero for never
	Place     int         // of the account in the configuration
	// Keys is the key of each recipient of a sealed channel, by fingerprint, and
	// Policy what of its header stays readable; empty for other channels.
	Keys   map[Address]string
	Policy HeaderPolicy
	Note   Reason // what is known of the weakest of the keys, for the line; zero for clear channels
}

// Reason is a sentence of the catalogue with its arguments: the code is the
// catalogue's key ("route.too_long"), the arguments fill it in.
type Reason struct {
	Code string
	Args map[string]any
}

// Decision says how a channel came to be chosen.
type Decision string

// The decisions. Stop means that nothing may be sent without the user's word,
// Ask that one confirmation is needed.
const (
	Auto     Decision = "auto"
	Pinned   Decision = "pin"
	Override Decision = "override"
	Ask      Decision = "ask"
	Stop     Decision = "stop"
)

// Choice is the outcome of choosing a channel for a draft.
type Choice struct {
	Decision   Decision
	Chosen     int           // index into Candidates, -1 for none
	Candidates []Prediction  // all that were looked at, best first, rejected ones last
	Reason     Reason        // why this one, or why it stopped
	Warnings   []Reason      // remarks: a new Cc opens another conversation, a name in the text adds a reader…
	Floor      privacy.Level // level the conversation must not fall below, "" for none
	// Advice is the best step towards a more private way than the chosen one,
	// zero when there is none or it was put off.
	Advice privacy.Advice
}

// Best gives the chosen candidate, or nil.
func (c *Choice) Best() *Prediction {
	if c.Chosen < 0 || c.Chosen >= len(c.Candidates) {
		return nil
	}
	return &c.Candidates[c.Chosen]
}
