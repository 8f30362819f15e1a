// Package conversation is the language of the program: contacts, addresses,
// messages, conversations, drafts and channels, how messages become
// conversations, which channel an answer takes, the search language, and the
// Service whose verbs the interface and the command line call.
//
// It does no I/O and knows no SQL, no MIME and no terminal: what it needs from
// outside is declared in port.go and handed to it. It imports privacy and the
// standard library only.
package conversation
