package storage_test

import (
	"errors"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// passes ends that many good passes in which nothing was seen.
func passes(t testing.TB, db *storage.DB, n int) {
	t.Helper()
	for range n {
		_, err := db.Sweep(t.Context(), home)
		must(t, err)
	}
}

func gone(t testing.TB, db *storage.DB, l letter) bool {
	t.Helper()
	_, err := db.Message(t.Context(), keyOf(l))
	if err != nil && !errors.Is(err, conversation.ErrNotFound) {
		t.Fatal(err)
	}
	return err != nil
}

func finish(t testing.TB, db *storage.DB) {
	t.Helper()
	for _, k := range tasks(t, db) {
		must(t, db.DoneTasks(t.Context(), []int64{k.ID}))
	}
}

func removeAt(t testing.TB, db *storage.DB, l letter) {
	t.Helper()
	a := l.arrival()
	_, err := db.Remove(t.Context(), home, a.Copy.Folder, 1, []uint32{a.Copy.UID}, nil)
	must(t, err)
}

// A message that was archived and never shows up in the archive stays; if it
// does turn up, however late and wherever, that is its copy again.
func TestMovedMessageThatNeverShowsUp(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActArchive, "", l)
	finish(t, db)
	passes(t, db, 30)
	if m := message(t, db, l); m.Folder != "Archive" || m.Text != "Hello" {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
	l.folder, l.uid = "Work", 70
	if c := add(t, db, l); c.New != 0 {
		t.Fatalf("change %+v", c)
	}
	passes(t, db, 1)
	if n := db.Rows(t, "location"); n != 1 || message(t, db, l).Folder != "Work" {
		t.Fatalf("%d copies, %+v", n, message(t, db, l))
	}
	removeAt(t, db, l) // and now the server's word holds
	passes(t, db, 1)
	if !gone(t, db, l) {
		t.Fatal("still there")
	}
	sound(t, db)
}

func TestMovedMessageWithAnotherCopy(t *testing.T) {
	db, l := opened(t), hello()
	second := l
	second.folder, second.uid = "Archive", 9
	add(t, db, l, second)
	act(t, db, conversation.ActArchive, "", l)
	finish(t, db)
	passes(t, db, 30)
	if n := db.Rows(t, "location"); n != 1 || gone(t, db, l) {
		t.Fatalf("%d copies", n)
	}
	sound(t, db)
}

func TestDeletedMessageThatNeverShowsUp(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActDelete, "", l)
	finish(t, db)
	passes(t, db, 3)
	if gone(t, db, l) {
		t.Fatal("gone before its time")
	}
	passes(t, db, 30)
	if !gone(t, db, l) {
		t.Fatal("kept for ever")
	}
	sound(t, db)
}

// What the user did to a message here meets its deletion by another program.
func TestGoneWhileAnActWaits(t *testing.T) {
	for _, c := range []struct {
		kind conversation.ActKind
		tag  string
		kept bool
	}{
		{conversation.ActRead, "", false},
		{conversation.ActDelete, "", false},
		{conversation.ActStar, "", true},
		{conversation.ActTag, "todo", true},
		{conversation.ActArchive, "", true},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			db, l := opened(t), hello()
			add(t, db, l)
			act(t, db, c.kind, c.tag, l)
			before := message(t, db, l)
			removeAt(t, db, l)
			passes(t, db, 2)
			if gone(t, db, l) {
				t.Fatal("gone before its time")
			}
			passes(t, db, 30)
			if gone(t, db, l) == c.kept {
				t.Fatalf("kept: %v", !c.kept)
			}
			if c.kept {
				if m := message(t, db, l); m.Starred != before.Starred || len(m.Tags) != len(before.Tags) || len(list(t, db).Rows) != 1-shownNoMore(c.kind) {
					t.Fatalf("message %+v", m)
				}
			}
			if s, err := db.Stats(t.Context()); err != nil || s.Tasks != 0 {
				t.Fatalf("%d acts wait for ever, %v", s.Tasks, err)
			}
			sound(t, db)
		})
	}
}

func shownNoMore(k conversation.ActKind) int {
	if k == conversation.ActArchive {
		return 1
	}
	return 0
}

// A folder that is gone with acts that wait: they find the message where it
// turns up, also some passes later.
func TestFolderDroppedWhileActsWait(t *testing.T) {
	db, l := opened(t), hello()
	l.folder = "Work"
	moved := letter{n: 3, from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"}
	add(t, db, l, moved)
	act(t, db, conversation.ActArchive, "", moved)
	finish(t, db) // its copy in the archive was not seen yet
	act(t, db, conversation.ActStar, "", l)
	for _, f := range []string{"Work", "Archive"} {
		_, err := db.DropFolder(t.Context(), home, f)
		must(t, err)
	}
	passes(t, db, 2)
	if gone(t, db, l) || gone(t, db, moved) || !message(t, db, l).Starred {
		t.Fatal("lost with its folder")
	}
	l.folder, l.uid = "Work 2", 41
	moved.folder, moved.uid = "Archive 2", 42
	if c := add(t, db, l, moved); c.New != 0 {
		t.Fatalf("change %+v", c)
	}
	if ts := tasks(t, db); len(ts) != 1 || ts[0].Folder != "Work 2" || ts[0].UID != 41 {
		t.Fatalf("tasks %+v", ts)
	}
	sound(t, db)
}

// The folder an act moves to vanishes before it is done: it is done here.
func TestTargetDroppedWhileAnActWaits(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActArchive, "", l)
	_, err := db.DropFolder(t.Context(), home, "Archive")
	must(t, err)
	if ts := tasks(t, db); len(ts) != 1 || ts[0].Target != "" {
		t.Fatalf("tasks %+v", ts)
	}
	finish(t, db)
	passes(t, db, 10)
	if len(list(t, db).Rows) != 0 || gone(t, db, l) {
		t.Fatal("not archived")
	}
	sound(t, db)
}

// A reset in one pass, and the copy comes only in a later one: the act waits.
func TestResetKeepsActsForSomePasses(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActTag, "todo", l)
	must(t, db.Reset(t.Context(), home, "INBOX", 5))
	passes(t, db, 2)
	if len(tasks(t, db)) != 0 {
		t.Fatal("a task without a name for its message")
	}
	a := l.arrival()
	a.Copy.Validity, a.Copy.UID = 5, 40
	addAs(t, db, a)
	if ts := tasks(t, db); len(ts) != 1 || ts[0].UID != 40 || ts[0].Validity != 5 || ts[0].Tag != "todo" {
		t.Fatalf("tasks %+v", ts)
	}
	sound(t, db)
}

// An act is done while a pass runs that looked at the target before: the end of
// that pass takes nothing away.
func TestPromiseMadeDuringAPass(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Archive", Use: accounts.UseArchive, Validity: 1, UIDNext: 1}))
	act(t, db, conversation.ActArchive, "", l)
	finish(t, db)
	passes(t, db, 1)
	if n := db.Rows(t, "location"); n != 1 {
		t.Fatalf("%d copies", n)
	}
	l.folder, l.uid = "Archive", 1
	add(t, db, l)
	passes(t, db, 1)
	if hs := have(t, db, "Archive", 1); len(hs) != 1 || db.Rows(t, "location") != 1 {
		t.Fatalf("have %+v", hs)
	}
	sound(t, db)
}
