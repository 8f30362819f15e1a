package archive

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
)

// anyMessage draws bytes with all that is hard for files of mail.
func anyMessage(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{
		"From ", ">From ", ">>From ", "From a@b Mon Mar  2 10:00:00 2026", "From mboxrd@caliopen.invalid Mon Mar  2 10:00:00 2026",
		"\n", "\n\n", "\r\n", "\r", "\x00", "\xff\xfe", "é", "Content-Length: 12\n", "Content-Length: 0\n\n", "Received: from x\n by y;\n Mon, 2 Mar 2026 10:00:00 +0000\n",
		"Subject: x\n", "Status: O\n", "a", " ", ".", ">", "12\n", "Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\n", strings.Repeat("long ", 20000),
	})
	return "X" + strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
}

// Whatever bytes a message has, each form reads back to them.
func TestWhatIsWrittenReadsBackToTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Mbox, Maildir, EML} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			n := 0
			rapid.Check(t, func(rt *rapid.T) {
				n++
				raws := rapid.SliceOfNDistinct(rapid.Custom(anyMessage), 1, 5, rapid.ID[string]).Draw(rt, "messages")
				path := filepath.Join(root, fmt.Sprint("archive", n))
				if err := export(kind, path, raws); err != nil {
					rt.Fatal(err)
				}
				m, im := newMemory(), &Import{Kind: kind, Path: path}
				if err := im.Sync(t.Context(), m); err != nil {
					rt.Fatal(err)
				}
				if got := m.raws(); !slices.Equal(got, raws) {
					rt.Fatalf("%.300q\nbecame\n%.300q (%+v)", raws, got, im.Tally())
				}
				if err := os.RemoveAll(path); err != nil {
					rt.Fatal(err)
				}
			})
		})
	}
}

// export writes messages, each a second after the one before.
func export(kind Kind, path string, raws []string) error {
	w, err := Create(kind, path, false)
	if err != nil {
		return err
	}
	for i, raw := range raws {
		if err := w.Put(Message{ID: fmt.Sprint("m", i), Raw: []byte(raw), At: time.Unix(1772445600+int64(i), 0)}); err != nil {
			return err
		}
	}
	return w.Commit()
}

func TestMaildirKeepsFlags(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail")
	w, err := Create(Maildir, path, false)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1772445600, 0).UTC()
	for i, m := range []Message{
		{Seen: true, Tags: []string{"été", "b"}}, {Flagged: true, Tags: []string{"b"}}, {},
	} {
		m.ID, m.Raw, m.At = fmt.Sprint(i), fmt.Appendf(nil, "Subject: %d\n", i), at
		if err := w.Put(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	m, _ := importing(t, Maildir, path)
	want := []accounts.Flags{{Seen: true, Keywords: []string{"été", "b"}}, {Flagged: true, Keywords: []string{"b"}}, {}}
	for i, c := range m.copies {
		if fmt.Sprint(c.Flags) != fmt.Sprint(want[i]) || !c.Received.Equal(at) || c.Folder != "mail" {
			t.Errorf("%+v", c)
		}
	}
	if len(m.copies) != len(want) {
		t.Errorf("%d messages", len(m.copies))
	}
}

// Nothing is written over, nothing half stays.
func TestPlacesThatAreTaken(t *testing.T) {
	t.Parallel()
	root := place(t, map[string]string{"file": "mine", "dir/mine": "mine"})
	for _, c := range []struct {
		kind Kind
		path string
	}{{Mbox, "file"}, {Maildir, "file"}, {EML, "dir"}, {Maildir, "dir"}, {Mbox, "dir"}} {
		if _, err := Create(c.kind, filepath.Join(root, c.path), false); err == nil {
			t.Errorf("%v is written over", c)
		}
	}
	for _, c := range []struct {
		kind Kind
		path string
		ok   bool
	}{{Mbox, "file", true}, {EML, "file", false}, {EML, "dir", true}, {Mbox, "dir", false}} {
		w, err := Create(c.kind, filepath.Join(root, c.path), true)
		if err == nil {
			if err = w.Put(Message{ID: "m", Raw: []byte("Subject: x\n")}); err == nil {
				err = w.Commit()
			}
		}
		if (err == nil) != c.ok {
			t.Errorf("forced %v: %v", c, err)
		}
	}
	if data, err := os.ReadFile(filepath.Join(root, "dir", "mine")); err != nil || string(data) != "mine" {
		t.Errorf("what was there: %q, %v", data, err)
	}
	w, err := Create(Maildir, filepath.Join(root, "new"), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(Message{ID: "m", Raw: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	left, err := os.ReadDir(root)
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
