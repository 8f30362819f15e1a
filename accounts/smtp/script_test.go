package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// script is a submission server that behaves, except where a test makes it
// misbehave.
type script struct {
	t    *testing.T
	ca   *servertest.Authority
	ehlo []string
	// answers replaces what is said to a command, by its first word ("." for
	// the end of the message, "" for the greeting). "-" cuts the connection.
	answers map[string]string
	before  func(command string) // called before each answer

	mu       sync.Mutex
	heard    []string
	messages []string
}

func newScript(t *testing.T) *script {
	return &script{
		t: t, ca: servertest.NewAuthority(t), answers: map[string]string{},
		ehlo: []string{"mx.example.org", "8BITMIME", "SIZE 100000", "AUTH PLAIN LOGIN"},
	}
}

func (s *script) start() Config {
	s.t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{s.ca.Issue(servertest.Sound)}})
	if err != nil {
		s.t.Fatal(err)
	}
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
	return testConfig("smtps://"+l.Addr().String(), s.ca.File)
}

func testConfig(address, ca string) Config {
	return Config{
		Address: address, User: "alice", From: "alice@example.org", CAFile: ca,
		Secret: func(context.Context) (string, error) { return "secret word", nil },
		Quiet:  3 * time.Second, Final: 3 * time.Second,
	}
}

func (s *script) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	if !s.say(conn, "", "220 mx.example.org ready") {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.heard = append(s.heard, line)
		s.mu.Unlock()
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if !s.say(conn, word, s.usual(word)) || word == "QUIT" {
			return
		}
		if word == "DATA" && s.goesOn() && !s.data(conn, r) {
			return
		}
	}
}

func (s *script) usual(word string) string {
	switch word {
	case "EHLO":
		return "250-" + strings.Join(s.ehlo[:len(s.ehlo)-1], "\r\n250-") + "\r\n250 " + s.ehlo[len(s.ehlo)-1]
	case "AUTH":
		return "235 welcome"
	case "DATA":
		return "354 go on"
	case "QUIT":
		return "221 bye"
	}
	return "250 fine"
}

func (s *script) say(w io.Writer, word, usual string) bool {
	if s.before != nil {
		s.before(word)
	}
	said, ok := s.answer(word)
	if !ok {
		said = usual
	}
	if said == "-" {
		return false
	}
	_, err := fmt.Fprintf(w, "%s\r\n", said)
	return err == nil
}

func (s *script) answer(word string) (said string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said, ok = s.answers[word]
	return said, ok
}

// change replaces an answer while the server runs; "" brings back the usual one.
func (s *script) change(word, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if delete(s.answers, word); answer != "" {
		s.answers[word] = answer
	}
}

func (s *script) goesOn() bool {
	said, _ := s.answer("DATA")
	return said == ""
}

// data reads a message up to the lone dot.
func (s *script) data(conn net.Conn, r *bufio.Reader) bool {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	s.messages = append(s.messages, b.String())
	s.mu.Unlock()
	return s.say(conn, ".", "250 queued")
}

func (s *script) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.heard, "\n")
}

func (s *script) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages
}

func newSender(t *testing.T, c Config) *Sender {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// entry is a message to the given addresses.
func entry(to ...string) conversation.Entry {
	e := conversation.Entry{
		RFCID: "one@example.org",
		Wire:  []byte("From: alice@example.org\r\nTo: undisclosed-recipients:;\r\nDate: Thu, 01 Jan 2026 10:00:00 +0000\r\nSubject: dots\r\nMessage-ID: <one@example.org>\r\n\r\n.\r\n..\r\n.x\r\nend\r\n"),
	}
	for _, a := range to {
		e.Recipients = append(e.Recipients, conversation.MailAddress(a))
	}
	return e
}
