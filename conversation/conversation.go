package conversation

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// ConversationID identifies a conversation. It is derived from the set of
// contacts, so it stays the same as long as the set does.
type ConversationID string

// Kind says which view a conversation belongs to.
type Kind string

// The kinds.
const (
	KindPeople Kind = "people"
	KindList   Kind = "list"
	KindBulk   Kind = "bulk"
)

// Conversation is all messages between one set of contacts.
type Conversation struct {
	ID       ConversationID
	Title    string // unsanitised
	Kind     Kind
	Contacts []Member // me left out, unless alone
	Channels []Protocol
	LastDate time.Time
	LastID   MessageID
	LastFrom Member
	Excerpt  string
	Subject  string // of the last message
	Sealed   bool   // the last message is sealed and was not opened: it has no text
	Unread   int
	Messages int
	Starred  bool
	Muted    bool
	Draft    string        // the first words of a draft kept here, "" for none
	Index    privacy.Index // of the last message received (or sent, when none was); score and level only
}

// Member is a contact as a conversation shows it.
type Member struct {
	Contact ContactID
	Name    string
}
