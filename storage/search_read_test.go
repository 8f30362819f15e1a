package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// Characters that are no word are in no index. They are found in the newest
// messages, and wherever something else in the query leads to few.
func TestWhatIsNoWordIsReadInTheNewest(t *testing.T) {
	t.Parallel()
	db, c := opened(t), newCrowd(3)
	old := c.letter(1, 60)
	old.from, old.text, old.out, old.list = "zoe@example.org", "so it is ☂☂ then", false, ""
	add(t, db, old)
	find := func(text string) int {
		q, err := conversation.ParseQuery(text, start, "en")
		must(t, err)
		hits, err := db.Search(t.Context(), q, 50)
		must(t, err)
		n, err := db.Count(t.Context(), q)
		must(t, err)
		if n != len(hits) {
			t.Errorf("%s: counted %d, found %d", text, n, len(hits))
		}
		return n
	}
	if find("☂☂") != 1 || find("body:☂☂") != 1 || find("subject:☂☂") != 0 {
		t.Fatal("not found when it is the newest")
	}
	if testing.Short() {
		t.Skip("needs many messages")
	}
	for at := 2; at < 5002; at += 1000 {
		_, err := db.Add(t.Context(), home, c.batch(at, 1000, 60))
		must(t, err)
	}
	if find("☂☂") != 0 {
		t.Error("5,000 newer messages were read and more")
	}
	q, err := conversation.ParseQuery("☂☂", start, "en")
	must(t, err)
	walked := 0
	must(t, db.Walk(t.Context(), q, func(storage.Kept, int) error { walked++; return nil }))
	if walked != 1 {
		t.Error("a walk leaves it out")
	}
	if find("☂☂ from:zoe") != 1 || find("☂☂ then") != 1 {
		t.Error("not found where something leads to it")
	}
}
