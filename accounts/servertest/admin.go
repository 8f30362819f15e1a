package servertest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Mailbox is a mailbox as another IMAP client sees it.
type Mailbox struct {
	Name     string
	Validity uint32
	Messages []Stored
}

// DumpAll lists every mailbox of a user by way of a client that shares no code
// with the one under test.
func (s *Server) DumpAll(user string) []Mailbox {
	s.t.Helper()
	Need(s.t, "python3")
	out, err := exec.Command("python3", "-c", dumpScript, port(s.IMAPS), s.CAFile, user, Password).Output()
	if err != nil {
		s.t.Fatalf("dump of %s: %v\n%s", user, err, s.logs())
	}
	var all []Mailbox
	must(s.t, json.Unmarshal(out, &all))
	for _, box := range all {
		for i := range box.Messages {
			slices.Sort(box.Messages[i].Flags)
		}
	}
	return all
}

// spare is how many users the server knows that nobody has asked for yet: it
// does not look at once at a list that changes.
const spare = 3000

func spareUser(i int) string { return fmt.Sprintf("user%d@example.org", i) }

// NewUser gives a user whom nobody else uses, and whose mailboxes are empty.
func (s *Server) NewUser() string {
	s.t.Helper()
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	if s.count.users == spare {
		s.t.Fatalf("there are no more than %d users", spare)
	}
	name := spareUser(s.count.users)
	s.count.users++
	s.settle(name)
	return name
}

// settle makes the home of a user.
func (s *Server) settle(name string) {
	home := s.home(name)
	must(s.t, os.MkdirAll(home, 0o700))
	s.own(home)
}

func (s *Server) home(name string) string { return filepath.Join(s.dir, "home", name) }

// entry gives the line that tells of a user.
func (s *Server) entry(name string) string {
	return fmt.Sprintf("%s:{PLAIN}%s:%d:%d::%s::\n", name, Password, s.uid, s.gid, s.home(name))
}

// Restart stops the IMAP server, with all its connections, and starts it again.
func (s *Server) Restart() {
	s.t.Helper()
	s.Halt()
	s.launch()
}

// Halt stops the IMAP server until Restart.
func (s *Server) Halt() {
	s.t.Helper()
	s.halt()
}

// Kick closes the connections of a user.
func (s *Server) Kick(user string) {
	s.t.Helper()
	_, _ = s.doveadm(nil, "kick", user) // it fails when nobody is there
}

// SetValidity gives a mailbox new UIDs: UIDVALIDITY is the given one.
func (s *Server) SetValidity(user, mailbox string, validity uint32) {
	s.t.Helper()
	s.Doveadm("mailbox", "update", "-u", user, "--uid-validity", fmt.Sprint(validity), mailbox)
}

// SetNextUID makes a gap in the UIDs of a mailbox: the next message gets this
// one at least.
func (s *Server) SetNextUID(user, mailbox string, next uint32) {
	s.t.Helper()
	s.Doveadm("mailbox", "update", "-u", user, "--min-next-uid", fmt.Sprint(next), mailbox)
}

// AddFlags sets flags of some messages, RemoveFlags takes them away. The UIDs
// are a set of IMAP, "1,5:9".
func (s *Server) AddFlags(user, mailbox, flags, uids string) {
	s.t.Helper()
	s.Doveadm("flags", "add", "-u", user, flags, "mailbox", mailbox, "uid", uids)
}

// RemoveFlags takes flags of some messages away.
func (s *Server) RemoveFlags(user, mailbox, flags, uids string) {
	s.t.Helper()
	s.Doveadm("flags", "remove", "-u", user, flags, "mailbox", mailbox, "uid", uids)
}

// Expunge takes messages away for good.
func (s *Server) Expunge(user, mailbox, uids string) {
	s.t.Helper()
	s.Doveadm("expunge", "-u", user, "mailbox", mailbox, "uid", uids)
}

// Move moves messages to another mailbox.
func (s *Server) Move(user, from, to, uids string) {
	s.t.Helper()
	s.Doveadm("move", "-u", user, to, "mailbox", from, "uid", uids)
}

// Save puts a message into a mailbox as another client would: it gets the
// highest UID, whatever its file is called.
func (s *Server) Save(user, mailbox string, raws ...[]byte) {
	s.t.Helper()
	for _, raw := range raws {
		if out, err := s.doveadm(raw, "save", "-u", user, "-m", mailbox); err != nil {
			s.t.Fatalf("save into %s of %s: %v\n%s", mailbox, user, err, out)
		}
	}
}

// Create makes a mailbox, Delete and Rename do what they say.
func (s *Server) Create(user, mailbox string) {
	s.t.Helper()
	s.Doveadm("mailbox", "create", "-u", user, mailbox)
}

// Delete takes a mailbox away, with what is in it.
func (s *Server) Delete(user, mailbox string) {
	s.t.Helper()
	s.Doveadm("mailbox", "delete", "-u", user, mailbox)
}

// Rename gives a mailbox another name.
func (s *Server) Rename(user, from, to string) {
	s.t.Helper()
	s.Doveadm("mailbox", "rename", "-u", user, from, to)
}

// Aside takes the files of a mailbox away, as a disk does that is not mounted,
// and gives a function that puts them back.
func (s *Server) Aside(user, mailbox string) (back func()) {
	s.t.Helper()
	var undo []func()
	for _, sub := range []string{"cur", "new"} {
		path := filepath.Join(s.root(user, mailbox), sub)
		must(s.t, os.Rename(path, path+".aside"))
		must(s.t, os.Mkdir(path, 0o700))
		s.own(path)
		undo = append(undo, func() {
			must(s.t, os.RemoveAll(path))
			must(s.t, os.Rename(path+".aside", path))
		})
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}

// Log gives what the servers wrote so far.
func (s *Server) Log() string { return s.logs() }

// root gives the folder of a mailbox.
func (s *Server) root(user, mailbox string) string {
	root := filepath.Join(s.home(user), "Maildir")
	if mailbox != "INBOX" {
		root = filepath.Join(root, "."+strings.ReplaceAll(mailbox, "/", "."))
	}
	return root
}

func (s *Server) doveadm(in []byte, args ...string) ([]byte, error) {
	all := append([]string{"-c", filepath.Join(s.dir, "dovecot.conf"), "-o", "stats_writer_socket_path="}, args...)
	cmd := exec.Command("doveadm", all...)
	if in != nil {
		cmd.Stdin = bytes.NewReader(in)
	}
	return cmd.CombinedOutput()
}
