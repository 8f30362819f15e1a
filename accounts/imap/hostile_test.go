package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestScriptBehaves(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 20)
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	if len(m.copies) != 20 {
		t.Fatalf("%d messages, want 20", len(m.copies))
	}
	for _, forbidden := range []string{"ENVELOPE", "BODYSTRUCTURE", "STORE", "EXPUNGE", "APPEND", "SELECT INBOX", "ID ("} {
		for line := range strings.Lines(s.lines()) {
			if _, name, args := split(strings.TrimSpace(line)); strings.HasPrefix(name+" "+args, forbidden) {
				t.Errorf("a pull said %q", line)
			}
		}
	}
}

// One message whose answer cannot be understood must not cost the others.
func TestPoison(t *testing.T) {
	bad := map[string]string{
		"unknown item":          "* %d FETCH (UID %d X-GM-MSGID 12 BODY[] {2}\r\nab)\r\n",
		"bad date":              "* %d FETCH (UID %d INTERNALDATE \"yesterday\" BODY[] {2}\r\nab)\r\n",
		"bad flag":              "* %d FETCH (UID %d FLAGS (\"a b\") BODY[] {2}\r\nab)\r\n",
		"vanished":              "* VANISHED (EARLIER) %d:%d\r\n",
		"garbage":               "* %d \x00\x01 %d\r\n",
		"body structure":        "* %d FETCH (UID %d BODYSTRUCTURE (NIL NIL))\r\n",
		"negative size":         "* %d FETCH (UID %d RFC822.SIZE -1)\r\n",
		"nested":                "* %d FETCH (UID %d BODYSTRUCTURE " + strings.Repeat("(", 3_000_000) + "\r\n",
		"line without end":      "* %d FETCH (UID %d FLAGS (" + strings.Repeat("x", 4<<20),
		"literal of 100 GB":     "* %d FETCH (UID %d BODY[] {99999999999}\r\n",
		"literal beyond 64 bit": "* %d FETCH (UID %d BODY[] {99999999999999999999999}\r\n",
	}
	for name, line := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = numbers(1, 12)
			s.answers["UID FETCH"] = func(w io.Writer, args string) string {
				s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
					if uid != 5 || !strings.Contains(args, "BODY") {
						return false
					}
					fmt.Fprintf(w, line, seq, uid)
					return true
				})
				return ""
			}
			m := newMemory()
			begun := time.Now()
			mustSync(t, newClient(t, s.start()), m)
			if len(m.copies) != 12 || len(m.quarantine) != 1 || m.quarantine[copyKey{"INBOX", 7, 5}] == "" {
				t.Errorf("%d messages, set aside %v; want 12 and number 5", len(m.copies), m.quarantine)
			}
			if d := time.Since(begun); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

// What the server says about a message may be nonsense while the message is
// fine, and its header may be fine when the message is too big.
func TestPoisonIsSavedAsFarAsPossible(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 6)
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			switch {
			case uid == 2 && strings.Contains(args, "INTERNALDATE"):
				fmt.Fprintf(w, "* %d FETCH (UID 2 INTERNALDATE \"\")\r\n", seq)
			case uid == 4 && strings.Contains(args, "[]"):
				fmt.Fprintf(w, "* %d FETCH (UID 4 BODY[] {%d}\r\n", seq, 51<<20)
			default:
				return false
			}
			return true
		})
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	got := m.in("INBOX")
	if string(got[2].Raw) != string(letter(2)) {
		t.Errorf("message 2 was lost over its date: %q", got[2].Raw)
	}
	if m.quarantine[copyKey{"INBOX", 7, 4}] == "" || !strings.Contains(string(got[4].Raw), "header only") {
		t.Errorf("message 4: set aside %v, header %q", m.quarantine, got[4].Raw)
	}
	if len(got) != 6 {
		t.Errorf("%d messages, want 6", len(got))
	}
}

func TestUIDAfterBody(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 5)
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			if uid != 3 {
				return false
			}
			raw := letter(3)
			fmt.Fprintf(w, "* %d FETCH (BODY[] {%d}\r\n%s UID 3)\r\n", seq, len(raw), raw)
			return true
		})
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	if got := m.in("INBOX"); len(got) != 5 || string(got[3].Raw) != string(letter(3)) {
		t.Errorf("%d messages, number 3 is %q; set aside %v", len(got), got[3].Raw, m.quarantine)
	}
}

func TestStrangeAnswers(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 5)
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		io.WriteString(w, "* 1 FETCH (UID 0 BODY[] {1}\r\nx)\r\n* 9 FETCH (UID 99 BODY[] {1}\r\nx)\r\n"+
			"* 1 FETCH (BODY[] {1}\r\nx)\r\n* 2 FETCH (UID 2 BODY[] NIL)\r\n* OK [ALERT] \x1b[2J\r\n* 3 EXISTS\r\n* BYE not really\r\n")
		s.fetch(w, args, nil)
		s.fetch(w, args, nil)
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	got := m.in("INBOX")
	for uid := range got {
		if uid < 1 || uid > 5 {
			t.Errorf("took message %d that was not asked for", uid)
		}
	}
	if len(got) != 5 {
		t.Errorf("%d messages, want 5 (set aside %v)", len(got), m.quarantine)
	}
}

// A range as wide as all numbers must not become as many numbers.
func TestWideRanges(t *testing.T) {
	for name, answer := range map[string]string{
		"all":        "* ESEARCH UID ALL 1:4294967295\r\n",
		"open":       "* ESEARCH UID ALL 1:*\r\n",
		"far":        "* ESEARCH UID ALL 5,4294967000:4294967295\r\n",
		"reversed":   "* ESEARCH UID ALL 4294967295:1\r\n",
		"other form": "* SEARCH 1 2 4294967295\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			s.uids = numbers(1, 5)
			s.answers["UID SEARCH"] = func(w io.Writer, _ string) string {
				s.mu.Lock()
				defer s.mu.Unlock()
				io.WriteString(w, strings.Replace(answer, "UID ALL", fmt.Sprintf("(TAG %q) UID ALL", s.tag), 1))
				return ""
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m := newMemory()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			newClient(t, s.start()).Sync(ctx, m)
			runtime.ReadMemStats(&after)
			if ctx.Err() != nil {
				t.Error("took too long")
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("%d MB for five messages", grown>>20)
			}
		})
	}
}

func TestFolderWithoutValidity(t *testing.T) {
	s := newScript(t)
	s.uids, s.validity = numbers(1, 5), 0
	m := newMemory()
	err := newClient(t, s.start()).Sync(t.Context(), m)
	if !errors.Is(err, accounts.ErrUnsupported) || len(m.copies) != 0 {
		t.Errorf("error %v, %d messages; want none", err, len(m.copies))
	}
}

func TestListNotUnderstood(t *testing.T) {
	for name, line := range map[string]string{
		"bad UTF-7": "* LIST () \"/\" \"&bad\"\r\n",
		"8 bit":     "* LIST () \"/\" \"bo\xeete\"\r\n",
		"delimiter": "* LIST () \"\" INBOX\r\n",
		"XLIST":     "* XLIST () \"/\" INBOX\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			s.uids = numbers(1, 3)
			s.answers["LIST"] = func(w io.Writer, _ string) string { io.WriteString(w, line); return "" }
			m := newMemory()
			m.folders["Old"] = accounts.Folder{Name: "Old", Validity: 7}
			mustSync(t, newClient(t, s.start()), m)
			if len(m.in("INBOX")) != 3 {
				t.Errorf("%d messages of the inbox, want 3", len(m.in("INBOX")))
			}
			if _, ok := m.folders["Old"]; !ok {
				t.Error("a folder was dropped because the list could not be read")
			}
		})
	}
}

// A server may offer extended lists and refuse them, or answer with nonsense.
func TestExtendedListRefused(t *testing.T) {
	for _, answer := range []string{"BAD what?", "NO", "* LIST () \"/\" INBOX (X\r\n"} {
		s := newScript(t)
		s.uids = numbers(1, 3)
		s.caps += " LIST-EXTENDED LIST-STATUS SPECIAL-USE"
		s.answers["LIST"] = func(w io.Writer, args string) string {
			if !strings.Contains(args, "RETURN") {
				return s.usual("LIST")(w, args)
			}
			if strings.HasPrefix(answer, "*") {
				io.WriteString(w, answer)
				return ""
			}
			return answer
		}
		m := newMemory()
		m.folders["Gone"] = accounts.Folder{Name: "Gone", Validity: 7}
		mustSync(t, newClient(t, s.start()), m)
		if _, there := m.folders["Gone"]; there || len(m.in("INBOX")) != 3 {
			t.Errorf("%q: %d messages, folders %v", answer, len(m.in("INBOX")), m.folders)
		}
	}
}

// The copy must be known to exist before the original is touched.
func TestMoveWithoutMove(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 9)
	s.answers["UID COPY"] = func(io.Writer, string) string { return "NO [OVERQUOTA] full" }
	c := newClient(t, s.start())
	done, err := c.Apply(t.Context(), []accounts.Task{{
		ID: 1, Kind: conversation.ActArchive, Folder: "INBOX", UID: 7, Validity: 7, Target: "Archive",
	}})
	if err == nil || len(done) != 0 {
		t.Errorf("done %v, error %v; want a refusal", done, err)
	}
	if said := s.lines(); strings.Contains(said, "UID STORE") || strings.Contains(said, "EXPUNGE") || !strings.Contains(said, "UID COPY 7") {
		t.Errorf("said after the refused copy:\n%s", said)
	}
}

// Without UIDPLUS nothing is expunged: it would take other programs' mail.
func TestNoExpungeWithoutUIDPlus(t *testing.T) {
	s := newScript(t)
	s.uids, s.caps = numbers(1, 9), "IMAP4rev1 AUTH=PLAIN SASL-IR"
	c := newClient(t, s.start())
	done, err := c.Apply(t.Context(), []accounts.Task{{
		ID: 1, Kind: conversation.ActDelete, Folder: "INBOX", UID: 7, Validity: 7, Target: "Trash",
	}})
	if err != nil || len(done) != 1 {
		t.Fatalf("done %v, error %v", done, err)
	}
	if said := s.lines(); strings.Contains(said, "EXPUNGE") || strings.Contains(said, "CLOSE") || !strings.Contains(said, `UID STORE 7 +FLAGS.SILENT (\Deleted)`) {
		t.Errorf("said:\n%s", said)
	}
}
