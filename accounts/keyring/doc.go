// Package keyring keeps the user's own secret keys, the certificates of others
// and what is known of them. It answers from memory: what the database keeps
// is read at the start and when another process wrote.
//
// Own secret keys are files of their own, one a key, which GnuPG can import.
// They are on the disk, whole, before they are used, and no change of a key
// loses what was there before. What is unlocked stands in memory only; that
// the runtime moves memory about means that it cannot be wiped for certain.
package keyring
