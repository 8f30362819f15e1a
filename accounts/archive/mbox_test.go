package archive

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const line1 = "From ada@example.org Mon Mar  2 10:00:00 2026\n"

func split(t *testing.T, text string, limit int) []letter {
	t.Helper()
	var out []letter
	s := newSplitter(iotest.HalfReader(strings.NewReader(text)), limit)
	for {
		l, err := s.read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
}

func texts(ls []letter) []string {
	out := []string{}
	for _, l := range ls {
		out = append(out, string(l.raw))
	}
	return out
}

func TestDialectsOfMbox(t *testing.T) {
	t.Parallel()
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	a, b := "Subject: a\n\none\n", "Subject: b\n\ntwo\n"
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"plain":                      {line1 + a + "\n" + line1 + b + "\n", []string{a, b}},
		"no empty line at the end":   {line1 + a + "\n" + line1 + b, []string{a, b}},
		"no line feed at the end":    {line1 + a + "\n" + line1 + "Subject: b\n\ntwo", []string{a, "Subject: b\n\ntwo"}},
		"no empty line between":      {line1 + a + line1 + b, []string{a, b}},
		"CRLF":                       {crlf(line1 + a + "\n" + line1 + b + "\n"), []string{crlf(a), crlf(b)}},
		"empty lines before":         {"\n\r\n" + line1 + a, []string{a}},
		"first line without date":    {"From nobody\n" + a, []string{a}},
		"one that was quoted":        {line1 + "Subject: a\n\n>From me\n>>From you\n", []string{"Subject: a\n\nFrom me\n>From you\n"}},
		"From in a text":             {line1 + "Subject: a\n\nwords\n\nFrom here on all is well\n", []string{"Subject: a\n\nwords\n\nFrom here on all is well\n"}},
		"a date in a text":           {line1 + "Subject: a\n\nwords\nFrom Mon to Tue, Mar 3 10:00 2026 it rains\nand more\n", []string{"Subject: a\n\nwords\nFrom Mon to Tue, Mar 3 10:00 2026 it rains\nand more\n"}},
		"a quoted line in a header":  {line1 + ">From uucp Mon Mar  2 10:00:00 2026 remote from there\n" + a, []string{">From uucp Mon Mar  2 10:00:00 2026 remote from there\n" + a}},
		"lengths":                    {line1 + "Content-Length: 54\n\n\n" + line1 + "after\n\n\n" + line1 + "Content-Length: 4\n\ntwo\n", []string{"Content-Length: 54\n\n\n" + line1 + "after\n\n", "Content-Length: 4\n\ntwo\n"}},
		"a wrong length":             {line1 + "Content-Length: 7\n\none\n\n" + line1 + b, []string{"Content-Length: 7\n\none\n", b}},
		"a length after one without": {line1 + a + "\n" + line1 + "Content-Length: 60\n\nx\n\n" + line1 + b, []string{a, "Content-Length: 60\n\nx\n", b}},
		"a length beyond the end":    {line1 + "Content-Length: 1000\n\none\n\n" + line1 + b, []string{"Content-Length: 1000\n\none\n", b}},
		"a negative length":          {line1 + "Content-Length: -1\n\none\n\n" + line1 + b, []string{"Content-Length: -1\n\none\n", b}},
		"an undated separator":       {line1 + a + "\nFrom 18443@xxx\nMIME-Version: 1.0\n\nx\n", []string{a, "MIME-Version: 1.0\n\nx\n"}},
		"an undated line":            {line1 + a + "\nFrom ada@example.org\nI hear\n", []string{a + "\nFrom ada@example.org\nI hear\n"}},
		"only a header":              {line1 + "Subject: a\n\n" + line1 + b, []string{"Subject: a\n", b}},
		"two separators":             {line1 + line1 + b, []string{"", b}},
		"a very long line":           {line1 + "Subject: a\n\n" + strings.Repeat("x", 3*windowSize) + "\n\n" + line1 + b, []string{"Subject: a\n\n" + strings.Repeat("x", 3*windowSize) + "\n", b}},
		"nothing":                    {"", []string{}},
	} {
		if got := texts(split(t, c.in, 10<<20)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %.200q, want %.200q", name, got, c.want)
		}
	}
}

func TestWhatIsNoMboxIsSaid(t *testing.T) {
	t.Parallel()
	s := newSplitter(strings.NewReader("Subject: a\n\nFrom me\n"), 1000)
	if _, err := s.read(); !errors.Is(err, errForm) {
		t.Errorf("%v", err)
	}
}

func TestDatesOfSeparators(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for text, at := range map[string]time.Time{
		"From ada@example.org Mon Mar  2 10:00:00 2026\n":         want,
		"From ada@example.org Mon Mar 02 10:00:00 +0000 2026\r\n": want,
		"From ada@example.org Mon Mar  2 11:00:00 2026 +0100\n":   want,
		"From ada@example.org Mon, 2 Mar 2026 10:00:00 +0000\n":   want,
		"From ada@example.org Mon Mar  2 10:00 2026\n":            want,
		"From ada@example.org Mon Mar  2 10:00:00 GMT 2026\n":     want,
		"From ada Mon Mar  2 10:00:00 2026 remote from there\n":   want,
		"From () 2026-03-02 10:00:00 +0000\n":                     want,
		"From - Thu Jan 01 00:00:00 1970\n":                       {},
		"From \"ada b\"@example.org Mon Mar  2 10:00:00 2026\n":   want,
	} {
		if s, ok := parseFrom([]byte(text)); !ok || !s.at.Equal(at) {
			t.Errorf("%q: %v %v", text, s.at, ok)
		}
	}
	for _, text := range []string{
		"From here\n", "From ada Mon Mar 2 2026\n", "from ada Mon Mar  2 10:00:00 2026\n", "From: ada Mon Mar  2 10:00:00 2026\n",
		"From Mon 10:00:00\n", "From ada Mon Mar 42 10:00:00 2026\n", "From ada Mon Mar  2 10:99:00 2026\n",
	} {
		if _, ok := parseFrom([]byte(text)); ok {
			t.Errorf("%q is taken for a separator", text)
		}
	}
}

// A message beyond the limit is set aside with its place, and the next one is
// read; what is held of it is no more than the limit.
func TestOneThatIsTooLarge(t *testing.T) {
	t.Parallel()
	big := line1 + "Subject: big\n\n" + strings.Repeat("0123456789\n", 1000) + "\n"
	ls := split(t, big+line1+"Subject: b\n\ntwo\n", 500)
	if len(ls) != 2 || ls[0].raw != nil || string(ls[1].raw) != "Subject: b\n\ntwo\n" || ls[1].offset != int64(len(big)) {
		t.Fatalf("%+v", ls)
	}
	root := place(t, map[string]string{"a.mbox": big + line1 + "Subject: b\n\ntwo\n"})
	m, path := newMemory(), filepath.Join(root, "a.mbox")
	var failed []Failure
	im := &Import{Kind: Mbox, Path: path, limit: 500, Failed: func(f Failure) { failed = append(failed, f) }}
	if err := im.Sync(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if len(failed) != 1 || failed[0] != (Failure{path + "@0", ReasonTooBig}) || len(m.aside) != 1 || len(m.copies) != 1 {
		t.Errorf("%v, %d aside, %d taken", failed, len(m.aside), len(m.copies))
	}
}

func TestCompressedAndCutMbox(t *testing.T) {
	t.Parallel()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = io.WriteString(w, line1+"Subject: a\n\none\n\n"+line1+"Subject: b\n\ntwo\n")
	_ = w.Close()
	root := place(t, map[string]string{"whole.mbox.gz": z.String(), "cut.mbox.gz": z.String()[:z.Len()-12], "bad.mbox.gz": z.String()[:5]})
	m, tally := importing(t, Mbox, root)
	if got := m.in(t, "whole"); string(got.Raw) != "Subject: a\n\none\n" {
		t.Errorf("%q", got.Raw)
	}
	if tally.Failed != 2 || tally.Handed < 2 {
		t.Errorf("%+v", tally)
	}
}

func TestFoldersOfMboxes(t *testing.T) {
	t.Parallel()
	root := place(t, map[string]string{
		"Inbox": line1 + "Subject: inbox\n\n1\n", "Inbox.msf": "// <!-- <mdb:mork:z", "prefs.js": "user_pref()",
		"Sent": line1 + "Subject: sent\n\n2\n", "Inbox.sbd/Work": line1 + "Subject: work\n\n3\n", "empty": "",
		"Old": line1 + "X-Mozilla-Status: 0009\nSubject: deleted\n\n6\n", "Drafts.mbox/mbox": line1 + "Subject: draft\n\n4\n", "Labels.mbox": line1 + "X-Gmail-Labels: =?UTF-8?Q?Spam,=C3=89t=C3=A9,Unread?=\nSubject: l\n\n5\n",
	})
	if err := os.Symlink(root, filepath.Join(root, "Inbox.sbd", "loop")); err != nil {
		t.Fatal(err)
	}
	m, tally := importing(t, Mbox, root)
	for folder, want := range map[string]string{"Inbox": "inbox", "Sent": "sent", "Inbox/Work": "work", "Drafts": "draft"} {
		if got := m.in(t, folder); !strings.HasPrefix(string(got.Raw), "Subject: "+want+"\n") {
			t.Errorf("%s: %q", folder, got.Raw)
		}
	}
	if m.folders["Sent"].Use != "sent" || m.folders["Drafts"].Use != "drafts" || m.folders["Labels/Spam"].Use != "junk" || !m.folders["Sent"].Local {
		t.Errorf("%v", m.folders)
	}
	if f := m.in(t, "Labels/Spam").Flags; f.Seen || !slices.Equal(f.Keywords, []string{"Été"}) {
		t.Errorf("%+v", f)
	}
	if c := m.in(t, "Old/Trash"); !c.Flags.Deleted || m.folders["Old/Trash"].Use != "trash" {
		t.Errorf("what was deleted before: %+v", c)
	}
	if tally.Handed != 6 || tally.Skipped != 3 || tally.Failed != 0 {
		t.Errorf("%+v", tally)
	}
}

func TestMarksOfOtherPrograms(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                "S",
		"Status: RO\n":                    "S",
		"Status: O\nX-Status: AF\n":       "AF",
		"X-Mozilla-Status: 0007\n":        "SAF",
		"X-Mozilla-Status: 0008\n":        "D",
		"X-Mozilla-Status: zz\n":          "S",
		"X-Keywords: b a b\n":             "S[a b]",
		"X-Mozilla-Keys: $label1 later\n": "S[$label1 later]",
		"x-gmail-labels: Inbox,\"Ideas\",\n Starred\n": "SF[Ideas]",
	} {
		f := readMarks([]byte(header + "Subject: x\n\nStatus: O\n")).flags
		got := ""
		for letter, on := range map[string]bool{"S": f.Seen} {
			if on {
				got += letter
			}
		}
		for _, p := range []struct {
			letter string
			on     bool
		}{{"A", f.Answered}, {"F", f.Flagged}, {"D", f.Deleted}} {
			if p.on {
				got += p.letter
			}
		}
		if len(f.Keywords) > 0 {
			got += "[" + strings.Join(f.Keywords, " ") + "]"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
