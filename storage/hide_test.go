package storage_test

import (
	"errors"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// onlyHello fails unless the conversation list shows one read message, the
// first one, and the other is known to be hidden.
func onlyHello(t *testing.T, db *storage.DB, other letter, when string) {
	t.Helper()
	p := list(t, db)
	if len(p.Rows) != 1 || p.Rows[0].Messages != 1 || p.Rows[0].Subject != "Hello" || p.Unread != 1 {
		t.Errorf("%s: the list is %+v", when, p)
	}
	if hidden, err := db.Hidden(t.Context(), keyOf(other)); err != nil || !hidden {
		t.Errorf("%s: hidden %v, %v", when, hidden, err)
	}
	sound(t, db)
}

func TestAHiddenMessageStaysHidden(t *testing.T) {
	db, l := opened(t), hello()
	other := letter{n: 2, from: l.from, to: l.to, date: start.Add(time.Hour), subject: "For programs", text: "x"}
	add(t, db, l, other)
	if hidden, err := db.Hidden(t.Context(), keyOf(other)); err != nil || hidden {
		t.Fatalf("hidden %v, %v before", hidden, err)
	}
	ch, err := db.Hide(t.Context(), keyOf(other))
	must(t, err)
	if len(ch.Conversations) != 1 {
		t.Errorf("touched %v", ch.Conversations)
	}
	onlyHello(t, db, other, "at once")
	if _, err := db.UndoLast(t.Context()); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the user can undo what is none of his acts: %v", err)
	}
	var ids []int64
	for _, k := range tasks(t, db) {
		if k.UID != uint32(other.n+1) || k.Kind == conversation.ActDelete {
			t.Errorf("task %+v", k)
		}
		ids = append(ids, k.ID)
	}
	if len(ids) != 2 {
		t.Errorf("%d tasks, want to read and to archive", len(ids))
	}
	must(t, db.DoneTasks(t.Context(), ids))
	onlyHello(t, db, other, "archived")
	moved := other
	moved.folder, moved.uid = "Archive", 9
	add(t, db, moved)
	onlyHello(t, db, other, "seen in the archive")
	moved.folder, moved.uid = "INBOX", 77
	add(t, db, moved)
	onlyHello(t, db, other, "come once more")
	for _, c := range []accounts.Copy{{Folder: "INBOX", UID: 77}, {Folder: "Archive", UID: 9}} {
		_, err := db.Remove(t.Context(), home, c.Folder, 1, []uint32{c.UID}, nil)
		must(t, err)
	}
	moved.folder, moved.uid = "INBOX", 78
	add(t, db, moved)
	onlyHello(t, db, other, "gone from everywhere and back")
	if raw, err := db.Raw(t.Context(), keyOf(other)); err != nil || len(raw) == 0 {
		t.Errorf("its source is gone: %v", err)
	}
}

func TestWhatIsNotThereCannotBeHidden(t *testing.T) {
	db := opened(t)
	if _, err := db.Hide(t.Context(), "nothing"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("hiding nothing gives %v", err)
	}
}
