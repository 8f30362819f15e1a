// Package autocrypt has the rules of Autocrypt Level 1 (version 1.1): reading
// and writing its header fields, what a mail changes in what is known of its
// sender, what is advised when writing, and the message that carries an own
// key to another device. It keeps nothing and asks nobody.
//
// One rule is not Autocrypt's: that the key last seen wins holds here for what
// is remembered only. Which key may be used without asking is decided by the
// rules of package tofu.
package autocrypt
