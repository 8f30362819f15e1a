// Package keyfind looks for the OpenPGP key of one address at a time, in the
// places where its holder may have put it, and helps to put the own key there.
// Each place learns something by being asked; each method says what and who.
// Whatever comes back is hostile until proved otherwise: only user IDs with the
// address asked for are kept.
package keyfind
