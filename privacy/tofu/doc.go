// Package tofu has the rules of trust on first use: which of the keys seen for
// an address stands for it, and what is to be thought of each. It is pure: a
// Set of bindings and something seen or decided give another Set.
//
// The first key seen for an address is established. Another one waits for the
// user's decision, is not sealed to, and what it signed is told apart, until
// then; the established one goes on as before. So who writes under a foreign
// address can raise a question, but neither take the place of a key nor make
// sealing end. What was seen first counts in the order of seeing and not by
// the dates of mails, which their senders choose.
package tofu
