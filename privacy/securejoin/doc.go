// Package securejoin makes two people known to each other by a link or a QR
// code (SecureJoin, https://securejoin.delta.chat/), versions 3 and 2. It is
// pure: it is given what a message said and who signed it, and gives what to
// send. Whatever it is given comes from the network and may be hostile; it
// verifies nobody unless each step was proved.
package securejoin
