// Package pgpmime reads and writes sealed and signed mails (RFC 3156, RFC
// 1847, RFC 9788). It finds out which bytes of a mail a seal or a signature
// covers, has them opened or checked by privacy/openpgp, and says what is
// proved of the whole message. It repairs the forms into which known servers
// turn such mails, and nothing else.
package pgpmime
