// Package gnupg takes keys out of the user's GnuPG and gives keys to it. It can
// also use the secret keys that stay there, on cards or in its key ring: GnuPG
// then only does what needs the secret key, opening session keys and making
// signatures. Reading the message and judging signatures stays with
// privacy/openpgp, so that one policy holds for all.
//
// What GnuPG says is read from status lines on a file descriptor of their own
// (doc/DETAILS of GnuPG). Its ordinary output, its messages and its exit code
// prove nothing: texts, file names and user IDs of strangers get into them.
package gnupg
