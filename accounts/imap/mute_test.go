package imap

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// A message whose flags cannot be understood, now or ever, keeps neither those
// of the others from coming nor its folder from being complete.
func TestFlagsThatCannotBeUnderstood(t *testing.T) {
	s := newScript(t)
	s.caps = strings.ReplaceAll(s.caps, " CONDSTORE", "")
	s.uids = numbers(1, 40)
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	flags := 0
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			if strings.Contains(args, "BODY") {
				return false
			}
			flags++
			text := `\Flagged`
			if uid == 17 {
				text = `]% (`
			}
			fmt.Fprintf(w, "* %d FETCH (UID %d FLAGS (%s))\r\n", seq, uid, text)
			return true
		})
		return ""
	}
	s.uids = append(numbers(1, 29), numbers(31, 41)...) // one is gone, one is new
	mustSync(t, c, m)
	got := m.in("INBOX")
	for uid, copied := range got {
		if want := uid != 17 && uid != 41; copied.Flags.Flagged != want {
			t.Errorf("message %d: %+v", uid, copied.Flags)
		}
	}
	if _, there := got[30]; there || len(got) != 40 {
		t.Errorf("%d messages are here", len(got))
	}
	logins := s.logins
	mustSync(t, c, m)
	if _, there := m.in("INBOX")[17]; !there {
		t.Error("what has strange flags is taken for gone")
	}
	if s.logins != logins {
		t.Errorf("the connection is lost again, %d times", s.logins-logins)
	}
}
