// Package mime reads and writes the raw form of mails: Internet messages
// (RFC 5322) with MIME bodies (RFC 2045 to 2049).
//
// Reading never fails and never stops: a mail is the work of a stranger, and
// often of a broken program. The header is read by this package's own tolerant
// reader; multiparts are split by emersion/go-message, and what it refuses gets
// one second try by jhillyerd/enmime, within bounds where that is known to be
// quick. What neither can read is shown as the text it is. Each oddity leaves
// a warning, which is a key of the catalogue.
//
// All work is linear in the size of the mail, but for a factor bounded by the
// depth to which parts are followed. Nothing here touches the network, opens
// sealed mail or believes what a message says of itself.
package mime
