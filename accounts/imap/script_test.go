package imap

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// script is a server that behaves, except where a test makes it misbehave.
// Its folder INBOX holds messages with the UIDs given.
type script struct {
	t        *testing.T
	ca       *servertest.Authority
	flaw     servertest.Flaw
	greeting string
	caps     string
	uids     []uint32
	validity uint32
	// answers replaces what is said to a command, by its name ("UID FETCH").
	// It writes everything but the tagged answer, and gives that ("" for OK,
	// "-" for none and a cut).
	answers map[string]func(w io.Writer, args string) string

	mu       sync.Mutex
	heard    []string
	tag      string // of the command being answered
	logins   int
	listener net.Listener
}

func newScript(t *testing.T) *script {
	return &script{
		t: t, ca: servertest.NewAuthority(t), validity: 7,
		greeting: "* OK ready",
		caps:     "IMAP4rev1 AUTH=PLAIN SASL-IR UNSELECT ESEARCH UIDPLUS CONDSTORE",
		answers:  map[string]func(io.Writer, string) string{},
	}
}

// start listens with TLS and gives the configuration of a client.
func (s *script) start() Config {
	s.t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{s.ca.Issue(s.flaw)}}
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.listener = l
	s.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	c := testConfig(l.Addr(), s.ca.File)
	c.Quiet = 2 * time.Second
	return c
}

func (s *script) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	if s.greeting != "" {
		fmt.Fprintf(conn, "%s\r\n", s.greeting)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.heard = append(s.heard, line)
		tag, name, args := split(line)
		s.tag = tag
		s.mu.Unlock()
		if tag == "" || !strings.Contains("PT", tag[:1]) {
			continue // the rest of a command, after a literal
		}
		if !s.respond(conn, tag, name, args) {
			return
		}
	}
}

func split(line string) (tag, name, args string) {
	tag, rest, _ := strings.Cut(line, " ")
	name, args, _ = strings.Cut(rest, " ")
	if name == "UID" {
		sub, more, _ := strings.Cut(args, " ")
		name, args = "UID "+sub, more
	}
	return tag, name, args
}

func (s *script) respond(w io.Writer, tag, name, args string) bool {
	answer, ok := s.answers[name]
	if !ok {
		answer = s.usual(name)
	}
	switch said := answer(w, args); said {
	case "-":
		return false
	case "":
		_, err := fmt.Fprintf(w, "%s OK done\r\n", tag)
		return err == nil
	default:
		_, err := fmt.Fprintf(w, "%s %s\r\n", tag, said)
		return err == nil
	}
}

func (s *script) usual(name string) func(io.Writer, string) string {
	switch name {
	case "CAPABILITY":
		return func(w io.Writer, _ string) string { fmt.Fprintf(w, "* CAPABILITY %s\r\n", s.caps); return "" }
	case "AUTHENTICATE":
		return func(io.Writer, string) string { s.mu.Lock(); s.logins++; s.mu.Unlock(); return "" }
	case "LIST":
		return func(w io.Writer, _ string) string { io.WriteString(w, "* LIST () \"/\" INBOX\r\n"); return "" }
	case "EXAMINE", "SELECT":
		return func(w io.Writer, _ string) string { s.selected(w); return "" }
	case "UID SEARCH":
		return func(w io.Writer, _ string) string { s.search(w); return "" }
	case "UID FETCH":
		return func(w io.Writer, args string) string { s.fetch(w, args, nil); return "" }
	}
	return func(io.Writer, string) string { return "" }
}

func (s *script) selected(w io.Writer) {
	next := uint32(1)
	if n := len(s.uids); n > 0 {
		next = s.uids[n-1] + 1
	}
	fmt.Fprintf(w, "* %d EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY %d] ok\r\n* OK [UIDNEXT %d] ok\r\n* OK [HIGHESTMODSEQ 9] ok\r\n",
		len(s.uids), s.validity, next)
}

func (s *script) search(w io.Writer) {
	if len(s.uids) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(w, "* ESEARCH (TAG %q) UID ALL ", s.tag)
	for i, u := range s.uids {
		if i > 0 {
			io.WriteString(w, ",")
		}
		fmt.Fprint(w, u)
	}
	io.WriteString(w, "\r\n")
}

// fetch answers for each message asked for, or lets one do it instead.
func (s *script) fetch(w io.Writer, args string, instead func(w io.Writer, seq int, uid uint32) bool) {
	set, _, _ := strings.Cut(args, " ")
	for i, u := range s.uids {
		if !inSet(set, u) || instead != nil && instead(w, i+1, u) {
			continue
		}
		s.message(w, i+1, u, args)
	}
}

func (s *script) message(w io.Writer, seq int, uid uint32, args string) {
	fmt.Fprintf(w, "* %d FETCH (UID %d", seq, uid)
	if strings.Contains(args, "FLAGS") {
		io.WriteString(w, ` FLAGS (\Seen)`)
	}
	if strings.Contains(args, "INTERNALDATE") {
		io.WriteString(w, ` INTERNALDATE "01-Jan-2026 10:00:00 +0000"`)
	}
	if strings.Contains(args, "[]") {
		raw := letter(int(uid))
		fmt.Fprintf(w, " BODY[] {%d}\r\n%s", len(raw), raw)
	}
	if strings.Contains(args, "RFC822.SIZE") {
		fmt.Fprintf(w, " RFC822.SIZE %d", len(letter(int(uid))))
	}
	if strings.Contains(args, "[HEADER]") {
		raw := "Subject: header only\r\n\r\n"
		if strings.Contains(args, "RFC822.SIZE") {
			head, _, _ := strings.Cut(string(letter(int(uid))), "\r\n\r\n")
			raw = head + "\r\n\r\n"
		}
		fmt.Fprintf(w, " BODY[HEADER] {%d}\r\n%s", len(raw), raw)
	}
	io.WriteString(w, ")\r\n")
}

func inSet(set string, uid uint32) bool {
	for part := range strings.SplitSeq(set, ",") {
		low, high, ranged := strings.Cut(part, ":")
		var a, b uint32
		fmt.Sscan(low, &a)
		if fmt.Sscan(high, &b); !ranged {
			b = a
		} else if high == "*" {
			b = 1<<32 - 1
		}
		if uid >= a && uid <= b {
			return true
		}
	}
	return false
}

// lines gives what the client said.
func (s *script) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.heard, "\n")
}

func numbers(from, to uint32) []uint32 {
	var out []uint32
	for u := from; u <= to; u++ {
		out = append(out, u)
	}
	return out
}
