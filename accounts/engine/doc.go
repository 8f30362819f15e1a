// Package engine keeps the local picture of every account in step with its
// server: one worker per account replays the user's acts, empties the outbox,
// fetches what is new, waits for news (IDLE, streaming) and backs off when a
// server is away. It knows transports and a store through interfaces only.
//
// Errands (acts, the outbox, messages asked for whole) run beside the fetching,
// and so does the watching; each kind of work rests alone when its server fails.
//
// # What the user did against what happened on the server
//
// Every act is shown at once, replayed in order, and merged with what others
// did meanwhile. Whatever happens, both sides end up with the same:
//
//	here                          there                    in the end
//	a flag or tag set or unset    another flag             both
//	a flag or tag set or unset    the same flag            the act: it came last
//	read, starred, tagged         moved                    where it was moved to; with the flag if the
//	                                                       move is seen before the act is replayed
//	archived, deleted             moved                    where it was moved to, if the act is replayed
//	                                                       first; else where the act says
//	archived, deleted             any flag                 where the act says, with the flag
//	deleted                       answered                 in the trash, answered
//	read, deleted                 deleted for good         gone
//	archived, starred, tagged     deleted for good         kept here, the last one there is
//	any act                       folder made anew,        the act waits for a pass that finds the
//	                              or renamed               message again, then is replayed
//	any act                       folder gone for good     as when the message was deleted
//	undone before the replay                               the server never hears of it
//	undone during or after it                              the opposite is replayed
//	undone, and nobody knows whether it was replayed       the opposite is replayed; a move back, once
//	                                                       a pass has told where the message is
//	archived, deleted             moved to that place      it is done: nothing is moved once more
//
// Flags that a pass brings are not taken for copies that an act has changed in
// the course of that pass; they are asked for again in the next one.
//
// Only one process serves an account at a time; a lock file beside the
// database decides which. Another process that writes acts or outbox entries
// into the same database is noticed and served too.
package engine
