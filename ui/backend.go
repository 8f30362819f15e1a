package ui

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/setup"
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
	// Query reads the search language.
	Query(text string) (*conversation.Query, error)
	// Facets counts the matches by what can narrow the search; Topics gives the
	// topics whose subject holds its words.
	Facets(ctx context.Context, query string) ([]conversation.Facet, error)
	Topics(ctx context.Context, query string, limit int) ([]conversation.FoundTopic, error)
	// SavedSearches lists the searches that have a name; SaveSearch gives one a
	// name and DropSearch forgets it.
	SavedSearches(ctx context.Context) ([]conversation.SavedSearch, error)
	SaveSearch(ctx context.Context, saved conversation.SavedSearch) error
	DropSearch(ctx context.Context, name string) error
	// Whole asks for the rest of a message of which only the header is here; it
	// comes with an Event.
	Whole(ctx context.Context, id conversation.MessageID)
	// News gives those of some messages that nobody was told about yet; from
	// then on somebody was.
	News(ctx context.Context, ids []conversation.MessageID) ([]conversation.Message, error)
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

	// LockState says whether sealed messages can be read; Unlock opens the own
	// keys (conversation.ErrSealed for a wrong passphrase) and Lock closes them.
	LockState() conversation.LockState
	Unlock(ctx context.Context, passphrase []byte) error
	Lock()
	// Keys lists the keys, the own ones first; KeysOf gives those of a contact.
	Keys(ctx context.Context) ([]conversation.Key, error)
	KeysOf(ctx context.Context, c conversation.ContactID) ([]conversation.Key, error)
	// MakeKey makes the own key of an account's address; nil means without
	// passphrase.
	MakeKey(ctx context.Context, a conversation.AccountID, passphrase []byte) (conversation.Key, error)
	// ForeignKey gives the key of an account's address that another program on
	// this device holds, if any; TakeKey takes it in, with its passphrase there.
	ForeignKey(ctx context.Context, a conversation.AccountID) (conversation.Key, bool)
	TakeKey(ctx context.Context, fingerprint string, passphrase []byte) (conversation.Key, error)
	// PeerKey says how an address can be written to sealed.
	PeerKey(ctx context.Context, a conversation.Address) (conversation.PeerKey, error)
	// CompareKeys gives what two people hold side by side; VerifyKey notes that
	// they found it the same, DecideKey what the user says about a key.
	CompareKeys(ctx context.Context, peer conversation.Address) (conversation.Comparison, error)
	VerifyKey(ctx context.Context, a conversation.Address, fingerprint, how string) error
	DecideKey(ctx context.Context, a conversation.Address, fingerprint string, c conversation.KeyChoice) error
	// Follow follows an invitation, a link of SecureJoin. What it comes to is
	// told by an Event, since it takes some mails on both sides.
	Follow(ctx context.Context, link string) (conversation.Invited, error)
	// FindKey asks the network for the key of an address, one that the user
	// named, in the background; the answer comes as an Event. Sources says
	// whom that tells what.
	FindKey(ctx context.Context, a conversation.Address) error
	// Privacy gives everything of the user's own privacy at once: the index of
	// the user, of the device and of each account, how they went, what helps.
	Privacy(ctx context.Context) (conversation.Overview, error)
	// Snooze puts an advice off until a moment; the zero time means for ever.
	Snooze(ctx context.Context, advice string, until time.Time) error

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

// What the first run and the accounts screen need; cmd implements Setup, since
// it touches configuration and network.
type (
	Setup      = setup.Service
	Found      = setup.Found
	NewAccount = setup.NewAccount
)
