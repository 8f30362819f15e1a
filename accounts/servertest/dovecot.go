package servertest

import (
	"bytes"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/template"
)

// The users of every server. Their mail address is their user name.
const (
	Alice    = "alice@example.org"
	Bob      = "bob@example.org"
	Dora     = "dora@example.org"
	Password = "correct horse"
)

//go:embed dovecot.conf.tmpl
var dovecotConf string

// Server is a mail server on loopback. The addresses are "127.0.0.1:port";
// those of SMTP are empty without one.
type Server struct {
	CAFile      string
	IMAPS       string
	IMAP        string // with STARTTLS
	SMTPS       string
	SMTP        string // with STARTTLS
	Certificate string
	Key         string

	t        testing.TB
	dir      string
	owner    *user.User // whom the mail belongs to
	uid, gid int
	postfix  string // the account Postfix runs as, "" without Postfix
	halt     func() // stops Dovecot
	count    *count
}

// count is what servers number. Copies of a server share it.
type count struct {
	mu          sync.Mutex
	made, users int
}

// Dovecot starts an IMAP server with three users whose mailboxes are empty. It
// runs as the invoking user, or as nobody when that is root.
func Dovecot(t testing.TB) *Server {
	t.Helper()
	Need(t, "dovecot", "doveadm")
	s := prepare(t)
	s.startDovecot()
	return s
}

func prepare(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, count: new(count), dir: folder(t), IMAPS: freePort(t), IMAP: freePort(t)}
	var err error
	if os.Getuid() == 0 {
		s.owner, err = user.Lookup("nobody")
	} else {
		s.owner, err = user.Current()
	}
	must(t, err)
	s.uid, _ = strconv.Atoi(s.owner.Uid)
	s.gid, _ = strconv.Atoi(s.owner.Gid)
	ca := NewAuthority(t)
	s.CAFile = ca.File
	s.Certificate, s.Key = ca.Write(ca.Issue(Sound), s.dir)
	for _, name := range []string{"run", "state", "home", "log"} {
		must(t, os.Mkdir(filepath.Join(s.dir, name), 0o755))
		s.own(filepath.Join(s.dir, name))
	}
	return s
}

// own gives a file to the owner of the mail.
func (s *Server) own(path string) {
	if os.Getuid() == 0 {
		must(s.t, os.Lchown(path, s.uid, s.gid))
	}
}

func (s *Server) startDovecot() {
	s.t.Helper()
	var users strings.Builder
	for _, name := range []string{Alice, Bob, Dora} {
		users.WriteString(s.entry(name))
		s.settle(name)
	}
	for i := range spare {
		users.WriteString(s.entry(spareUser(i)))
	}
	must(s.t, os.WriteFile(filepath.Join(s.dir, "users"), []byte(users.String()), 0o644))
	group, err := user.LookupGroupId(s.owner.Gid)
	must(s.t, err)
	s.write("dovecot.conf", dovecotConf, map[string]any{
		"Dir": s.dir, "User": s.owner.Username, "Group": group.Name, "Postfix": s.postfix,
		"IMAP": port(s.IMAP), "IMAPS": port(s.IMAPS),
		"Certificate": s.Certificate, "Key": s.Key,
	})
	s.launch()
}

func (s *Server) launch() {
	s.t.Helper()
	s.halt = serve(s.t, "dovecot", "-F", "-c", filepath.Join(s.dir, "dovecot.conf"))
	ready(s.t, s.logs, s.IMAPS, s.IMAP)
}

func (s *Server) write(name, text string, data any) string {
	s.t.Helper()
	var b bytes.Buffer
	must(s.t, template.Must(template.New(name).Parse(text)).Execute(&b, data))
	path := filepath.Join(s.dir, name)
	must(s.t, os.WriteFile(path, b.Bytes(), 0o644))
	return path
}

func port(addr string) string {
	_, p, _ := net.SplitHostPort(addr)
	return p
}

// logs gives what the servers wrote.
func (s *Server) logs() string {
	var all []byte
	files, _ := filepath.Glob(filepath.Join(s.dir, "log", "*"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		all = append(all, text...)
	}
	return string(all)
}

// Doveadm runs a command of Dovecot's administration tool and gives its output.
func (s *Server) Doveadm(args ...string) string {
	s.t.Helper()
	out, err := s.doveadm(nil, args...)
	if err != nil {
		s.t.Fatalf("doveadm %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// Deliver puts messages into a mailbox as a delivery would, in order; flags
// are those of Maildir file names ("FS" for flagged and seen).
func (s *Server) Deliver(user, mailbox, flags string, raws ...[]byte) {
	s.t.Helper()
	root := s.root(user, mailbox)
	if mailbox != "INBOX" {
		if _, err := os.Stat(root); err != nil {
			s.Doveadm("mailbox", "create", "-u", user, mailbox)
		}
	}
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		path := filepath.Join(root, sub)
		if _, err := os.Stat(path); err != nil {
			must(s.t, os.MkdirAll(path, 0o700))
			s.own(path)
		}
	}
	for _, raw := range raws {
		made := s.next()
		name := fmt.Sprintf("%d.M%09dP1.test", 1700000000+made, made)
		tmp := filepath.Join(root, "tmp", name)
		must(s.t, os.WriteFile(tmp, raw, 0o600))
		s.own(tmp)
		must(s.t, os.Rename(tmp, filepath.Join(root, "cur", name+":2,"+flags)))
	}
}

// next numbers what is delivered.
func (s *Server) next() int {
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	s.count.made++
	return s.count.made
}

// Raws gives the messages in a user's inbox as they are on disk, with lines
// that end in CRLF, in no order.
func (s *Server) Raws(user string) [][]byte {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "home", user, "Maildir", "new", "*"))
	must(s.t, err)
	cur, err := filepath.Glob(filepath.Join(s.dir, "home", user, "Maildir", "cur", "*"))
	must(s.t, err)
	var out [][]byte
	for _, f := range append(files, cur...) {
		raw, err := os.ReadFile(f)
		if os.IsNotExist(err) {
			continue // renamed meanwhile
		}
		must(s.t, err)
		raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		out = append(out, bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	}
	return out
}
