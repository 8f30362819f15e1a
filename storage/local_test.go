package storage_test

import (
	"errors"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// imported is a database with one message that lies in a local folder.
func imported(t *testing.T) (*storage.DB, letter) {
	t.Helper()
	db, l := opened(t), hello()
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Old mail", Local: true}))
	a := l.arrival()
	a.Copy.Folder, a.Copy.UID, a.Copy.Validity = "Old mail", 0, 0
	for range 2 { // twice is once
		addAs(t, db, a)
	}
	if n := db.Rows(t, "location"); n != 1 {
		t.Fatalf("%d copies", n)
	}
	return db, l
}

func TestNoPassTouchesLocalFolders(t *testing.T) {
	db, l := imported(t)
	ctx := t.Context()
	fs, err := db.Folders(ctx, home)
	must(t, err)
	if f := fs[len(fs)-1]; f.Name != "Old mail" || !f.Local || fs[0].Local {
		t.Fatalf("folders %+v", fs)
	}
	must(t, db.SaveFolder(ctx, home, accounts.Folder{Name: "Old mail", Validity: 3}))
	must(t, db.Reset(ctx, home, "Old mail", 9))
	_, err = db.DropFolder(ctx, home, "Old mail")
	must(t, err)
	for range 3 {
		_, err = db.Sweep(ctx, home)
		must(t, err)
	}
	if m := message(t, db, l); m.Folder != "Old mail" {
		t.Fatalf("message %+v", m)
	}
	// The server shows it as well, then no more.
	add(t, db, l)
	_, err = db.Remove(ctx, home, "INBOX", 1, []uint32{2}, nil)
	must(t, err)
	_, err = db.Sweep(ctx, home)
	must(t, err)
	if m := message(t, db, l); m.Folder != "Old mail" {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
}

func TestActsOnLocalCopies(t *testing.T) {
	db, l := imported(t)
	for _, k := range []struct {
		kind conversation.ActKind
		done func(conversation.Message) bool
		tag  string
	}{
		{conversation.ActRead, func(m conversation.Message) bool { return m.Read }, ""},
		{conversation.ActStar, func(m conversation.Message) bool { return m.Starred }, ""},
		{conversation.ActTag, func(m conversation.Message) bool { return len(m.Tags) == 1 }, "todo"},
		{conversation.ActArchive, func(conversation.Message) bool { return len(list(t, db).Rows) == 0 }, ""},
		{conversation.ActDelete, func(conversation.Message) bool { return len(list(t, db).Rows) == 0 }, ""},
	} {
		act(t, db, k.kind, k.tag, l)
		if !k.done(message(t, db, l)) || len(tasks(t, db)) != 0 {
			t.Errorf("%s: %+v, tasks %+v", k.kind, message(t, db, l), tasks(t, db))
		}
		if f := message(t, db, l).Folder; f != "Old mail" {
			t.Errorf("%s: it went to %q", k.kind, f)
		}
		_, err := db.UndoLast(t.Context())
		must(t, err)
		if k.done(message(t, db, l)) || len(tasks(t, db)) != 0 {
			t.Errorf("%s taken back: %+v, tasks %+v", k.kind, message(t, db, l), tasks(t, db))
		}
	}
	sound(t, db)
}

func TestLocalFoldersOutliveTheirAccount(t *testing.T) {
	db, l := imported(t)
	ctx := t.Context()
	gone := letter{n: 8, from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"}
	add(t, db, gone)
	must(t, db.DropAccount(ctx, home, false))
	message(t, db, l)
	if _, err := db.Message(ctx, keyOf(gone)); !errors.Is(err, conversation.ErrNotFound) {
		t.Fatalf("kept: %v", err)
	}
	sound(t, db)
	if _, err := db.DropLocal(ctx, home, "Old mail"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Message(ctx, keyOf(l)); !errors.Is(err, conversation.ErrNotFound) {
		t.Fatalf("kept: %v", err)
	}
	must(t, db.SaveFolder(ctx, home, accounts.Folder{Name: "INBOX"}))
	if _, err := db.DropLocal(ctx, home, "INBOX"); !errors.Is(err, conversation.ErrUsage) {
		t.Fatalf("a server's folder was dropped: %v", err)
	}
	sound(t, db)
}
