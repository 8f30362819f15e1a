package imap

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
)

// manyFolders is a server that tells the status of so many folders with the
// list.
func manyFolders(t *testing.T, n int) *script {
	s := newScript(t)
	s.caps += " LIST-EXTENDED LIST-STATUS SPECIAL-USE"
	s.answers["LIST"] = func(w io.Writer, _ string) string {
		b := bufio.NewWriter(w)
		defer b.Flush()
		for i := range n {
			name := fmt.Sprintf("f%d", i)
			if i == 0 {
				name = "INBOX"
			}
			fmt.Fprintf(b, "* LIST () \"/\" %[1]s\r\n* STATUS %[1]s (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7 HIGHESTMODSEQ 1)\r\n", name)
		}
		return ""
	}
	return s
}

// Names and hierarchies of all kinds are taken as they come.
func TestStrangeFolders(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 3)
	s.answers["LIST"] = func(w io.Writer, _ string) string {
		io.WriteString(w, "* LIST () NIL INBOX\r\n"+
			"* LIST (\\Noselect) \"/\" Parent\r\n"+
			"* LIST (\\NonExistent) \"/\" Ghost\r\n"+
			"* LIST () \"/\" \"Parent/&BB8EQAQ4BDIENQRC-\"\r\n"+
			"* LIST () \"/\" \"quote\\\"back\\\\slash\"\r\n"+
			"* LIST (\\HasNoChildren) NIL Flat\r\n"+
			"* LIST () \"/\" {5}\r\nodd()\r\n")
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	want := []string{"INBOX", "Parent/Привет", `quote"back\slash`, "Flat", "odd()"}
	for _, name := range want {
		if len(m.in(name)) != 3 {
			t.Errorf("%d messages of %q, want 3", len(m.in(name)), name)
		}
	}
	if len(m.folders) != len(want) {
		t.Errorf("%d folders, want %d", len(m.folders), len(want))
	}
	if said := s.lines(); strings.Contains(said, "EXAMINE Parent\n") || strings.Contains(said, "Ghost") {
		t.Error("a folder that cannot be opened was opened")
	}
}
