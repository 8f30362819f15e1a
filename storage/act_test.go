package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func keyOf(l letter) conversation.MessageID {
	return conversation.NewMessageID(l.arrival().Parsed.Fingerprint)
}

func message(t testing.TB, db *storage.DB, l letter) conversation.Message {
	t.Helper()
	m, err := db.Message(context.Background(), keyOf(l))
	must(t, err)
	return m
}

func act(t testing.TB, db *storage.DB, k conversation.ActKind, tag string, ls ...letter) {
	t.Helper()
	a := conversation.Act{Kind: k, Tag: tag}
	for _, l := range ls {
		a.Messages = append(a.Messages, keyOf(l))
	}
	_, err := db.Act(context.Background(), a)
	must(t, err)
}

func tasks(t testing.TB, db *storage.DB) []accounts.Task {
	t.Helper()
	ts, err := db.Tasks(context.Background(), home)
	must(t, err)
	return ts
}

func sound(t testing.TB, db *storage.DB) {
	t.Helper()
	problems, err := db.Check(context.Background())
	must(t, err)
	if len(problems) > 0 {
		t.Fatalf("not sound: %q", problems)
	}
}

func hello() letter {
	return letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Hello", text: "Hello"}
}

func TestActWinsOverServerUntilReplayed(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActRead, "", l)
	_, err := db.SetFlags(t.Context(), home, "INBOX", 1, []accounts.FlagChange{{UID: 2, Flags: accounts.Flags{Flagged: true}}})
	must(t, err)
	if m := message(t, db, l); !m.Read || !m.Starred {
		t.Fatalf("read %v, starred %v", m.Read, m.Starred)
	}
	ts := tasks(t, db)
	if len(ts) != 1 || ts[0].UID != 2 || ts[0].Folder != "INBOX" {
		t.Fatalf("tasks %+v", ts)
	}
	must(t, db.DoneTasks(t.Context(), []int64{ts[0].ID}))
	if m := message(t, db, l); !m.Read || len(tasks(t, db)) != 0 {
		t.Fatal("unread again once the server had done it")
	}
	_, err = db.SetFlags(t.Context(), home, "INBOX", 1, []accounts.FlagChange{{UID: 2}})
	must(t, err)
	if m := message(t, db, l); m.Read || m.Starred {
		t.Fatal("what the server says later must count")
	}
	sound(t, db)
}

func TestFailedTaskShowsTheServersState(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActDelete, "", l)
	if n := len(list(t, db).Rows); n != 0 {
		t.Fatalf("%d rows after delete", n)
	}
	must(t, db.FailTask(t.Context(), tasks(t, db)[0].ID, "refused"))
	if n := len(list(t, db).Rows); n != 1 {
		t.Fatalf("%d rows after the server refused", n)
	}
	sound(t, db)
}

func TestArchiveMovesAndIsFoundAgain(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActArchive, "", l)
	act(t, db, conversation.ActUnread, "", l)
	act(t, db, conversation.ActStar, "", l)
	ts := tasks(t, db)
	if len(ts) != 1 || ts[0].Target != "Archive" {
		t.Fatalf("tasks %+v", ts)
	}
	must(t, db.DoneTasks(t.Context(), []int64{ts[0].ID}))
	if got := tasks(t, db); len(got) != 0 {
		t.Fatalf("tasks without a place: %+v", got)
	}
	_, err := db.Sweep(t.Context(), home)
	must(t, err)
	l.folder, l.uid = "Archive", 77
	if c := add(t, db, l); c.New != 0 {
		t.Fatal("not recognised")
	}
	if got := tasks(t, db); len(got) != 1 || got[0].UID != 77 || got[0].Kind != conversation.ActStar {
		t.Fatalf("tasks %+v", got)
	}
	if m := message(t, db, l); m.Folder != "Archive" || !m.Starred || len(list(t, db).Rows) != 0 {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
}

func TestUndoAfterTheServerDidIt(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActArchive, "", l)
	must(t, db.DoneTasks(t.Context(), []int64{tasks(t, db)[0].ID}))
	l.folder, l.uid = "Archive", 77
	add(t, db, l)
	a, err := db.UndoLast(t.Context())
	must(t, err)
	if a.Kind != conversation.ActArchive || len(list(t, db).Rows) != 1 {
		t.Fatalf("undone %+v, %d rows", a, len(list(t, db).Rows))
	}
	ts := tasks(t, db)
	if len(ts) != 1 || ts[0].Folder != "Archive" || ts[0].UID != 77 || ts[0].Target != "INBOX" {
		t.Fatalf("tasks %+v", ts)
	}
	sound(t, db)
}

func TestUndoWhileTheTaskIsOnItsWay(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActRead, "", l)
	under := tasks(t, db)
	_, err := db.UndoLast(t.Context())
	must(t, err)
	must(t, db.DoneTasks(t.Context(), []int64{under[0].ID}))
	if m := message(t, db, l); m.Read {
		t.Fatal("read after undo")
	}
	if ts := tasks(t, db); len(ts) != 1 || ts[0].Kind != conversation.ActUnread {
		t.Fatalf("tasks %+v", ts)
	}
}

func TestActRefusals(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	for name, a := range map[string]conversation.Act{
		"two words": {Kind: conversation.ActTag, Tag: "a b", Messages: []conversation.MessageID{keyOf(l)}},
		"nothing":   {Kind: conversation.ActRead},
		"no kind":   {Messages: []conversation.MessageID{keyOf(l)}},
	} {
		if _, err := db.Act(t.Context(), a); !errors.Is(err, conversation.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := db.Act(t.Context(), conversation.Act{Kind: conversation.ActRead, Messages: []conversation.MessageID{"m0"}}); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("unknown message: %v", err)
	}
	if _, err := db.UndoLast(t.Context()); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("nothing to undo: %v", err)
	}
}

// Acts followed by as many undos leave everything as it was, whatever was
// replayed on the server in between.
func TestActsThenUndosRestore(t *testing.T) {
	kinds := []conversation.ActKind{conversation.ActRead, conversation.ActUnread, conversation.ActStar, conversation.ActUnstar, conversation.ActTag, conversation.ActUntag, conversation.ActArchive, conversation.ActDelete}
	rapid.Check(t, func(rt *rapid.T) {
		db := opened(t)
		defer func() { _ = db.Close() }()
		var ls []letter
		for i := range 4 {
			l := hello()
			l.n, l.text, l.uid = i, fmt.Sprint("text ", i), uint32(i+1)
			l.flags = accounts.Flags{Seen: rapid.Bool().Draw(rt, "seen"), Flagged: rapid.Bool().Draw(rt, "flagged")}
			l.folder = rapid.SampledFrom([]string{"INBOX", "Archive", "Work"}).Draw(rt, "folder")
			ls = append(ls, l)
		}
		add(t, db, ls...)
		before := view(t, db, ls)
		n := rapid.IntRange(1, 6).Draw(rt, "acts")
		for range n {
			act(t, db, rapid.SampledFrom(kinds).Draw(rt, "kind"), "tag", rapid.SampledFrom(ls).Draw(rt, "message"))
			if rapid.Bool().Draw(rt, "replay") {
				for _, k := range tasks(t, db) {
					must(t, db.DoneTasks(t.Context(), []int64{k.ID}))
				}
			}
		}
		for range n {
			_, err := db.UndoLast(t.Context())
			must(t, err)
		}
		if after := view(t, db, ls); !slices.Equal(before, after) {
			rt.Fatalf("before %q\nafter  %q", before, after)
		}
		sound(t, db)
	})
}

func view(t testing.TB, db *storage.DB, ls []letter) []string {
	t.Helper()
	var out []string
	for _, l := range ls {
		m := message(t, db, l)
		out = append(out, fmt.Sprint(m.Read, m.Starred, m.Tags, m.Folder))
	}
	p := list(t, db)
	return append(out, fmt.Sprint(len(p.Rows), p.Total, p.Unread))
}

// What the user filed himself stays in its folder: archiving takes it from the
// list and moves nothing on the server.
func TestArchivingLeavesFiledMailWhereItIs(t *testing.T) {
	db := opened(t)
	l := letter{n: 1, folder: "Projects", from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"}
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Archive", Use: accounts.UseArchive}))
	add(t, db, l)
	act(t, db, conversation.ActArchive, "", l)
	if n, f := len(list(t, db).Rows), message(t, db, l).Folder; n != 0 || f != "Projects" || len(tasks(t, db)) != 0 {
		t.Errorf("%d conversations shown, it lies in %q, for the server: %+v", n, f, tasks(t, db))
	}
	_, err := db.UndoLast(t.Context())
	must(t, err)
	if n := len(list(t, db).Rows); n != 1 || len(tasks(t, db)) != 0 {
		t.Errorf("taken back: %d conversations shown, for the server: %+v", n, tasks(t, db))
	}
	act(t, db, conversation.ActDelete, "", l)
	if len(tasks(t, db)) != 1 {
		t.Errorf("deleting asks the server for %+v", tasks(t, db))
	}
	sound(t, db)
}
