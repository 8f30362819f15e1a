// Package privacy holds the privacy index: pure functions from what was really
// seen of a message (its Evidence) to a score between 0 and 100, a level from
// A to E, and the reasons for it.
//
// The package imports only the standard library. It knows no storage, no
// terminal and no network; everything that was seen is handed to it as plain
// data, so that a result can be computed again whenever the formula changes.
package privacy
