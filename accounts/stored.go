package accounts

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Stored is a message of the store with its raw source, to be read again.
type Stored struct {
	ID       conversation.MessageID
	Account  conversation.AccountID
	Protocol conversation.Protocol
	Received time.Time
	Raw      []byte
}
