// Package storage keeps everything in one SQLite database: the raw source of
// each message, what was derived from it, and what the user decided. It
// implements conversation.Store and the engine's store.
//
// It is the only package that imports database/sql. One connection writes, a
// pool of others reads; other processes may use the same file at any time.
package storage
