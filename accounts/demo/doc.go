// Package demo is a small world inside the process: a mail provider, a
// Mastodon server, and some thirty made-up people who have written to the user
// for two years and go on doing so. Everything runs over real sockets on
// loopback and through the same code as real accounts; nothing leaves the
// machine.
//
// The stories lie in the story folder as text, so that adding one needs no
// program code; story.go says how they are written.
package demo
