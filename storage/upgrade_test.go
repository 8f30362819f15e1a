package storage_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// A database from before: what it knows to be sealed and unopened waits to be
// read again, drafts and entries lie as they did.
func TestUpgradeFromBeforeSealing(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	message := func(id, marks, detail string) []string {
		return []string{
			"INSERT INTO raw VALUES (" + id + ", x'0" + id + "', 3, x'00')",
			"INSERT INTO message (id, key, circle, account, raw, protocol, direction, date, received, size, score, level, marks) VALUES (" + id + ", 'm" + id + "', 1, 1, " + id + ", 'mail', 'in', 1, 1, 3, 38, 'D', " + marks + ")",
			"INSERT INTO doc (id, detail, subject, people, file, cjk, body) VALUES (" + id + ", CAST('" + detail + "' AS BLOB), 's', '', '', '', 'b')",
		}
	}
	statements := []string{
		"INSERT INTO account (id, name) VALUES (1, 'home')", "INSERT INTO conversation (id, key, kind) VALUES (1, 'c', 'people')",
		"INSERT INTO circle (id, key, kind, protocol, conversation) VALUES (1, x'01', 'people', 'mail', 1)",
		`INSERT INTO draft (key, saved, data) VALUES ('d1', 5, '{"id":"d1","text":"Pflaume"}')`,
		`INSERT INTO outbox (key, account, state, created, data, wire) VALUES ('o1', 'home', 'queued', 5, '{"ID":"o1","Account":"home","Draft":{"id":"d0","text":"Birne"},"Line":"why"}', 'wire')`,
	}
	statements = append(statements, message("1", "16", `{"w":["mime.sealed"]}`)...)
	statements = append(statements, message("2", "16", `{"w":["mime.html"]}`)...)
	statements = append(statements, message("3", "0", `{}`)...)
	must(t, storage.MakeOld(ctx, filepath.Join(dir, storage.FileName), statements...))
	db := openSealed(t, dir, newVault(t), false)
	if n, err := db.Waiting(ctx); err != nil || n != 1 {
		t.Fatalf("%d waiting, %v", n, err)
	}
	if d, err := db.Draft(ctx, "d1"); err != nil || d.Text != "Pflaume" {
		t.Fatalf("draft %+v, %v", d, err)
	}
	e, err := db.Entry(ctx, "o1")
	must(t, err)
	if e.Draft.Text != "Birne" || e.Line != "why" || string(e.Wire) != "wire" {
		t.Fatalf("entry %+v", e)
	}
	m, err := db.Message(ctx, "m3")
	must(t, err)
	if m.Text != "b" || conversation.Unopened(m.Warnings) {
		t.Fatalf("message %+v", m)
	}
}

func TestTemporaryTablesStayInMemory(t *testing.T) {
	db, _ := sealedDB(t)
	must(t, db.BuildPrivateIndex(t.Context()))
	const memory = 2
	if got, err := db.TempStores(t.Context()); err != nil || !slices.Equal(got, []int{memory, memory, memory}) {
		t.Fatal(got, err)
	}
}

// What is deleted is overwritten, but while much is loaded.
func TestWiping(t *testing.T) {
	db := opened(t)
	ctx := t.Context()
	wipes := func(want bool, when string) {
		t.Helper()
		if on, err := db.Wipes(ctx); err != nil || on != want {
			t.Errorf("%s: %v, %v", when, on, err)
		}
	}
	wipes(true, "at first")
	id, err := db.SaveDraft(ctx, conversation.Draft{Text: "Haselnussstrauch"})
	must(t, err)
	must(t, db.DropDraft(ctx, id))
	must(t, db.Empty(ctx))
	nowhere(t, db, "dropped", []string{"Haselnussstrauch"})
	must(t, db.LimitPages(ctx, 200))
	if _, err := db.Add(ctx, home, newCrowd(9).batch(10, 400, 5000)); !errors.Is(err, conversation.ErrFull) {
		t.Fatal(err)
	}
	wipes(true, "after a load that failed")
	must(t, db.LimitPages(ctx, 1<<30))
	_, err = db.Add(ctx, home, newCrowd(9).batch(10, 400, 50))
	must(t, err)
	wipes(false, "while loading")
	_, err = db.Sweep(ctx, home)
	must(t, err)
	wipes(true, "after the pass")
}

// Nothing that is done with sealed messages looks at every row.
func TestNoSealedWriteScansTheMailbox(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	addAll(t, db, privates(0, 300)...)
	a := secretLetter(1)
	v.locked.Store(true)
	addAll(t, db, closed(a))
	v.locked.Store(false)
	_, err := db.Reread(ctx, idOf(a), a.Parsed)
	must(t, err)
	_, err = db.RejudgeAddress(ctx, conversation.MailAddress("zoe@example.org"), always)
	must(t, err)
	_, err = db.Rejudge(ctx, home, always)
	must(t, err)
	_, _, err = db.Witness(ctx, own, "AA", "m", start)
	must(t, err)
	e := enqueue(t, db)
	_, err = db.Sent(ctx, e, letter{n: 9000, from: "me@example.org", to: "zoe@example.org", date: start, text: "x", out: true}.arrival())
	must(t, err)
	must(t, db.Kept(ctx, e))
	scans, err := db.Scans(ctx)
	must(t, err)
	for q, step := range scans {
		if !harmless(step) && !made(q) {
			t.Errorf("%s in\n%s", step, q)
		}
	}
}

// made are statements that look only when references are broken.
func made(q string) bool {
	return strings.HasPrefix(q, "INSERT INTO account") || strings.HasPrefix(q, "INSERT INTO folder")
}

func always([]byte, *privacy.Evidence) bool { return true }
