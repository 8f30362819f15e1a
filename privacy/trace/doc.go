// Package trace reads what servers wrote into the header of a mail: the way it
// came (Received, RFC 5321 section 4.4) and what they found out about its
// sender (Authentication-Results, RFC 8601).
//
// Everything in a header may have been written by whoever sent the mail, except
// the lines that the own provider's servers put on top. The package therefore
// works in two steps. Observe collects what is written, without believing any
// of it, small enough to be stored beside each message. Judge decides what of
// it may be believed, given what is known (Trust) of the provider, and can be
// repeated when more has been learned.
package trace
