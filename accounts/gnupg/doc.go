// Package gnupg uses the secret keys that GnuPG holds, on cards or in its
// key ring, for those who want to keep them there. GnuPG only does what needs
// the secret key: it opens session keys and makes signatures. Reading the
// message and judging signatures stays with privacy/openpgp, so that one
// policy holds for all.
//
// What GnuPG says is read from status lines on a file descriptor of their own
// (doc/DETAILS of GnuPG). Its ordinary output, its messages and its exit code
// prove nothing: texts, file names and user IDs of strangers get into them.
package gnupg
