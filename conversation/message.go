package conversation

import (
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// MessageID identifies a message. It is short, opaque, and the same after the
// store was rebuilt, since it is derived from the message itself.
type MessageID string

// AccountID is the name of one of the user's own accounts.
type AccountID string

// Direction tells whether the user received or sent a message.
type Direction string

// The two directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Role is what a participant is in one message.
type Role string

// The roles. ReplyTo participants do not count for the grouping.
const (
	From    Role = "from"
	To      Role = "to"
	Cc      Role = "cc"
	Bcc     Role = "bcc"
	ReplyTo Role = "reply-to"
)

// Participant is one address in one role of one message.
type Participant struct {
	Role    Role
	Address Address
	Name    string    // as the message gives it, unsanitised
	Contact ContactID // filled by the store when it reads
	Display string    // the contact's name, filled by the store when it reads
}

// Attachment describes one attached part. Part is its path inside the message
// ("2", "2.1" for mail, an index for Mastodon media).
type Attachment struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size"`
	Part string `json:"part"`
	URL  string `json:"-"` // Mastodon: where the own server keeps it
}

// Link is one link of a message: what its text says and where it really goes.
type Link struct {
	Text string
	URL  string
	Host string // the true host, punycode decoded when safe
}

// Message is one exchange in one conversation. Every string in it may come
// from outside and is unsanitised.
type Message struct {
	ID           MessageID
	Conversation ConversationID
	Account      AccountID
	Protocol     Protocol
	Direction    Direction
	Date         time.Time // UTC; the sender's word, bounded by Received
	Received     time.Time // UTC; when the own server got it
	Participants []Participant
	Subject      string
	Excerpt      string // the first words of the own text, one line
	Text         string // what is shown; filled only when one message is asked for
	Links        []Link
	Read         bool
	Starred      bool
	Tags         []string
	Folder       string
	Size         int64
	RFCID        string // Message-ID without angle brackets; Mastodon: the status URI
	InReplyTo    string
	References   []string
	ListID       string // RFC 2919 identifier, lower case, "" for none
	Bulk         bool   // automatic or bulk by its headers
	Attachments  []Attachment
	Invite       bool     // carries a calendar invitation
	Warnings     []string // what was odd when parsing
	Evidence     privacy.Evidence
	Facts        privacy.Facts
	Index        privacy.Index
	Outbox       *Entry // set for a message that still waits in the outbox
	Partial      bool   // only the header is here; Service.Whole has the rest fetched
}

// Sender gives the first From participant, or a zero one.
func (m *Message) Sender() Participant {
	for _, p := range m.Participants {
		if p.Role == From {
			return p
		}
	}
	return Participant{Role: From}
}

// With gives the participants of one role, in order.
func (m *Message) With(r Role) []Participant {
	var out []Participant
	for _, p := range m.Participants {
		if p.Role == r {
			out = append(out, p)
		}
	}
	return out
}

// sealedWarning is what reading a message leaves when all of it is sealed and
// no key was at hand.
const sealedWarning = "mime.sealed"

// Unopened tells from the warnings of a message that it is sealed and was not
// opened, so that there is no text to show.
func Unopened(warnings []string) bool { return slices.Contains(warnings, sealedWarning) }
