package imap

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// A message that comes with another size than the server tells is asked for
// once more, and what was torn is not kept.
func TestTornMessageIsAskedForAgain(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 5)
	torn := 0
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			if uid != 3 || torn > 0 {
				return false
			}
			torn++
			raw := letter(3)
			fmt.Fprintf(w, "* %d FETCH (UID 3 FLAGS () RFC822.SIZE %d INTERNALDATE \"01-Jan-2026 10:00:00 +0000\" BODY[] {20}\r\n%s)\r\n", seq, len(raw), raw[:20])
			return true
		})
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	if got := m.in("INBOX")[3].Raw; !bytes.Equal(got, letter(3)) {
		t.Errorf("what is here is %q", got)
	}
	if torn != 1 || len(m.in("INBOX")) != 5 || len(m.quarantine) != 0 {
		t.Errorf("%d of 5 came, %d set aside", len(m.in("INBOX")), len(m.quarantine))
	}
}

// A server that never tells sizes rightly gives its messages all the same, and
// few of them twice.
func TestWrongSizesDoNotKeepMessagesAway(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 100)
	given := 0
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			given++
			raw := letter(int(uid))
			fmt.Fprintf(w, "* %d FETCH (UID %d FLAGS () RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n", seq, uid, len(raw)+7, len(raw), raw)
			return true
		})
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	if n := len(m.in("INBOX")); n != 100 || len(m.quarantine) != 0 {
		t.Errorf("%d of 100 came, %d set aside", n, len(m.quarantine))
	}
	if commands := strings.Count(s.lines(), "UID FETCH"); commands > 10 || given > 250 {
		t.Errorf("%d commands for 100 messages, %d given", commands, given)
	}
}

// What was set aside is asked for again later, and is here once the server is
// sound; until then it keeps nothing from coming.
func TestWhatWasSetAsideIsAskedForAgain(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 5)
	sound := false
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			switch {
			case sound || !strings.Contains(args, "BODY"):
				return false
			case uid == 2: // only its bytes can be had
				if !strings.Contains(args, "INTERNALDATE") {
					return false
				}
				fmt.Fprintf(w, "* %d FETCH (UID 2 INTERNALDATE \"yesterday\")\r\n", seq)
				return true
			case uid == 4:
				fmt.Fprintf(w, "* %d FETCH (UID 4 XFOO (1 2\r\n", seq)
				return true
			}
			return false
		})
		return ""
	}
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	if len(m.quarantine) != 2 || m.quarantine[copyKey{"INBOX", s.validity, 2}] != reasonUndated || len(m.in("INBOX")) != 5 {
		t.Fatalf("%d came, set aside are %v", len(m.in("INBOX")), m.quarantine)
	}
	again := func(due bool, want int) int {
		t.Helper()
		m.due = due
		before := strings.Count(s.lines(), "UID FETCH")
		mustSync(t, c, m)
		if len(m.quarantine) != want {
			t.Errorf("set aside are %v", m.quarantine)
		}
		return strings.Count(s.lines(), "UID FETCH") - before
	}
	again(true, 2)
	sound = true
	again(false, 2)
	again(true, 0)
	for uid, got := range m.in("INBOX") {
		if !bytes.Equal(got.Raw, letter(int(uid))) || got.Received.IsZero() {
			t.Errorf("message %d is %+v", uid, got)
		}
	}
	if n := again(true, 0); n > 1 {
		t.Errorf("%d commands fetch something when all is here", n)
	}
}
