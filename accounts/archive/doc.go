// Package archive reads and writes the files in which mail is kept outside of
// servers: mbox (RFC 4155 and the dialects that are found), Maildir with its
// sub-folders, and single messages (.eml, and .emlx of Apple Mail).
//
// What is read are the message's own bytes, line ends included. Two things are
// taken off, since they belong to the file and not to the message: the line
// "From " with the empty line before it, and one ">" from the lines of a body
// that were quoted because of it. What is written reads back to the very same
// bytes in each of the three formats.
//
// Readers are sources of the engine. They tell apart what is here already by
// the hash of its bytes, so that an import that was cut goes on where it
// stopped, and doing it twice changes nothing.
package archive
