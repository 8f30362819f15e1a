package storage_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// precious is a database with everything that no server has, and the parser
// for its messages. It gives its folder once it is closed.
func precious(t *testing.T) (dir string, parse storage.Parser, l, old, sent letter) {
	t.Helper()
	db, ctx := opened(t), t.Context()
	addAs(t, db, newCrowd(8).batch(0, 400, 400)...)
	l = letter{n: 900, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Hello", text: "Gooseberries"}
	old = letter{n: 901, from: "zoe@work.example", to: "me@example.org", date: start, subject: "Old", text: "Imported"}
	sent = letter{n: 902, from: "me@example.org", to: "zoe@example.org", date: start, subject: "Re: Hello", text: "Sent", out: true}
	add(t, db, l)
	must(t, db.SaveFolder(ctx, home, accounts.Folder{Name: "Old mail", Local: true}))
	a := old.arrival()
	a.Copy.Folder, a.Copy.UID, a.Copy.Validity = "Old mail", 0, 0
	addAs(t, db, a)
	_, err := db.Sent(ctx, enqueue(t, db), sent.arrival())
	must(t, err)
	act(t, db, conversation.ActTag, "todo", l)
	act(t, db, conversation.ActStar, "", l, old)
	_, err = db.SaveDraft(ctx, conversation.Draft{Text: "Half a letter"})
	must(t, err)
	_, err = db.Enqueue(ctx, conversation.Entry{Account: home, Wire: []byte("to be sent"), Draft: conversation.Draft{Text: "to be sent"}})
	must(t, err)
	must(t, db.SetSetting(ctx, "theme", "dark"))
	must(t, db.SaveSearch(ctx, conversation.SavedSearch{Name: "Fruit", Query: "gooseberries"}))
	must(t, db.SaveCert(ctx, "AA", []byte("certificate")))
	must(t, db.JoinContacts(ctx, who(t, db, "zoe@example.org"), who(t, db, "zoe@work.example")))
	_, err = db.SaveContact(ctx, conversation.Contact{ID: who(t, db, "person1@example.net"), Name: "Uncle", Notes: "likes jam"})
	must(t, err)
	must(t, db.Close())
	return dirOf(db), parserOf([]accounts.Arrival{l.arrival(), old.arrival(), sent.arrival()}, nil), l, old, sent
}

// salvage sets a database aside, begins a new one and takes over what it can.
func salvage(t *testing.T, dir string, parse storage.Parser) (*storage.DB, storage.Salvaged) {
	t.Helper()
	aside, err := storage.SetAside(dir, start)
	must(t, err)
	if _, err := os.Stat(filepath.Join(dir, storage.FileName)); !errors.Is(err, os.ErrNotExist) || aside != filepath.Join(dir, storage.FileName)+".damaged-20240301-080000" {
		t.Fatalf("set aside as %q, %v", aside, err)
	}
	fresh := openAt(t, dir)
	furnish(t, fresh, home, own)
	s, err := storage.Salvage(t.Context(), aside, fresh, parse)
	must(t, err)
	return fresh, s
}

// whole checks that everything that no server has is there.
func whole(t *testing.T, db *storage.DB, l letter) {
	t.Helper()
	ctx := t.Context()
	if ds, err := db.Drafts(ctx); err != nil || len(ds) != 1 || ds[0].Text != "Half a letter" {
		t.Errorf("drafts %+v, %v", ds, err)
	}
	if es, err := db.Due(ctx, home, start.AddDate(50, 0, 0)); err != nil || len(es) != 1 || string(es[0].Wire) != "to be sent" {
		t.Errorf("outbox %+v, %v", es, err)
	}
	if v, err := db.Setting(ctx, "theme"); err != nil || v != "dark" {
		t.Errorf("setting %q, %v", v, err)
	}
	if ss, err := db.SavedSearches(ctx); err != nil || len(ss) != 1 {
		t.Errorf("searches %+v, %v", ss, err)
	}
	if cs, err := db.Certs(ctx); err != nil || len(cs) != 1 {
		t.Errorf("keys %+v, %v", cs, err)
	}
	if a, b := who(t, db, "zoe@example.org"), who(t, db, "zoe@work.example"); a != b {
		t.Error("contacts are not joined")
	}
	if c, err := db.Contact(ctx, who(t, db, "person1@example.net")); err != nil || c.Name != "Uncle" || c.Notes != "likes jam" {
		t.Errorf("contact %+v, %v", c, err)
	}
	add(t, db, l) // the server gives it back
	passes(t, db, 1)
	if m := message(t, db, l); !m.Starred || len(m.Tags) != 1 || len(tasks(t, db)) != 2 {
		t.Errorf("message %+v, tasks %+v", m, tasks(t, db))
	}
	passes(t, db, 1)
	if n := len(tasks(t, db)); n != 2 {
		t.Errorf("%d tasks", n)
	}
	sound(t, db)
}

func TestSalvageOfASoundOne(t *testing.T) {
	t.Parallel()
	dir, parse, l, old, sent := precious(t)
	db, s := salvage(t, dir, parse)
	if len(s.Errors) > 0 || s.Messages != 2 || s.Contacts != 2 || s.Acts != 2 {
		t.Fatalf("%+v", s)
	}
	if m := message(t, db, old); m.Folder != "Old mail" || !m.Starred {
		t.Errorf("message %+v", m)
	}
	passes(t, db, 9)
	message(t, db, sent)
	whole(t, db, l)
}

// Pages of the messages are overwritten: what the user wrote and decided is
// read all the same.
func TestSalvageOfADamagedOne(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"doc", "raw", "index5_data", "party", "conversation"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			dir, parse, l, _, _ := precious(t)
			if !overwrite(t, filepath.Join(dir, storage.FileName), table) {
				t.Skip("not in this build")
			}
			db, s := salvage(t, dir, parse)
			if s.Acts != 2 {
				t.Fatalf("%+v", s)
			}
			whole(t, db, l)
		})
	}
}

func TestSalvageOfRubbish(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, storage.FileName), make([]byte, 8192), 0o600))
	db, s := salvage(t, dir, nil)
	if len(s.Errors) == 0 || s.Rows != 0 {
		t.Fatalf("%+v", s)
	}
	sound(t, db)
}

// overwrite destroys the page at the root of a table.
func overwrite(t *testing.T, path, table string) bool {
	t.Helper()
	root, size, err := storage.RootOf(context.Background(), path, table)
	must(t, err)
	if root == 0 {
		return false
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer func() { _ = f.Close() }()
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(i*7 + 3)
	}
	_, err = f.WriteAt(noise, (root-1)*size)
	must(t, err)
	return true
}

// While the program runs, somebody writes over the file: that is told, nothing
// is made up, and nothing panics.
func TestOverwrittenWhileRunning(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"doc", "message", "raw", "location"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			db, ctx, l := opened(t), t.Context(), hello()
			addAs(t, db, newCrowd(8).batch(10, 300, 400)...)
			add(t, db, l)
			must(t, db.Empty(ctx))
			if !overwrite(t, db.Path(), table) {
				t.Fatal("no such table")
			}
			again := storageAt(t, dirOf(db)) // nothing of it is in memory
			if again == nil {
				return
			}
			_, merr := again.Message(ctx, keyOf(l))
			_, rerr := again.Raw(ctx, keyOf(l))
			_, aerr := again.Add(ctx, home, []accounts.Arrival{letter{n: 7, from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"}.arrival()})
			if !errors.Is(errors.Join(merr, rerr, aerr), storage.ErrCorrupt) {
				t.Fatalf("%v; %v; %v", merr, rerr, aerr)
			}
			for _, err := range []error{merr, rerr, aerr} {
				if err != nil && !errors.Is(err, storage.ErrCorrupt) {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// storageAt opens a database that may be damaged, nil when it says so at once.
func storageAt(t *testing.T, dir string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), dir, storage.Options{})
	if errors.Is(err, storage.ErrCorrupt) {
		return nil
	}
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}
