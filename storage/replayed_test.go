package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The server moved a message and its answer was lost, or the program was killed
// before it noted it; then a pass finds the message where it was to go. Nothing
// is left to be done: a second time would delete for good what lies in the trash.
func TestMovedBeforeItWasNoted(t *testing.T) {
	t.Parallel()
	for kind, target := range map[conversation.ActKind]string{conversation.ActArchive: "Archive", conversation.ActDelete: "Trash"} {
		t.Run(string(kind), func(t *testing.T) {
			db, l := opened(t), hello()
			add(t, db, l)
			act(t, db, kind, "", l)
			sent := tasks(t, db)
			removeAt(t, db, l)
			moved := l
			moved.folder, moved.uid = target, 41
			add(t, db, moved)
			if left := tasks(t, db); len(left) != 0 {
				t.Fatalf("to be done again: %+v", left)
			}
			must(t, db.DoneTasks(t.Context(), []int64{sent[0].ID})) // the answer comes after all
			passes(t, db, 10)
			hs, err := db.Have(t.Context(), home, target, 1)
			if err != nil || len(hs) != 1 || hs[0].UID != 41 {
				t.Fatalf("copies in %q: %+v, %v", target, hs, err)
			}
			_, err = db.UndoLast(t.Context())
			must(t, err)
			if back := tasks(t, db); len(back) != 1 || back[0].UID != 41 || back[0].Folder != target || back[0].Target != "INBOX" {
				t.Fatalf("undone: %+v", back)
			}
			sound(t, db)
		})
	}
}
