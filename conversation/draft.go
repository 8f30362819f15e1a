package conversation

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// DraftID identifies a draft.
type DraftID string

// Recipient is somebody a draft goes to: a contact, and an explicit address
// when the user chose or typed one (the address then belongs to the contact,
// or Contact is empty for a stranger).
type Recipient struct {
	Contact ContactID `json:"contact,omitempty"`
	Name    string    `json:"name,omitempty"`
	Address Address   `json:"address,omitzero"`
}

// DraftKind says how a draft began.
type DraftKind string

// The kinds of draft.
const (
	DraftNew     DraftKind = "new"
	DraftReply   DraftKind = "reply"
	DraftForward DraftKind = "forward"
)

// Draft is a message being written. It is saved after each second of quiet.
type Draft struct {
	ID           DraftID        `json:"id"`
	Kind         DraftKind      `json:"kind"`
	Conversation ConversationID `json:"conversation,omitempty"`
	Source       MessageID      `json:"source,omitempty"` // answered or forwarded
	To           []Recipient    `json:"to,omitempty"`
	Cc           []Recipient    `json:"cc,omitempty"`
	Bcc          []Recipient    `json:"bcc,omitempty"`
	Subject      string         `json:"subject,omitempty"`
	Text         string         `json:"text,omitempty"`
	Attach       []string       `json:"attach,omitempty"` // paths of files
	Via          string         `json:"via,omitempty"`    // "" or "auto": the program chooses; else a channel's id
	From         string         `json:"from,omitempty"`   // own address, "" for the account's first
	ConfirmClear bool           `json:"confirm_clear,omitempty"`
	At           time.Time      `json:"at,omitzero"` // not to be sent before that moment, zero for at once
	// Secret is set when the draft was begun from a message of which something
	// was sealed: it may hold words of it, also when that message is gone.
	Secret bool `json:"secret,omitempty"`
	// Shown is Choice.Mark of what the user saw when he said "send". When the
	// choice has changed since, Send stops with ErrGuard. Empty does not check.
	Shown string    `json:"-"`
	Saved time.Time `json:"saved,omitzero"`
	// Sealed is set while the keys are locked and the store cannot read the
	// draft: all else but ID, Conversation and Saved is empty then. A store
	// that is given it keeps the sealed content as it is, under the given ID,
	// and refuses with ErrSealed what else was written into such a draft.
	Sealed []byte `json:"-"`
}

// State is where an outbox entry stands. The machine:
//
//	held ──(hold time over)──▶ queued ──▶ sending ──▶ sent
//	 │ cancel                   │ ▲          │
//	 ▼                          │ └─retry────┤ temporary error, or cut before the
//	cancelled ◀─────────────────┘            │ message itself was handed over
//	                                         ├──▶ failed   refused for good; retry by hand
//	                                         └──▶ unknown  cut after it was handed over and
//	                                                       before the answer: the server is asked,
//	                                                       and what it cannot tell is left to the user
//
// An entry whose hold time is over is claimed for sending at once, without a
// stay in the queue. What failed, and what nobody knows the outcome of, goes back
// into the queue or is cancelled when the user says so. transitions has it all.
type State string

// The states.
const (
	StateHeld      State = "held"
	StateQueued    State = "queued"
	StateSending   State = "sending"
	StateSent      State = "sent"
	StateFailed    State = "failed"
	StateUnknown   State = "unknown"
	StateCancelled State = "cancelled"
)

// EntryID identifies an outbox entry.
type EntryID string

// Entry is a message accepted by the program and not yet (or just now)
// accepted by a server. It is on disk before the network is touched.
type Entry struct {
	ID         EntryID
	State      State
	Account    AccountID
	Protocol   Protocol
	Recipients []Address     // the envelope, Bcc included
	Wire       []byte        // the bytes to hand over: RFC 5322 without Bcc, or a Mastodon post as JSON
	Copy       []byte        // mail: the copy kept in Sent (with Bcc), nil when the same as Wire
	RFCID      string        // Message-ID, without angle brackets
	Draft      Draft         // to come back to when it fails
	Line       string        // the one line of reason at the time of sending
	Score      int           // the predicted score at the time of sending
	Best       int           // the best score that any channel could have had then
	Facts      privacy.Facts // what was predicted at the time of sending
	HandedOver bool          // the body was on its way to the server
	// Group is the entry this one belongs to, "" for a message of its own. An
	// entry of a group carries the same message to a Bcc: it is neither stored
	// as a message nor kept in Sent, and is cancelled with its group.
	Group EntryID
	// Sealed says that Wire is sealed; the draft is then sealed at rest too.
	Sealed bool
	// RequireTLS says that the prediction shown counted on every server passing
	// the mail on over verified TLS (RFC 8689). It goes with that demand or not
	// at all.
	RequireTLS bool
	Attempts   int
	NextTry    time.Time // held and queued entries wait until then
	Created    time.Time
	Error      string    // the last error, one line, unsanitised
	Why        Reason    `json:"-"` // the same as a code, where its cause is a known one
	Message    MessageID // the stored message, once sent
}
