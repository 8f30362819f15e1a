package conversation

import "time"

// Event says what changed. It carries identifiers only, but for a notice;
// whoever shows something reads it again from the store.
type Event struct {
	Conversations []ConversationID // touched; nil with All set means "any"
	All           bool
	Outbox        bool
	Accounts      []Status    // accounts whose status changed
	New           int         // messages that arrived now, for notifications
	Fresh         []MessageID // those of them worth telling: received just now, unread
	Notice        Reason      // something to be told the user once, zero for nothing
}

// Phase is what an account is doing.
type Phase string

// The phases.
const (
	PhaseIdle      Phase = "idle"    // connected, waiting for news
	PhaseSync      Phase = "sync"    // fetching
	PhaseOffline   Phase = "offline" // waiting to try again
	PhaseRefused   Phase = "refused" // login refused: waits for the user
	PhasePaused    Phase = "paused"
	PhaseElsewhere Phase = "elsewhere" // another process of this program serves it
)

// Status is the state of one account as the interface shows it.
type Status struct {
	Account  AccountID
	Protocol Protocol
	Address  Address
	Phase    Phase
	Detail   string        // what is being done, or the error; one line, unsanitised
	Done     int           // messages fetched in this pass
	Total    int           // messages to fetch in this pass, 0 when unknown
	Left     time.Duration // how long the pass will take at the pace of the last minute, 0 when unknown
	Quota    int           // how full the mailbox is, in per cent, 0 when unknown (RFC 9208)
	Last     time.Time     // end of the last good pass
	Next     time.Time     // when it tries again
	TLS      string        // version of the connection, "" when none
	Err      error         // the error behind Detail, nil when there is none
}
