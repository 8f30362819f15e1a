// Package safe holds the one sanitiser between text from outside and the
// terminal. Everything that came from a mail, a server, a file name or an error
// text becomes a Text before it is styled, measured or drawn; a Text never
// holds a byte that a terminal takes as a command, turns the direction of
// writing, or is invisible.
//
// What passes is what a reader can see. Characters that take effect without
// being seen are either shown by a sign (controls, private use, broken bytes)
// or left out (bidirectional controls, zero-width characters, tags, variation
// selectors): a row must look the same in every terminal, or the badge beside
// it could be pushed away.
package safe
