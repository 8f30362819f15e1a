package accounts

import "github.com/caliopen/caliopen-tui/conversation"

// Arrival is a copy that was fetched, with what was read from it.
type Arrival struct {
	Copy   Copy     // Raw may be nil when Packed is set
	Packed []byte   // the raw source, compressed by the store's Pack
	SHA256 [32]byte // of the raw source
	Parsed conversation.Parsed
}

// Change tells what a write touched.
type Change struct {
	Conversations []conversation.ConversationID
	New           int // messages not known before
	Unread        int // of those, received and unread
	// Fresh are those of them that came just now, not in the course of fetching
	// what was there before: worth telling the user about.
	Fresh []conversation.MessageID
}

// Own is one of the user's own accounts as the store needs to know it.
type Own struct {
	Account   conversation.AccountID
	Protocol  conversation.Protocol
	Addresses []conversation.Address
	Name      string
}
