package archive

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMaildirsAndTheirFolders(t *testing.T) {
	t.Parallel()
	letter := func(s string) string { return "Subject: " + s + "\n\n" + s + "\n" }
	root := filepath.Join(place(t, map[string]string{
		"Mail/cur/1772445600.1.x:2,FRSab": letter("inbox"), "Mail/new/1772445601.2.x": letter("new"), "Mail/tmp/3": letter("tmp"),
		"Mail/dovecot-keywords": "0 later\n1 $Forwarded\nx y\n99 z\n", "Mail/dovecot.index.log": "x", "Mail/cur/.hidden": "x",
		"Mail/.Sent.2020/cur/1772445602.M1P2.host!2,S": letter("sent"), "Mail/.Entw&APw-rfe/cur/plain": "Date: Mon, 2 Mar 2026 10:00:00 +0100\n\nx",
		"Mail/nested/deep/new/7": "Received: from a;\n Mon, 2 Mar 2026 10:00:00 +0000\n\ndeep\n", "Mail/.Trash/cur/8:2,ST": letter("gone"),
	}), "Mail")
	for link, to := range map[string]string{"loop": root, "nested/up": root, "cur/dangling:2,": "/nowhere"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	odd := filepath.Join(root, ".caf\xe9", "cur")
	if err := os.MkdirAll(odd, 0o700); err == nil {
		_ = os.WriteFile(filepath.Join(odd, "9\xff:2,S"), []byte(letter("odd")), 0o600)
	}
	m, tally := importing(t, Maildir, root)
	if f := m.in(t, "Mail").Flags; !f.Seen || !f.Flagged || !f.Answered || !slices.Equal(f.Keywords, []string{"later", "$Forwarded"}) {
		t.Errorf("%+v", f)
	}
	ten := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for folder, at := range map[string]time.Time{
		"Mail": ten, "Mail/Sent/2020": ten.Add(2 * time.Second), "Mail/Entwürfe": ten.Add(-time.Hour), "Mail/nested/deep": ten,
	} {
		if got := m.in(t, folder).Received; !got.Equal(at) {
			t.Errorf("%s came %v, want %v", folder, got, at)
		}
	}
	if got := m.in(t, "Mail/caf%E9"); string(got.Raw) != letter("odd") {
		t.Errorf("%q", got.Raw)
	}
	if tally.Handed != 7 || tally.Failed != 1 || tally.Skipped != 1 || m.folders["Mail/Trash"].Use != "trash" || !m.in(t, "Mail/Trash").Flags.Deleted {
		t.Errorf("%+v, %v", tally, m.folders)
	}
	if i := slices.Index(m.raws(), letter("new")); i < 0 || m.copies[i].Flags.Seen {
		t.Errorf("what is new is at %d", i)
	}
}

func TestWhatIsNoMaildirIsSaid(t *testing.T) {
	t.Parallel()
	root := place(t, map[string]string{"a/b": "x"})
	im := &Import{Kind: Maildir, Path: root}
	if err := im.Sync(t.Context(), newMemory()); !IsForm(err) {
		t.Errorf("%v", err)
	}
	im.Path = filepath.Join(root, "nowhere")
	if err := im.Sync(t.Context(), newMemory()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestFoldersOfSingleMessages(t *testing.T) {
	t.Parallel()
	text := "From: ada@example.org\nSubject: x\n\n"
	emlx := func(n int, flags string) string {
		body := text + "emlx\n"
		return fmt.Sprintf("%d      \n%s<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>date-received</key><integer>1772445600</integer>"+
			"<key>flags</key><integer>%s</integer></dict></plist>\n", n+len(body), body, flags)
	}
	root := filepath.Join(place(t, map[string]string{
		"Mails/a.eml": text + "a\r\nb", "Mails/sub/b.EML": text + "b", "Mails/1": text + "by number\n", "Mails/readme.txt": "Hello: world\n",
		"Mails/empty.eml": "", "Mails/c.emlx": emlx(0, "17"), "Mails/cut.emlx": emlx(100000, "1"), "Mails/odd.emlx": text + "no count\n", "Mails/.x.eml": text,
	}), "Mails")
	m, tally := importing(t, EML, root)
	if got := m.in(t, "Mails/sub"); string(got.Raw) != text+"b" || !got.Flags.Seen || got.Received.IsZero() {
		t.Errorf("%+v", got)
	}
	i := slices.Index(m.raws(), text+"emlx\n")
	if i < 0 || !m.copies[i].Flags.Flagged || !m.copies[i].Flags.Seen || m.copies[i].Flags.Deleted || m.copies[i].Received.Unix() != 1772445600 {
		t.Fatalf("%d: %+v", i, m.copies)
	}
	for _, want := range []string{text + "a\r\nb", text + "by number\n", text + "no count\n"} {
		if !slices.Contains(m.raws(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if tally != (Tally{Handed: 6, Failed: 2, Skipped: 1, Bytes: tally.Bytes}) {
		t.Errorf("%+v", tally)
	}
}

// An import that was cut goes on where it stopped; doing it again changes
// nothing; the same message twice in a folder is one.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "%sSubject: %d\n\ntext\n\n", line1, i%15)
	}
	path := filepath.Join(place(t, map[string]string{"a.mbox": b.String()}), "a.mbox")
	m := newMemory()
	for _, want := range []Tally{{Handed: 15, Known: 5}, {Known: 20}, {Handed: 7, Known: 13}} {
		if want.Handed == 7 {
			m.copies = m.copies[:8] // as a run that was killed leaves it
		}
		im := &Import{Kind: Mbox, Path: path}
		if err := im.Sync(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		want.Bytes = im.Tally().Bytes
		if im.Tally() != want || len(m.copies) != 15 {
			t.Errorf("%+v, want %+v; %d here", im.Tally(), want, len(m.copies))
		}
	}
}

func TestNamesOfFolders(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][]string{
		"a/b": {"a", "", "b"}, "import": {"", " "}, "a_b/c_": {"a/b", "c\n"}, "%FFx": {"\xffx"}, "work/\uFFFD": {"work", "\uFFFD"},
	} {
		if got := folderName("", parts); got != want {
			t.Errorf("%q: %q, want %q", parts, got, want)
		}
	}
	for in, want := range map[string]string{"Entw&APw-rfe": "Entwürfe", "a&-b": "a&b", "&": "&", "&x-": "&x-", "plain": "plain", "&2D3eAA-": "😀"} {
		if got := decodeUTF7(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
