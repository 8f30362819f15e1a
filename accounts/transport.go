package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Errors of transports that callers branch on. They are always wrapped with
// what failed and where.
var (
	ErrAuth        = errors.New("login refused")
	ErrOffline     = errors.New("server not reached")
	ErrCertificate = errors.New("certificate not trusted")
	ErrTemporary   = errors.New("server asks to try later")
	ErrRefused     = errors.New("refused for good")
	ErrUnclear     = errors.New("cut before the server's answer") // handed over, outcome unknown
	ErrUnsupported = errors.New("not supported by this server")
	ErrFolder      = errors.New("no such folder")
	ErrPlain       = errors.New("server offers no encrypted connection")
	ErrManyGone    = errors.New("most of a folder vanished at once")    // kept here until it lasts
	ErrStale       = errors.New("folder made anew since")               // beside ErrRefused: what is known of it by UID means nothing any more
	ErrTooBig      = errors.New("message larger than the server takes") // beside ErrRefused
	ErrFull        = errors.New("mailbox is full")                      // beside ErrTemporary: it works again once there is room
	ErrDenied      = errors.New("not allowed in this folder")           // beside ErrRefused
	ErrRequireTLS  = errors.New("verified TLS all the way was demanded and cannot be promised")
)

// Use says what a folder is for (RFC 6154 special use).
type Use string

// The uses of folders.
const (
	UseInbox   Use = "inbox"
	UseSent    Use = "sent"
	UseDrafts  Use = "drafts"
	UseTrash   Use = "trash"
	UseJunk    Use = "junk"
	UseArchive Use = "archive"
	UseAll     Use = "all"
	UseNone    Use = ""
)

// Folder is a folder on a server with the state of the last sync. Mastodon
// accounts have one folder, "private".
type Folder struct {
	Name     string
	Use      Use
	Validity uint32 // UIDVALIDITY, 0 before the first sync
	UIDNext  uint32 // the server's at the last sync
	ModSeq   uint64 // HIGHESTMODSEQ at the last complete sync, 0 without CONDSTORE
	Messages uint32 // count at the last complete sync
	Cursor   string // Mastodon: newest id seen, per source, as JSON
	Local    bool   // holds what was imported: no server has it, no sync touches it
}

// Copy is one copy of a message on a server. IMAP copies are known by folder,
// UIDVALIDITY and UID; Mastodon ones by their status id in ID.
type Copy struct {
	Folder   string
	Validity uint32
	UID      uint32
	ID       string
	Flags    Flags
	Received time.Time // INTERNALDATE or created_at
	Raw      []byte
	Size     int64 // bytes of the whole message as the server tells them, 0 when not known
	Partial  bool  // Raw is the header alone: the rest stays on the server until it is asked for
}

// Flags of a copy. Keywords are the server's other keywords, kept as tags.
type Flags struct {
	Seen, Flagged, Answered, Draft, Deleted bool
	Keywords                                []string
	ModSeq                                  uint64
}

// FlagChange says what the flags of one copy are now.
type FlagChange struct {
	UID   uint32
	ID    string
	Flags Flags
}

// Have is one copy already here.
type Have struct {
	UID   uint32
	ID    string
	Flags Flags
}

// Mirror is the local picture of one account that a transport brings up to
// date. Every call is one transaction; when it returns, the change is kept.
type Mirror interface {
	Folders(ctx context.Context) ([]Folder, error)
	// SaveFolder stores a folder's state; a folder unknown so far is made.
	SaveFolder(ctx context.Context, f Folder) error
	// DropFolder forgets a folder that is gone from the server, and its copies.
	DropFolder(ctx context.Context, name string) error
	// Have lists the copies of a folder of that validity, by ascending UID.
	Have(ctx context.Context, folder string, validity uint32) ([]Have, error)
	// Reset drops the copies of a folder whose UIDVALIDITY changed. The
	// messages and their raw sources stay until the pass is over, so that they
	// are recognised when they come again under new UIDs.
	Reset(ctx context.Context, folder string, validity uint32) error
	// Add parses, scores, groups and stores copies, newest first or in any
	// order. It may return before they are stored; Flush waits for that and
	// gives the first error.
	Add(ctx context.Context, copies []Copy) error
	Flush(ctx context.Context) error
	SetFlags(ctx context.Context, folder string, validity uint32, changes []FlagChange) error
	// Adopt takes copies whose bytes are here already: from another folder, or
	// from before the folder got new UIDs. Raw of each is the header alone and
	// Size that of the whole message. It gives those that are not known, which
	// have to be fetched.
	Adopt(ctx context.Context, copies []Copy) (unknown []Copy, err error)
	// Remove forgets copies that are gone from the server (by UID, or by ID
	// where IDs are used).
	Remove(ctx context.Context, folder string, validity uint32, uids []uint32, ids []string) error
	// Quarantine notes a copy that could not be fetched, with the reason, so
	// that it shows as one row and is not tried again in each pass.
	Quarantine(ctx context.Context, c Copy, reason string) error
	// Aside gives the quarantined copies that are to be asked for again now.
	// Each further Quarantine of one makes it wait for longer; Add ends it.
	Aside(ctx context.Context) ([]Aside, error)
	// Progress tells how far the pass is, in messages; total is 0 when unknown.
	Progress(done, total int, detail string)
}

// Aside is a copy in quarantine, and why it is there.
type Aside struct {
	Copy   Copy // without its bytes
	Reason string
}

// Pager is a mirror that gives what it has of a folder in parts, so that a large
// one is never in memory as a whole.
type Pager interface {
	// HaveFrom lists up to n copies of a folder of that validity by ascending
	// UID, the first of them with that UID or a higher one.
	HaveFrom(ctx context.Context, folder string, validity, uid uint32, n int) ([]Have, error)
}

// Task is one act of the user to replay on the server.
type Task struct {
	ID       int64
	Kind     conversation.ActKind
	Folder   string
	UID      uint32
	Validity uint32
	RemoteID string
	Tag      string
	Target   string // archive and delete: the folder to move to, "" when the account has none: one is made then
}

// Security of the connection in use.
type Security struct {
	TLS      string // "1.3", "1.2", "" for none
	Verified bool   // the certificate was checked against trusted roots
	StartTLS bool
	Auth     string // the SASL mechanism used
	Host     string
}

// Limits of sending through an account.
type Limits struct {
	MaxText int   // characters, 0 for none
	MaxSize int64 // bytes, 0 for unknown
	Files   int   // attachments, 0 for none allowed, -1 for no limit
}

// Handover is told right before the point from which the server may have the
// message, so that a crash from then on is known to be unclear. An error stops
// the sending.
type Handover func() error

// Receipt is what the server said of a message it took.
type Receipt struct {
	Raw     []byte                 // Mastodon: the status as JSON; mail: nil
	ID      string                 // Mastodon: the status id
	Refused []conversation.Address // recipients refused while others were taken
	Saved   bool                   // the server keeps its own copy in Sent
}

// Completer is a transport that can fetch the whole of one message of which
// only the header is here.
type Completer interface {
	// Complete gives the copy with all of its bytes and its flags as they are
	// now. ErrRefused says that the server has it no more.
	Complete(ctx context.Context, c Copy) (Copy, error)
}

// Transport is one account's connection to its server. Sync is called from one
// goroutine; Apply, Send, Keep, Find and Complete from another one, beside it,
// so that what the user does never waits for a long sync; Watch from a third.
// All of them honour the context and have deadlines of their own. Together they
// hold at most three connections to a server.
type Transport interface {
	// Sync brings the mirror up to date, newest messages first.
	Sync(ctx context.Context, m Mirror) error
	// Watch blocks until the context ends or the connection breaks, and calls
	// news whenever the server has something new.
	Watch(ctx context.Context, news func()) error
	// Apply replays the user's acts in order; it gives the IDs done, also when
	// it fails halfway.
	Apply(ctx context.Context, tasks []Task) (done []int64, err error)
	// Send hands an entry over. handover is called once, right before the
	// point of no return.
	Send(ctx context.Context, e conversation.Entry, handover Handover) (Receipt, error)
	// Keep stores the copy of a sent mail in Sent, unless it is there already.
	Keep(ctx context.Context, e conversation.Entry) error
	// Find asks the server whether it has an entry whose outcome is unclear.
	Find(ctx context.Context, e conversation.Entry) (found bool, rec Receipt, err error)
	// Test logs in and gives the security of the connection.
	Test(ctx context.Context) (Security, error)
	// Security and Limits of the last connection, zero before the first one.
	Security() Security
	Limits() Limits
	Close() error
}
