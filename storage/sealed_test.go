package storage_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// lies gives the words that stand in any file of the data folder.
func lies(t testing.TB, db *storage.DB, words []string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dirOf(db), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data = bytes.ToLower(data)
		for _, w := range words {
			if bytes.Contains(data, []byte(strings.ToLower(w))) {
				found = append(found, filepath.Base(path)+": "+w)
			}
		}
		return nil
	})
	must(t, err)
	return found
}

func nowhere(t testing.TB, db *storage.DB, when string, words []string) {
	t.Helper()
	if f := lies(t, db, words); len(f) > 0 {
		t.Fatalf("%s, in clear: %q", when, f)
	}
}

func TestSealedWordsAreInNoFile(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	first, second := secretLetter(1), secretLetter(2)
	addAll(t, db, first, second)
	nowhere(t, db, "stored", secrets())

	draft := conversation.Draft{Subject: "Entwurfsgeheimnis", Text: "Haselnuss", Attach: []string{"/home/me/Pflaume.txt"}}
	id, err := db.SaveDraft(ctx, draft)
	must(t, err)
	draft.ID = id
	words := append(secrets(), "Entwurfsgeheimnis", "Haselnuss", "Pflaume", "Begruendung")
	nowhere(t, db, "a draft saved", words)
	entry, err := db.Enqueue(ctx, conversation.Entry{Account: home, Sealed: true, Wire: []byte("cipher"), Copy: []byte("cipher too"), Draft: draft, Line: "Begruendung", State: conversation.StateHeld})
	must(t, err)
	nowhere(t, db, "in the outbox", words)

	must(t, db.BuildPrivateIndex(ctx))
	if n := len(search(t, db, "leuchtturm")); n != 2 {
		t.Fatalf("%d found", n)
	}
	nowhere(t, db, "indexed and searched", words)
	_, err = db.Remove(ctx, home, "INBOX", 1, []uint32{first.Copy.UID}, nil)
	must(t, err)
	_, err = db.Sweep(ctx, home)
	must(t, err)
	if n := len(search(t, db, "leuchtturm")); n != 1 {
		t.Fatalf("%d found after one was deleted", n)
	}
	must(t, db.OptimizeIndex(ctx))
	must(t, db.Vacuum(ctx))
	must(t, db.Rebuild(ctx, parserOf([]accounts.Arrival{first, second}, nil), nil))
	nowhere(t, db, "deleted, vacuumed and rebuilt", words)
	v.locked.Store(true)
	must(t, db.MoveEntry(ctx, entry, []conversation.State{conversation.StateHeld}, conversation.StateCancelled, start, ""))
	must(t, db.Close())
	nowhere(t, db, "closed", words)
}

func TestEverythingSealed(t *testing.T) {
	v := newVault(t)
	db := openSealed(t, t.TempDir(), v, true)
	furnish(t, db, home, own)
	ctx := t.Context()
	l := letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Kastanienfest", text: "Treffpunkt am Leuchtturm"}
	a := l.arrival()
	addAll(t, db, a)
	entry, err := db.Enqueue(ctx, conversation.Entry{Account: home, Wire: []byte("Pflaumenkuchen"), Draft: conversation.Draft{Text: "Haselnuss"}})
	must(t, err)
	must(t, db.MoveEntry(ctx, entry, []conversation.State{conversation.StateQueued}, conversation.StateSending, start, ""))
	must(t, db.Kept(ctx, entry))
	words := []string{"Kastanienfest", "Leuchtturm", "Treffpunkt", "Haselnuss"}
	nowhere(t, db, "stored", words)
	e, err := db.Entry(ctx, entry)
	must(t, err)
	if string(e.Wire) != "Pflaumenkuchen" || e.Draft.Text != "Haselnuss" {
		t.Fatalf("entry %+v", e)
	}
	raw, err := db.Raw(ctx, idOf(a))
	must(t, err)
	if !bytes.Equal(raw, a.Copy.Raw) {
		t.Fatal("another source")
	}
	must(t, db.BuildPrivateIndex(ctx))
	if hits := search(t, db, "leuchtturm subject:kastanienfest"); len(hits) != 1 || hits[0].Message.Subject != "Kastanienfest" || len(hits[0].Snippet) < 2 {
		t.Fatalf("hits %+v", hits)
	}

	v.locked.Store(true)
	if _, err := db.Raw(ctx, idOf(a)); !errors.Is(err, conversation.ErrSealed) {
		t.Fatalf("raw while locked: %v", err)
	}
	row := list(t, db).Rows[0]
	if row.Title != "Zoe Example" || row.Subject != "" || row.Excerpt != "" || !row.Sealed {
		t.Fatalf("row while locked: %+v", row)
	}
	must(t, db.Rebuild(ctx, parserOf([]accounts.Arrival{a}, nil), nil))
	v.locked.Store(false)
	if m, err := db.Message(ctx, idOf(a)); err != nil || m.Text != l.text {
		t.Fatalf("after a rebuild while locked: %+v, %v", m, err)
	}
	sound(t, db)
}

// Seals off by choice: a rebuild lays open what was sealed only at rest.
func TestSealAllCanBeTakenBack(t *testing.T) {
	v, dir := newVault(t), t.TempDir()
	db := openSealed(t, dir, v, true)
	furnish(t, db, home, own)
	clear, secret := hello().arrival(), secretLetter(4)
	addAll(t, db, clear, secret)
	must(t, db.Close())
	db = openSealed(t, dir, v, false)
	must(t, db.Rebuild(t.Context(), parserOf([]accounts.Arrival{clear, secret}, nil), nil))
	v.locked.Store(true)
	m, err := db.Message(t.Context(), idOf(clear))
	must(t, err)
	if m.Text != clear.Parsed.Message.Text || conversation.Unopened(m.Warnings) {
		t.Fatalf("message %+v", m)
	}
	if raw, err := db.Raw(t.Context(), idOf(clear)); err != nil || !bytes.Equal(raw, clear.Copy.Raw) {
		t.Fatalf("raw %q, %v", raw, err)
	}
	nowhere(t, db, "rebuilt", secrets())
	sound(t, db)
}

func TestLockedShowsTheOutsideOnly(t *testing.T) {
	db, v := sealedDB(t)
	a := secretLetter(1)
	a.Parsed.Names = map[conversation.Address]string{conversation.MailAddress("zoe@example.org"): "Zoe Outside"}
	addAll(t, db, a)
	check := func(sealed bool) {
		t.Helper()
		row := list(t, db).Rows[0]
		m, err := db.Message(t.Context(), idOf(a))
		must(t, err)
		ms, _, _, err := db.Messages(t.Context(), row.ID, conversation.Span{Limit: 5})
		must(t, err)
		want, name := a.Parsed.Message, "Zerlinda Geheim"
		if sealed {
			want, name = conversation.Message{Subject: "[...]"}, "Zoe Outside"
		}
		if row.Subject != want.Subject || row.Excerpt != want.Excerpt || row.Sealed != sealed || row.Title != "Zoe Outside" {
			t.Fatalf("sealed %v: row %+v", sealed, row)
		}
		for _, m := range append(ms, m) {
			if m.Subject != want.Subject || m.Text != want.Text || m.Excerpt != want.Excerpt || len(m.Attachments) != len(want.Attachments) ||
				len(m.Links) != len(want.Links) || m.InReplyTo != want.InReplyTo || m.Sender().Name != name || conversation.Unopened(m.Warnings) != sealed {
				t.Fatalf("sealed %v: message %+v", sealed, m)
			}
		}
	}
	check(false)
	v.locked.Store(true)
	check(true)
	v.locked.Store(false)
	check(false)
}

// A part that was moved to another message is not shown there.
func TestSealedPartsBelongToTheirMessage(t *testing.T) {
	db, _ := sealedDB(t)
	a, b := secretLetter(1), secretLetter(2)
	b.Parsed.Message.Subject = "Zweites"
	addAll(t, db, a, b)
	must(t, db.MoveSealed(t.Context()))
	m, err := db.Message(t.Context(), idOf(b))
	must(t, err)
	if m.Text != "" || m.Subject != "[...]" || !conversation.Unopened(m.Warnings) {
		t.Fatalf("message %+v", m)
	}
}

func TestWithoutAVaultNothingInsideIsKept(t *testing.T) {
	v, dir := newVault(t), t.TempDir()
	v.none.Store(true)
	for name, vault := range map[string]storage.Vault{"no vault": nil, "no key": v} {
		db := openSealed(t, filepath.Join(dir, name), vault, true)
		furnish(t, db, home, own)
		a := secretLetter(1)
		addAll(t, db, a)
		nowhere(t, db, name, secrets())
		m, err := db.Message(t.Context(), idOf(a))
		must(t, err)
		n, err := db.Waiting(t.Context())
		must(t, err)
		if !conversation.Unopened(m.Warnings) || m.Subject != "[...]" || n != 1 {
			t.Fatalf("%s: %+v, %d waiting", name, m, n)
		}
		sound(t, db)
	}
}
