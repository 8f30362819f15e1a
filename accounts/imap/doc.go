// Package imap keeps a local mirror of an account on an IMAP server (RFC 9051,
// RFC 3501) and replays the user's acts there.
//
// The library that parses what servers send trusts them more than this program
// does. So everything it reads passes a guard that bounds lines, literals and
// nesting; it is never asked for envelopes or body structures, which are read
// from the message itself; and when it gives up on an answer, the connection
// is opened again and the message that caused it is found and set aside.
package imap
