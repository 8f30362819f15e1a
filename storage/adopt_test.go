package storage_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// headerOf gives a copy of which only the header was fetched, as it lies in a
// folder.
func headerOf(l letter, folder string, validity, uid uint32) accounts.Copy {
	c := l.arrival().Copy
	header, _, _ := bytes.Cut(c.Raw, []byte("\r\n\r\n"))
	c.Size = int64(len(c.Raw))
	c.Raw = append(slices.Clone(header), "\r\n\r\n"...)
	c.Folder, c.Validity, c.UID = folder, validity, uid
	return c
}

func adopt(t testing.TB, db *storage.DB, copies ...accounts.Copy) (unknown []accounts.Copy) {
	t.Helper()
	unknown, c, err := db.Adopt(t.Context(), home, copies)
	must(t, err)
	if c.New != 0 {
		t.Fatalf("%d new messages by adoption", c.New)
	}
	return unknown
}

func TestAdoptAfterReset(t *testing.T) {
	db, l := opened(t), hello()
	l.flags.Seen = true
	stranger := letter{n: 7, from: "bob@example.org", to: "me@example.org", date: start, subject: "x", text: "y"}
	add(t, db, l)
	act(t, db, conversation.ActStar, "", l)
	must(t, db.Reset(t.Context(), home, "INBOX", 5))
	known := headerOf(l, "INBOX", 5, 40)
	known.Flags = accounts.Flags{Keywords: []string{"todo"}} // as the server has them now
	unknown := adopt(t, db, known, headerOf(stranger, "INBOX", 5, 41))
	if len(unknown) != 1 || unknown[0].UID != 41 {
		t.Fatalf("unknown %+v", unknown)
	}
	if _, err := db.Sweep(t.Context(), home); err != nil {
		t.Fatal(err)
	}
	hs, ts := have(t, db, "INBOX", 5), tasks(t, db)
	if len(hs) != 1 || hs[0].UID != 40 || !slices.Equal(hs[0].Flags.Keywords, []string{"todo"}) {
		t.Fatalf("have %+v", hs)
	}
	if len(ts) != 1 || ts[0].UID != 40 || ts[0].Validity != 5 {
		t.Fatalf("tasks %+v", ts)
	}
	if m := message(t, db, l); m.Read || !m.Starred || !slices.Equal(m.Tags, []string{"todo"}) {
		t.Fatalf("message %+v", m)
	}
	if again := adopt(t, db, known); len(again) != 0 || len(have(t, db, "INBOX", 5)) != 1 {
		t.Fatalf("a second time: %+v", again)
	}
	sound(t, db)
}

func TestAdoptFromAnotherFolder(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	if left := adopt(t, db, headerOf(l, "Archive", 1, 3)); len(left) != 0 {
		t.Fatalf("unknown %+v", left)
	}
	raw, err := db.RawAt(t.Context(), home, "Archive", 3, "")
	if err != nil || !bytes.Equal(raw, l.arrival().Copy.Raw) {
		t.Fatalf("raw %q, %v", raw, err)
	}
	_, err = db.Remove(t.Context(), home, "INBOX", 1, []uint32{2}, nil)
	must(t, err)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	if m := message(t, db, l); m.Folder != "Archive" {
		t.Fatalf("folder %q", m.Folder)
	}
	sound(t, db)
}

// A message that lost its last copy in this pass is taken up again.
func TestAdoptSavesWhatIsAboutToGo(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	_, err := db.Remove(t.Context(), home, "INBOX", 1, []uint32{2}, nil)
	must(t, err)
	if left := adopt(t, db, headerOf(l, "Work", 1, 3)); len(left) != 0 {
		t.Fatalf("unknown %+v", left)
	}
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	message(t, db, l)
	sound(t, db)
}

func TestAdoptRefuses(t *testing.T) {
	db, l := opened(t), hello()
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	add(t, db, l)
	other := l
	other.text = "Hullo" // the same header and size
	add(t, db, letter{n: 3, from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"})
	longer := headerOf(l, "Work", 1, 3)
	longer.Size++
	changed := headerOf(l, "Work", 1, 3)
	changed.Raw = append([]byte("Received: x\r\n"), changed.Raw...)
	unsized := headerOf(l, "Work", 1, 3)
	unsized.Size = 0
	for name, c := range map[string]accounts.Copy{"another size": longer, "another header": changed, "no size": unsized} {
		if left := adopt(t, db, c); len(left) != 1 {
			t.Errorf("adopted with %s", name)
		}
	}
	if left, _, err := db.Adopt(t.Context(), work, []accounts.Copy{headerOf(l, "INBOX", 1, 3)}); err != nil || len(left) != 1 {
		t.Errorf("another account's was adopted: %v", err)
	}
	other.uid = 9
	add(t, db, other)
	if left := adopt(t, db, headerOf(l, "Work", 1, 3)); len(left) != 1 {
		t.Error("adopted one of two")
	}
	sound(t, db)
}

func TestAdoptWhereAllIsSealed(t *testing.T) {
	db := openSealed(t, t.TempDir(), newVault(t), true)
	furnish(t, db, home, own)
	l := hello()
	add(t, db, l)
	if left := adopt(t, db, headerOf(l, "Work", 1, 3)); len(left) != 0 {
		t.Fatalf("unknown %+v", left)
	}
	sound(t, db)
}

// What was stored before headers were noted is recognised after a rebuild.
func TestRebuildNotesHeaders(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	must(t, db.ForgetHeads(t.Context()))
	if left := adopt(t, db, headerOf(l, "Work", 1, 3)); len(left) != 1 {
		t.Fatal("recognised by nothing")
	}
	must(t, db.Rebuild(t.Context(), parserOf([]accounts.Arrival{l.arrival()}, nil), nil))
	if left := adopt(t, db, headerOf(l, "Work", 1, 3)); len(left) != 0 {
		t.Fatal("not recognised")
	}
	sound(t, db)
}

func FuzzHeaderEnds(f *testing.F) {
	for _, s := range []string{"", "\r\n", "\n", "A: b\r\n\r\nbody", "A: b\n\nbody", "A: b\r\n\n\r\nx", "A: b", "A: b\r\n", "\r\r\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := storage.HeaderBlock(raw)
		if !bytes.HasPrefix(raw, h) {
			t.Fatalf("%q is no beginning of %q", h, raw)
		}
		if len(h) < len(raw) && !bytes.HasSuffix(h, []byte("\n")) {
			t.Fatalf("%q ends within a line of %q", h, raw)
		}
		if !bytes.Equal(storage.HeaderBlock(h), h) {
			t.Fatalf("%q is no whole header", h)
		}
	})
}
