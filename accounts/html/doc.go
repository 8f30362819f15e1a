// Package html turns the HTML of mails and Mastodon posts into plain text, and
// counts what it would load or run if it were shown by a browser.
//
// It walks tokens and never builds a tree, so that the work is linear in the
// input however deep the nesting is. It has no way to reach the network. The
// text it gives is unsanitised: entities may have brought in control
// characters.
package html
