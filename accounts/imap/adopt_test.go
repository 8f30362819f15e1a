package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// longLetters are messages of which the header is the smaller part by far.
func longLetters(n int, seed uint64) [][]byte {
	out := letters(n, seed)
	for i := range out {
		out[i] = append(out[i], bytes.Repeat([]byte("All work and no play.\r\n"), 1000)...)
	}
	return out
}

// weighed gives a client whose bytes from the server are counted, on each
// connection anew.
func weighed(t *testing.T, config Config) (*Client, *cutter) {
	n := &cutter{}
	config.Dial = n.dial
	return newClient(t, config), n
}

// awake gives a server that has let somebody in: before that its tools may not
// find each other.
func awake(t *testing.T) *servertest.Server {
	t.Helper()
	s := servertest.Dovecot(t)
	if _, err := newClient(t, dovecotConfig(s)).Test(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// A folder made anew, or under another name, is recognised: no body comes
// again.
func TestDovecotRecognises(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *servertest.Server) (folder string){
		"new validity": func(s *servertest.Server) string {
			s.Doveadm("mailbox", "update", "-u", servertest.Alice, "--uid-validity", "4242", "Work")
			return "Work"
		},
		"other name": func(s *servertest.Server) string {
			s.Doveadm("mailbox", "rename", "-u", servertest.Alice, "Work", "Old/Work")
			return "Old/Work"
		},
		"other letters": func(s *servertest.Server) string {
			s.Doveadm("mailbox", "rename", "-u", servertest.Alice, "Work", "work")
			return "work"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := awake(t)
			s.Deliver(servertest.Alice, "Work", "S", longLetters(130, 1)...)
			m := newMemory()
			c, bytes := weighed(t, dovecotConfig(s))
			mustSync(t, c, m)
			c.Close()
			before := bytes.last.Load()
			folder := change(s)
			c, bytes = weighed(t, dovecotConfig(s))
			mustSync(t, c, m)
			same(t, s, m, folder)
			if len(m.order) != 130 || m.adopted != 130 {
				t.Errorf("%d messages fetched, %d recognised; want 130 each", len(m.order), m.adopted)
			}
			if after := bytes.last.Load(); after > before/10 {
				t.Errorf("%d bytes came again of %d", after, before)
			}
			if len(m.copies) != 130 {
				t.Errorf("%d copies", len(m.copies))
			}
			if f := m.folders[folder]; f.UIDNext == 0 || f.Cursor != "" {
				t.Errorf("state %+v", f)
			}
			m.written()
			mustSync(t, c, m)
			if n := m.written(); n != 0 {
				t.Errorf("a pass without news wrote %d times", n)
			}
		})
	}
}

// What is recognised and what is not may stand side by side.
func TestDovecotRecognisesSome(t *testing.T) {
	t.Parallel()
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", longLetters(30, 1)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	mustSync(t, c, m)
	s.Doveadm("mailbox", "update", "-u", servertest.Alice, "--uid-validity", "4243", "INBOX")
	s.Deliver(servertest.Alice, "INBOX", "F", longLetters(20, 2)...)
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	if m.adopted != 30 || len(m.order) != 50 {
		t.Errorf("%d recognised, %d fetched; want 30 and 50", m.adopted, len(m.order))
	}
}

// A pass that breaks off while it recognises goes on recognising.
func TestRecognisesAfterBreak(t *testing.T) {
	t.Parallel()
	const n = portion + 200
	user, config := memServer(t)
	config.Batch = 100
	for i := range n {
		put(t, user, "Archive", letter(i))
	}
	m := newMemory()
	mustSync(t, newClient(t, config), m)
	if err := user.Delete("Archive"); err != nil {
		t.Fatal(err)
	}
	if err := user.Create("Archive", nil); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		put(t, user, "Archive", letter(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	m.onAdd = func(int) { cancel() }
	if err := newClient(t, config).Sync(ctx, m); !errors.Is(err, context.Canceled) || m.adopted != 100 {
		t.Fatalf("the pass ended with %v after %d messages", err, m.adopted)
	}
	m.onAdd = nil
	mustSync(t, newClient(t, config), m)
	if m.adopted != n || len(m.order) != n || len(m.in("Archive")) != n {
		t.Errorf("%d recognised, %d fetched, %d here; want %d each", m.adopted, len(m.order), len(m.in("Archive")), n)
	}
}

// A folder that holds what all others hold is recognised from its headers, and
// waits until those are here.
func TestAllMail(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, portion+100)
	s.answers["LIST"] = func(w io.Writer, _ string) string {
		io.WriteString(w, "* LIST (\\All) \"/\" All\r\n* LIST () \"/\" INBOX\r\n")
		return ""
	}
	m := newMemory()
	mustSync(t, newClient(t, s.start()), m)
	if m.folders["All"].Use != accounts.UseAll {
		t.Fatalf("folders %v", m.folders)
	}
	if got := len(m.in("All")); got != portion+100 || len(m.order) != portion+100 || m.adopted != portion+100 {
		t.Errorf("%d in all mail, %d fetched, %d recognised", got, len(m.order), m.adopted)
	}
	for uid, c := range m.in("All") {
		if !bytes.Equal(c.Raw, letter(int(uid))) {
			t.Fatalf("message %d is %q", uid, c.Raw)
		}
	}
}

// Headers that cannot be read cost neither the message nor the others.
func TestPoisonAmongHeaders(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 12)
	s.answers["UID FETCH"] = poisonHeader(s, 5)
	m := newMemory()
	m.folders["INBOX"] = accounts.Folder{Name: "INBOX", Validity: 7, Cursor: familiar}
	mustSync(t, newClient(t, s.start()), m)
	if len(m.copies) != 12 || len(m.quarantine) > 1 {
		t.Errorf("%d messages, set aside %v", len(m.copies), m.quarantine)
	}
	for uid, c := range m.in("INBOX") {
		if uid != 5 && !bytes.Equal(c.Raw, letter(int(uid))) {
			t.Errorf("message %d is %s", uid, fmt.Sprintf("%.40q", c.Raw))
		}
	}
}
