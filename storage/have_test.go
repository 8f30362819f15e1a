package storage_test

import (
	"reflect"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

// The parts of a folder are together the whole of it, whatever their size.
func TestHaveFromGivesTheWholeInParts(t *testing.T) {
	db := opened(t)
	for uid := uint32(1); uid <= 23; uid += 2 {
		l := hello()
		l.uid, l.n = uid, int(uid)
		add(t, db, l)
	}
	must(t, db.Quarantine(t.Context(), home, accounts.Copy{Folder: "INBOX", Validity: 1, UID: 8}, "mail.unreadable"))
	must(t, db.Quarantine(t.Context(), home, accounts.Copy{Folder: "INBOX", Validity: 1, UID: 4_000_000_000}, "mail.unreadable"))
	want := have(t, db, "INBOX", 1)
	if len(want) != 14 {
		t.Fatalf("%d copies", len(want))
	}
	for n := 1; n <= 15; n++ {
		var got []accounts.Have
		for from := uint32(0); ; {
			page, err := db.HaveFrom(t.Context(), home, "INBOX", 1, from, n)
			must(t, err)
			if got = append(got, page...); len(page) < n {
				break
			}
			from = page[n-1].UID + 1
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("in parts of %d: %v, want %v", n, got, want)
		}
	}
}
