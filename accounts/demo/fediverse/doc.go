// Package fediverse is a small server that speaks the Mastodon client API,
// for the demo and for tests. It keeps everything in memory and behaves like
// the servers in use where that matters to a client of private messages, the
// unpleasant facts first: whoever is mentioned is a recipient and nobody else
// is, a reply that mentions nobody reaches nobody, a name inside the text adds
// a reader, an unknown name is taken without a word and reaches nobody, and a
// "conversation" is one thread among one set of people.
//
// People of other servers live in the same process: they are scripted with
// Post, Reply and Say, and never log in.
package fediverse
