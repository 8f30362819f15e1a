// Package openpgp reads and writes OpenPGP (RFC 9580) for the rest of the
// program: keys, sealing, opening, signing and verifying, with one policy for
// all of them. It knows no mails, no addresses but those in user IDs, no files
// and no network. Everything in it that comes from a message may be hostile.
package openpgp
