package conversation

import (
	"context"
	"errors"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Errors that callers branch on.
var (
	ErrNotFound  = errors.New("not found")
	ErrAmbiguous = errors.New("several things match")
	ErrGuard     = errors.New("stopped by a privacy guard")
	ErrUsage     = errors.New("wrong usage")
	ErrFull      = errors.New("the disk is full")
	ErrReadOnly  = errors.New("the data folder cannot be written")
	ErrLocked    = errors.New("the database is locked by another program")
	ErrNewer     = errors.New("the database was written by a newer version")
	ErrCorrupt   = errors.New("the database is damaged")
	ErrFault     = errors.New("fault in the program")
	ErrElsewhere = errors.New("another process serves this account")
	ErrRemote    = errors.New("kept on the server only") // the attachment's URL says where
)

// Window asks for a part of the list of conversations, newest first.
type Window struct {
	Query  *Query // nil for all
	Kinds  []Kind // empty for every kind
	Unread bool   // only those with unread messages
	Offset int
	Limit  int
}

// Page is a part of the list of conversations.
type Page struct {
	Rows   []Conversation
	Total  int // conversations that match the window's filter
	Unread int // unread messages in the whole of them
}

// Span asks for a part of a conversation. Before and After are exclusive and
// empty for the newest end; messages come in order of time, oldest first.
type Span struct {
	Before MessageID
	After  MessageID
	Until  time.Time // only messages before that moment, zero for all
	Around MessageID // half before, half after, and the message itself
	Limit  int
}

// Hit is one message found.
type Hit struct {
	Message Message
	Snippet []Fragment // the place of the match
}

// Fragment is a piece of a snippet, matched or not.
type Fragment struct {
	Text  string
	Match bool
}

// Store is what the Service needs from the database. The storage package
// implements it. All reads give consistent snapshots; all writes are durable
// when they return.
type Store interface {
	// Conversations lists a window. Kind, unread and query are applied.
	Conversations(ctx context.Context, w Window) (Page, error)
	Conversation(ctx context.Context, id ConversationID) (Conversation, error)
	// Messages gives a span of a conversation, with Text and Links filled, and
	// whether more messages lie before the first and after the last.
	Messages(ctx context.Context, id ConversationID, s Span) (ms []Message, before, after bool, err error)
	Message(ctx context.Context, id MessageID) (Message, error)
	Raw(ctx context.Context, id MessageID) ([]byte, error)
	// Search gives matching messages newest first, and Count how many match.
	Search(ctx context.Context, q *Query, limit int) ([]Hit, error)
	Count(ctx context.Context, q *Query) (int, error)
	// Facets counts the matches by people, account, year, level and so on. It
	// looks at a bounded number of the newest matches only.
	Facets(ctx context.Context, q *Query) ([]Facet, error)
	// Topics gives the topics whose subject holds the words of a search, the
	// one last written about first.
	Topics(ctx context.Context, q *Query, limit int) ([]FoundTopic, error)
	// SavedSearches lists the searches that have a name, in alphabetical order;
	// SaveSearch keeps one, in place of that of the same name, and DropSearch
	// forgets one.
	SavedSearches(ctx context.Context) ([]SavedSearch, error)
	SaveSearch(ctx context.Context, s SavedSearch) error
	DropSearch(ctx context.Context, name string) error
	// Claim gives those of some messages that nobody was told about yet; from
	// then on somebody was. Of several processes only one gets a message.
	Claim(ctx context.Context, ids []MessageID) ([]MessageID, error)

	// Contacts lists contacts whose name or address holds every word of text
	// (accents and case do not count), those written to last first.
	Contacts(ctx context.Context, text string, limit int) ([]Contact, error)
	Contact(ctx context.Context, id ContactID) (Contact, error)
	// ContactOf gives the contact of an address, ErrNotFound when nobody has it.
	ContactOf(ctx context.Context, a Address) (ContactID, error)
	SaveContact(ctx context.Context, c Contact) (ContactID, error)
	// JoinContacts moves every address of b to a and regroups; SplitContact
	// takes one address away into a contact of its own, whose id it gives.
	JoinContacts(ctx context.Context, a, b ContactID) error
	SplitContact(ctx context.Context, c ContactID, a Address) (ContactID, error)
	// History gives the scores of the last n messages exchanged with a contact,
	// newest first.
	History(ctx context.Context, c ContactID, n int) ([]Past, error)

	// Act records one act of the user, applies it to the local copies at once
	// and queues it for the server. It gives the act's number for Undo.
	Act(ctx context.Context, a Act) (int64, error)
	// UndoLast takes back the last act not yet undone and describes it.
	UndoLast(ctx context.Context) (Act, error)

	SaveDraft(ctx context.Context, d Draft) (DraftID, error)
	Draft(ctx context.Context, id DraftID) (Draft, error)
	Drafts(ctx context.Context) ([]Draft, error)
	DropDraft(ctx context.Context, id DraftID) error

	// Enqueue puts an entry into the outbox and drops its draft, in one
	// transaction.
	Enqueue(ctx context.Context, e Entry) (EntryID, error)
	// EnqueueAll does so with the entries of one message, in one transaction.
	// The others are made the group of the first.
	EnqueueAll(ctx context.Context, es []Entry) ([]EntryID, error)
	Outbox(ctx context.Context) ([]Entry, error)
	Entry(ctx context.Context, id EntryID) (Entry, error)
	// MoveEntry changes the state of an entry if it is in one of the states
	// from, else gives ErrGuard. Whoever cancels an entry cancels with it those
	// of its group that are in one of these states.
	MoveEntry(ctx context.Context, id EntryID, from []State, to State, next time.Time, problem string) error

	// SaveScore keeps the index of something on a day, in place of the one of
	// that day; Scores gives those since a day, oldest first.
	SaveScore(ctx context.Context, object string, day time.Time, score int) error
	Scores(ctx context.Context, object string, since time.Time) ([]Point, error)
	// Levels counts the messages since a moment by their level, SentSince gives
	// those that were sent, newest first, each once.
	Levels(ctx context.Context, since time.Time) (map[privacy.Level]int, error)
	SentSince(ctx context.Context, since time.Time) ([]Past, error)
	// Traffic gives the n contacts with whom most messages were exchanged since
	// a moment, the most first; lists and what machines write do not count.
	Traffic(ctx context.Context, since time.Time, n int) ([]Traffic, error)

	Setting(ctx context.Context, key string) (string, error) // "" when unset
	SetSetting(ctx context.Context, key, value string) error
}

// Past is one earlier message as the contact index needs it.
type Past struct {
	Date      time.Time
	Direction Direction
	Protocol  Protocol
	Account   AccountID
	Address   Address // the other side's
	Score     int
	Best      int // of a sent message, the best that was possible then; 0 when not known
	Facts     privacy.Facts
}

// ActKind names what the user can do to messages.
type ActKind string

// The kinds of act.
const (
	ActRead    ActKind = "read"
	ActUnread  ActKind = "unread"
	ActStar    ActKind = "star"
	ActUnstar  ActKind = "unstar"
	ActArchive ActKind = "archive"
	ActDelete  ActKind = "delete"
	ActTag     ActKind = "tag"
	ActUntag   ActKind = "untag"
)

// Act is one act of the user on some messages.
type Act struct {
	Kind     ActKind
	Messages []MessageID
	Tag      string
}

// Format reads and writes the raw form of one protocol's messages. It does no
// I/O. accounts/mime and accounts/mastodon implement it.
type Format interface {
	// Parse reads a raw message. It never fails: what cannot be read is kept
	// as text with a warning. Own addresses and the server's host come from p.
	Parse(raw []byte, p ParseContext) Parsed
	// Part gives the decoded bytes of one attachment, its name and its type.
	Part(raw []byte, part string) (Attachment, []byte, error)
	// HTML gives the message's HTML as received, "" when it has none.
	HTML(raw []byte) string
	// Compose builds the bytes to hand over. It touches no network.
	Compose(o Outgoing) (Composed, error)
}

// ParseContext is what a parser has to know besides the bytes.
type ParseContext struct {
	Account  AccountID
	Home     string    // Mastodon: the own server's host
	Own      Address   // the account's own address
	Received time.Time // when the server got it
}

// Parsed is a message as read from its raw form, not yet stored: ID,
// Conversation, Read, Starred, Tags and Folder are empty.
type Parsed struct {
	Message Message
	Origin  []byte // observations to judge again when trust changes; opaque to the store
	// Fingerprint is the same for two copies of one message, whatever servers
	// added on the way; the message's id is derived from it.
	Fingerprint [32]byte
	// Sights are what the message told of keys.
	Sights []KeySight
	// Private is set when the message was sealed and opened: the store keeps
	// subject, text, excerpt, links, attachments and names from being written
	// in clear, and shows Outer as subject while the keys are locked.
	Private bool
	Outer   string
	// Names are the names that stand beside addresses outside the seal of a
	// private message too; the store writes no other name of it in clear.
	Names map[Address]string
	// Extra is text that stands in attachments: the message is found by it, and
	// it is never shown. Of a private message it is sealed like the text.
	Extra string
}

// Outgoing is a draft with everything resolved, ready to be composed.
type Outgoing struct {
	Account     AccountID
	From        Participant
	To, Cc, Bcc []Participant
	Subject     string
	Text        string
	Attach      []File
	InReplyTo   string   // Message-ID or status id answered, "" for none
	References  []string // oldest first
	Reply       *Message // the message answered, nil for none
	Date        time.Time
	Random      func([]byte) // fills with random bytes
	Seal        *Sealing     // nil for clear
}

// File is an attachment, read whole.
type File struct {
	Name string
	Type string
	Data []byte
}

// Composed is a message ready for the outbox.
type Composed struct {
	Wire  []byte // nil for a sealed mail that all get as Bcc: then More has everything
	Copy  []byte // nil when the same as Wire
	RFCID string
	More  []Envelope // sealed mail: one for each Bcc, who are not among the readers of Wire
}

// Clock gives the time.
type Clock func() time.Time
