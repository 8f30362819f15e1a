// Package engine keeps the local picture of every account in step with its
// server: one worker per account replays the user's acts, empties the outbox,
// fetches what is new, waits for news (IDLE, streaming) and backs off when a
// server is away. It knows transports and a store through interfaces only.
//
// Only one process serves an account at a time; a lock file beside the
// database decides which. Another process that writes acts or outbox entries
// into the same database is noticed and served too.
package engine
