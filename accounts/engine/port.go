package engine

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Arrival, Change and Own are declared with the accounts, so that a store can
// speak of them without knowing the engine.
type (
	Arrival = accounts.Arrival
	Change  = accounts.Change
	Own     = accounts.Own
)

// Store is what the engine needs from the database. Each call is one
// transaction and durable when it returns.
type Store interface {
	// SetOwn declares the own accounts and addresses; all of them belong to
	// the contact "me". Conversations are regrouped when they changed.
	SetOwn(ctx context.Context, own []Own) error

	Folders(ctx context.Context, a conversation.AccountID) ([]accounts.Folder, error)
	SaveFolder(ctx context.Context, a conversation.AccountID, f accounts.Folder) error
	DropFolder(ctx context.Context, a conversation.AccountID, name string) (Change, error)
	Have(ctx context.Context, a conversation.AccountID, folder string, validity uint32) ([]accounts.Have, error)
	Reset(ctx context.Context, a conversation.AccountID, folder string, validity uint32) error
	// Sweep deletes messages that have no copy left on any server and are not
	// kept for another reason; it runs at the end of a good pass.
	Sweep(ctx context.Context, a conversation.AccountID) (Change, error)
	Add(ctx context.Context, a conversation.AccountID, batch []Arrival) (Change, error)
	// Adopt is Mirror.Adopt: copies whose header and size are those of a source
	// that the account has here already become copies of its message.
	Adopt(ctx context.Context, a conversation.AccountID, copies []accounts.Copy) (unknown []accounts.Copy, c Change, err error)
	// Partial gives a copy of a message of which only the header is here, and
	// its account. ErrNotFound says that there is no such message, or that it is
	// here whole.
	Partial(ctx context.Context, id conversation.MessageID) (conversation.AccountID, accounts.Copy, error)
	SetFlags(ctx context.Context, a conversation.AccountID, folder string, validity uint32, changes []accounts.FlagChange) (Change, error)
	Remove(ctx context.Context, a conversation.AccountID, folder string, validity uint32, uids []uint32, ids []string) (Change, error)
	Quarantine(ctx context.Context, a conversation.AccountID, c accounts.Copy, reason string) error
	Aside(ctx context.Context, a conversation.AccountID) ([]accounts.Aside, error)
	Pack(raw []byte) []byte

	// Tasks gives the user's acts not yet replayed on an account's server, in
	// order; DoneTasks forgets them; FailTask notes why one could not be done
	// and gives up on it, putting the server's state back.
	// AttemptTasks notes that some are about to be brought to the server: one
	// that is undone after that may have been done.
	Tasks(ctx context.Context, a conversation.AccountID) ([]accounts.Task, error)
	AttemptTasks(ctx context.Context, ids []int64) error
	DoneTasks(ctx context.Context, ids []int64) error
	FailTask(ctx context.Context, id int64, problem string) error

	// Due gives the outbox entries of an account that are queued (or held and
	// over their hold time) at that moment, and those left in "sending" by a
	// process that died.
	Due(ctx context.Context, a conversation.AccountID, now time.Time) ([]conversation.Entry, error)
	// NextDue gives the moment of the next entry, zero for none.
	NextDue(ctx context.Context, a conversation.AccountID) (time.Time, error)
	MoveEntry(ctx context.Context, id conversation.EntryID, from []conversation.State, to conversation.State, next time.Time, problem string) error
	// HandOver notes that the body of an entry is about to leave.
	HandOver(ctx context.Context, id conversation.EntryID) error
	// Sent closes an entry and stores the message that was sent, so that it
	// stands in its conversation before any server shows a copy.
	Sent(ctx context.Context, id conversation.EntryID, a Arrival) (Change, error)
	// Unkept gives sent entries whose copy is not in the server's Sent folder
	// yet; Kept notes that it is, or that it never will be.
	Unkept(ctx context.Context, a conversation.AccountID) ([]conversation.Entry, error)
	Kept(ctx context.Context, id conversation.EntryID) error
	// Bounce marks an address as refused for good.
	Bounce(ctx context.Context, a conversation.Address) error

	// Learned and SaveLearned keep what trace learned of an account's provider
	// (opaque JSON); Rejudge calls judge with the stored observations of each
	// message of the account, newest first, and stores what it gives.
	Learned(ctx context.Context, a conversation.AccountID) ([]byte, error)
	SaveLearned(ctx context.Context, a conversation.AccountID, data []byte) error
	Rejudge(ctx context.Context, a conversation.AccountID, judge func(origin []byte, ev *privacy.Evidence) bool) (Change, error)
	// Unproved gives the messages of an address that are signed by a key which
	// was not known when they were read; Reread derives one anew.
	Unproved(ctx context.Context, a conversation.Address) ([]accounts.Stored, error)
	Reread(ctx context.Context, id conversation.MessageID, p conversation.Parsed) (Change, error)
	// RejudgeAddress does so with the messages whose sender is that address.
	RejudgeAddress(ctx context.Context, a conversation.Address, judge func(origin []byte, ev *privacy.Evidence) bool) (Change, error)
}
