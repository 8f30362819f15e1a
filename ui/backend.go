package ui

import (
	"context"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Backend is what the screens need. conversation.Service satisfies it; tests
// give a fake. No method touches the network: what needs a server is queued.
type Backend interface {
	List(ctx context.Context, w conversation.Window) (conversation.Page, error)
	Conversation(ctx context.Context, id conversation.ConversationID) (conversation.Conversation, error)
	Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) (ms []conversation.Message, before, after bool, err error)
	Message(ctx context.Context, id conversation.MessageID) (conversation.Message, error)
	Raw(ctx context.Context, id conversation.MessageID) ([]byte, error)
	SaveAttachment(ctx context.Context, id conversation.MessageID, part, dir string) (path string, err error)
	Search(ctx context.Context, query string, limit int) ([]conversation.Hit, error)
	// SearchCount gives how many messages match.
	SearchCount(ctx context.Context, query string) (int, error)
	// Explain gives the index of an own account (by its name), a contact or a
	// message with its reasons.
	Explain(ctx context.Context, who string) (conversation.Explanation, error)

	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	Contact(ctx context.Context, who string) (conversation.Contact, error)
	SaveContact(ctx context.Context, c conversation.Contact) (conversation.ContactID, error)
	Join(ctx context.Context, a, b conversation.ContactID) error
	Split(ctx context.Context, c conversation.ContactID, a conversation.Address) (conversation.ContactID, error)

	Act(ctx context.Context, a conversation.Act) error
	Undo(ctx context.Context) (conversation.Act, error)

	// NewDraft, Reply and Forward begin a draft; an unfinished draft for the
	// same thing is given again instead.
	NewDraft(ctx context.Context, to []conversation.Recipient) (conversation.Draft, error)
	Reply(ctx context.Context, id conversation.MessageID, all bool) (conversation.Draft, error)
	Forward(ctx context.Context, id conversation.MessageID) (conversation.Draft, error)
	// Complete finds recipients as they are typed, from all channels.
	Complete(ctx context.Context, text string, limit int) ([]conversation.Recipient, error)
	// Resolve turns typed text (a name, an address, "Name <address>") into one
	// recipient; ErrAmbiguous or ErrNotFound otherwise.
	Resolve(ctx context.Context, text string) (conversation.Recipient, error)
	SaveDraft(ctx context.Context, d conversation.Draft) (conversation.DraftID, error)
	DropDraft(ctx context.Context, id conversation.DraftID) error
	Drafts(ctx context.Context) ([]conversation.Draft, error)
	// Choose says by which channel the draft would go now, and why.
	Choose(ctx context.Context, d conversation.Draft) (conversation.Choice, error)
	// Send puts the draft into the outbox, where it is held for some seconds.
	// When a guard stops it, the error is ErrGuard and the choice says why.
	Send(ctx context.Context, d conversation.Draft) (conversation.Entry, conversation.Choice, error)

	Outbox(ctx context.Context) ([]conversation.Entry, error)
	Retry(ctx context.Context, id conversation.EntryID) error
	// Cancel takes an entry back; its draft is kept and its id given.
	Cancel(ctx context.Context, id conversation.EntryID) (conversation.DraftID, error)

	Accounts(ctx context.Context) ([]conversation.Status, error)
	// SyncNow asks for a pass over all accounts, or one when named.
	SyncNow(ctx context.Context, a conversation.AccountID) error
	// Events gives what changed until the context ends; bursts are joined.
	Events(ctx context.Context) <-chan conversation.Event
}

// Setup is what the first run and the accounts screen need; cmd implements it,
// since it touches configuration and network.
type Setup interface {
	// Probe looks up the settings of a mail address, or of a Mastodon server.
	Probe(ctx context.Context, address string) (Found, error)
	// Add tests the login and saves the account; the engine starts it.
	Add(ctx context.Context, n NewAccount) error
	Remove(ctx context.Context, name string, keepMessages bool) error
	// AuthorizeURL begins the login of a Mastodon account: the page to open,
	// where a code is shown to be pasted into NewAccount.Code.
	AuthorizeURL(ctx context.Context, server string) (url string, err error)
	// StartDemo replaces the profile by the demo; only offered when there is
	// no account yet.
	StartDemo(ctx context.Context) error
	// Places gives the folders where data and configuration live.
	Places() (data, config string)
}

// Found is what a look-up of settings gave.
type Found struct {
	Kind     conversation.Protocol
	IMAP     string // "imaps://host:port" or "imap+starttls://host:port"
	SMTP     string
	User     string
	Server   string // Mastodon
	Source   string // "autoconfig", "srv", "guess"
	Security string // "tls", "starttls"
}

// NewAccount is what the user filled in.
type NewAccount struct {
	Kind            conversation.Protocol
	Address         string
	Name            string
	IMAP, SMTP      string
	User            string
	Password        string
	PasswordCommand string
	Server          string
	Code            string
	Token           string
	CA              string
}
