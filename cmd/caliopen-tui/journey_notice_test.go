//go:build unix

package main

import "testing"

// TestJourneyFromALink shows what a link had no business to set where it can be
// seen: beside the message that it began.
func TestJourneyFromALink(t *testing.T) {
	x := correspondence(t).in(t, silent, "mailto:nadia@benali.example?subject=Hi&attach=/etc/passwd&bcc=spy@example.org")
	x.shows("Nadia Benali", "Hi", "attach, bcc")
	x.keys("a")
	x.hides("attach, bcc")
}
