// Package mastodon is the transport of Mastodon accounts and the reader and
// writer of their messages. Only private mentions (visibility "direct") are
// messages here; nothing else is ever fetched into the mirror or posted.
//
// The library go-mastodon does the login and the simple calls. Calls whose raw
// JSON must be kept, which carry an Idempotency-Key or which need other
// answers than the library gives go through the same HTTP client. That client
// has one round tripper, which keeps every call within bounds: of size, of
// time, and of the server's patience.
//
// On the server the mentions of a status are its recipients. So each message
// sent names every recipient in front of its text, names nobody else anywhere,
// and is checked against what the server says it reached; one that reached
// others is deleted at once and reported as refused.
package mastodon
