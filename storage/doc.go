// Package storage keeps everything in one SQLite database: the raw source of
// each message, what was derived from it, and what the user decided. It
// implements conversation.Store and the engine's store.
//
// It is the only package that imports database/sql. One connection writes, a
// pool of others reads; other processes may use the same file at any time.
//
// What was sealed on its way stays sealed here: of such a message only what
// stands outside the seal lies in clear (its addresses, the names beside them,
// its date, flags, verdict and the subject outside), and its raw source is the
// ciphertext that came. The rest is kept in the table sealed, closed by a Vault
// and bound to the message, and its words are in an index that lies in memory
// while the keys are unlocked. Drafts, and what the outbox keeps of sealed
// messages besides the bytes to be sent, are closed likewise. Where everything
// is to be sealed, the same holds for all messages and their sources; then too
// addresses, names, dates, flags, sizes, folders and tags lie in clear, and so
// do, until they are gone, the bytes of a message that has to be sent in clear.
package storage
