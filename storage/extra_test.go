package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

// What stands in attachments is found, and shown nowhere.
func TestTextOfAttachmentsIsFound(t *testing.T) {
	db := opened(t)
	a := hello().arrival()
	a.Parsed.Extra = "quince jelly 東京 Straße"
	_, err := db.Add(t.Context(), home, []accounts.Arrival{a})
	must(t, err)
	for query, want := range map[string]int{"quince": 1, `"quince jelly"`: 1, "jel*": 1, "東京": 1, "strasse": 1, "body:quince": 0, "file:quince": 0, "plum": 0} {
		if n, err := db.Count(t.Context(), asked(t, query)); err != nil || n != want {
			t.Errorf("%s: %d %v", query, n, err)
		}
	}
	hits, err := db.Search(t.Context(), asked(t, "quince"), 1)
	must(t, err)
	m, err := db.Message(t.Context(), hits[0].Message.ID)
	must(t, err)
	if m.Text != a.Parsed.Message.Text {
		t.Errorf("shown %q", m.Text)
	}
	sound(t, db)
}
