package storage_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

const work conversation.AccountID = "work"

func have(t testing.TB, db *storage.DB, folder string, validity uint32) []accounts.Have {
	t.Helper()
	hs, err := db.Have(t.Context(), home, folder, validity)
	must(t, err)
	return hs
}

func TestOneMessageInTwoFoldersAndAccounts(t *testing.T) {
	db, l := opened(t), hello()
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	l.flags.Seen = true
	add(t, db, l)
	second := l
	second.folder, second.uid, second.flags = "Work", 9, accounts.Flags{Flagged: true, Keywords: []string{"todo"}}
	if c := add(t, db, second); c.New != 0 {
		t.Fatalf("change %+v", c)
	}
	third := l.arrival()
	third.Copy.Raw = append([]byte("X-Other: 1\r\n"), third.Copy.Raw...)
	third.SHA256[0]++
	third.Copy.Flags = accounts.Flags{Seen: true}
	c, err := db.Add(t.Context(), work, []accounts.Arrival{third})
	must(t, err)
	if p := list(t, db); c.New != 0 || p.Rows[0].Messages != 1 || p.Unread != 1 {
		t.Fatalf("change %+v, rows %+v", c, p.Rows)
	}
	if m := message(t, db, l); m.Read || !m.Starred || len(m.Tags) != 1 {
		t.Fatalf("read %v, starred %v, tags %v", m.Read, m.Starred, m.Tags)
	}
	raw, err := db.RawAt(t.Context(), work, "INBOX", 2, "")
	must(t, err)
	if !bytes.Equal(raw, third.Copy.Raw) {
		t.Fatalf("raw of the other account: %q", raw)
	}
	sound(t, db)
}

func TestRemovedCopiesAndSweep(t *testing.T) {
	db, l := opened(t), hello()
	second := l
	second.folder, second.uid = "Work", 9
	add(t, db, l, second)
	remove := func(folder string, uid uint32) {
		_, err := db.Remove(t.Context(), home, folder, 1, []uint32{uid}, nil)
		must(t, err)
		_, err = db.Sweep(t.Context(), home)
		must(t, err)
	}
	remove("INBOX", 2)
	if m := message(t, db, l); m.Folder != "Work" {
		t.Fatalf("folder %q", m.Folder)
	}
	remove("Work", 9)
	if _, err := db.Message(t.Context(), keyOf(l)); !errors.Is(err, conversation.ErrNotFound) {
		t.Fatalf("still there: %v", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Conversations != 0 || len(list(t, db).Rows) != 0 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	sound(t, db)
	if c := add(t, db, l); c.New != 1 || len(list(t, db).Rows) != 1 {
		t.Fatal("not taken again")
	}
	sound(t, db)
}

func TestResetKeepsMessagesAndActs(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActStar, "", l)
	must(t, db.Reset(t.Context(), home, "INBOX", 5))
	if n := len(have(t, db, "INBOX", 5)) + len(have(t, db, "INBOX", 1)); n != 0 || len(tasks(t, db)) != 0 {
		t.Fatalf("%d copies after a reset", n)
	}
	a := l.arrival()
	a.Copy.Validity, a.Copy.UID = 5, 40
	c, err := db.Add(t.Context(), home, []accounts.Arrival{a})
	must(t, err)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	ts := tasks(t, db)
	if c.New != 0 || len(have(t, db, "INBOX", 5)) != 1 || len(ts) != 1 || ts[0].UID != 40 || ts[0].Validity != 5 {
		t.Fatalf("change %+v, tasks %+v", c, ts)
	}
	if !message(t, db, l).Starred {
		t.Fatal("star lost")
	}
	sound(t, db)
}

func TestResetThenGone(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	must(t, db.Reset(t.Context(), home, "INBOX", 5))
	if len(list(t, db).Rows) != 1 {
		t.Fatal("gone before the pass was over")
	}
	_, err := db.Sweep(t.Context(), home)
	must(t, err)
	if len(list(t, db).Rows) != 0 {
		t.Fatal("still there after the pass")
	}
	sound(t, db)
}

func TestAddIsIdempotent(t *testing.T) {
	db := opened(t)
	batch := newCrowd(3).batch(0, 50, 200)
	for range 2 {
		_, err := db.Add(t.Context(), home, batch)
		must(t, err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Messages != 50 || s.Copies != 50 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	sound(t, db)
}

func TestQuarantineIsListedAndNotTriedAgain(t *testing.T) {
	db := opened(t)
	must(t, db.Quarantine(t.Context(), home, accounts.Copy{Folder: "INBOX", Validity: 1, UID: 13}, "server gave nothing"))
	if hs := have(t, db, "INBOX", 1); len(hs) != 1 || hs[0].UID != 13 {
		t.Fatalf("have %+v", hs)
	}
	if qs, err := db.Quarantined(t.Context()); err != nil || len(qs) != 1 || qs[0].Reason != "server gave nothing" {
		t.Fatalf("quarantined %+v, %v", qs, err)
	}
	l := hello()
	l.uid = 13
	add(t, db, l)
	if hs := have(t, db, "INBOX", 1); len(hs) != 1 {
		t.Fatalf("have %+v once fetched", hs)
	}
}

func TestFolderUseDecidesWhatIsShown(t *testing.T) {
	db, l := opened(t), hello()
	l.folder = "Spam"
	add(t, db, l)
	if len(list(t, db).Rows) != 1 {
		t.Fatal("not shown")
	}
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Spam", Use: accounts.UseJunk, Validity: 1}))
	if len(list(t, db).Rows) != 0 {
		t.Fatal("junk is shown")
	}
	_, err := db.DropFolder(t.Context(), home, "Spam")
	must(t, err)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	sound(t, db)
	if s, err := db.Stats(t.Context()); err != nil || s.Messages != 0 {
		t.Fatalf("stats %+v, %v", s, err)
	}
}

func TestEditedCopyIsRead(t *testing.T) {
	db, l := opened(t), hello()
	first := l.arrival()
	first.Copy.UID, first.Copy.ID = 0, "109"
	_, err := db.Add(t.Context(), home, []accounts.Arrival{first})
	must(t, err)
	edited := first
	edited.SHA256[0]++
	edited.Copy.Raw = []byte("edited")
	edited.Parsed.Message.Text, edited.Parsed.Message.Excerpt = "Goodbye", "Goodbye"
	_, err = db.Add(t.Context(), home, []accounts.Arrival{edited})
	must(t, err)
	if m := message(t, db, l); m.Text != "Goodbye" || list(t, db).Rows[0].Messages != 1 {
		t.Fatalf("message %+v", m)
	}
	q, err := conversation.ParseQuery("goodbye", start, "en")
	must(t, err)
	if n, err := db.Count(t.Context(), q); err != nil || n != 1 {
		t.Fatalf("found %d, %v", n, err)
	}
	sound(t, db)
}

// Another program moves a message while an act on it waits here: the act
// follows it to its new place.
func TestActFollowsAMessageMovedElsewhere(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	act(t, db, conversation.ActStar, "", l)
	_, err := db.Remove(t.Context(), home, "INBOX", 1, []uint32{2}, nil)
	must(t, err)
	l.folder, l.uid = "Work", 8
	add(t, db, l)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	if ts := tasks(t, db); len(ts) != 1 || ts[0].Folder != "Work" || ts[0].UID != 8 {
		t.Fatalf("tasks %+v", ts)
	}
	sound(t, db)
}
