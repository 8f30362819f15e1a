package storage_test

import (
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Only what was received, is unread and is shown is worth telling about, and
// only when it comes for the first time.
func TestFresh(t *testing.T) {
	db := opened(t)
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Junk", Use: accounts.UseJunk}))
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Drafts", Use: accounts.UseDrafts}))
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Old mail", Local: true}))
	n := 0
	made := func(folder string, seen, out bool) letter {
		n++
		l := letter{n: n, from: "zoe@example.org", to: "me@example.org", date: start, subject: "s", text: "t", folder: folder, out: out}
		l.flags.Seen = seen
		if out {
			l.from, l.to = l.to, l.from
		}
		return l
	}
	wanted := []letter{made("INBOX", false, false), made("Lists", false, false), made("Archive", false, false)}
	others := []letter{
		made("INBOX", true, false), made("INBOX", false, true), made("Junk", false, false), made("Trash", false, false),
		made("Drafts", false, false), made("Sent", false, false), made("Old mail", false, false),
	}
	var keys []conversation.MessageID
	for _, l := range wanted {
		keys = append(keys, keyOf(l))
	}
	c := add(t, db, append(slices.Clone(others), wanted...)...)
	slices.Sort(keys)
	slices.Sort(c.Fresh)
	if !slices.Equal(c.Fresh, keys) {
		t.Fatalf("fresh %q, wanted %q", c.Fresh, keys)
	}
	again := wanted[0]
	again.folder, again.uid = "Work", 99
	if c := add(t, db, wanted[0], again); len(c.Fresh) != 0 {
		t.Fatalf("fresh again: %q", c.Fresh)
	}
}
