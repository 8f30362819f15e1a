package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// staller stands between the program and a submission server, over TLS on both
// sides, and stops the talk at one point of it: "connect", a command that is
// not passed on (the word alone, or all of the line), "half" of the message, "dot" for all but the dot at its end,
// or "answer" for the answer to all of it kept back.
type staller struct {
	t        testing.TB
	listener net.Listener
	upstream string
	client   *tls.Config

	mu      sync.Mutex
	at      string        // where to stop, "" for nowhere
	reached chan struct{} // closed when the point is reached
	wire    strings.Builder
}

func newStaller(t testing.TB, s *servertest.Server) *staller {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	p := &staller{t: t, listener: l, upstream: s.SMTPS, client: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(func() { _ = l.Close() })
	go p.serve()
	return p
}

// stopAt arms the staller and gives what is closed when the point is reached.
func (p *staller) stopAt(point string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.reached = point, make(chan struct{})
	return p.reached
}

// here tells whether to stop at a point; it does so once.
func (p *staller) here(point string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == "" || p.at != point {
		return false
	}
	p.at = ""
	close(p.reached)
	return true
}

// seen is all that the program said to the server.
func (p *staller) seen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wire.String()
}

func (p *staller) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.talk(conn)
	}
}

// talk passes one connection through. When it stops, it waits until the
// program hangs up; the server then sees the connection break.
func (p *staller) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	if p.here("connect") {
		_, _ = io.Copy(io.Discard, in)
		return
	}
	up, err := tls.Dial("tcp", p.upstream, p.client)
	if err != nil {
		return
	}
	defer up.Close()
	answers := make(chan struct{})
	keep := make(chan struct{}) // closed: answers are kept back
	go func() { defer close(answers); p.back(up, conn, keep) }()
	if !p.commands(in, up, keep) {
		_, _ = io.Copy(io.Discard, in) // until the program is gone
		return
	}
	<-answers
}

// back passes the server's answers on, until they are to be kept.
func (p *staller) back(up, conn net.Conn, keep <-chan struct{}) {
	r := bufio.NewReader(up)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			_ = conn.Close()
			return
		}
		select {
		case <-keep:
			p.here("answer")
			continue
		default:
		}
		_, _ = io.WriteString(conn, line)
	}
}

// commands passes the program's commands on and tells whether all of them
// went through.
func (p *staller) commands(in *bufio.Reader, up io.Writer, keep chan struct{}) bool {
	for data := false; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		p.mu.Lock()
		p.wire.WriteString(line)
		at := p.at
		p.mu.Unlock()
		switch {
		case data && line == ".\r\n":
			if p.here("dot") {
				return false
			}
			if at == "answer" {
				close(keep)
			}
			data = false
		case data:
			if strings.TrimSpace(line) == "" && p.here("half") {
				return false
			}
		default:
			verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if p.here(strings.ToUpper(verb)) || p.here(strings.TrimSpace(line)) {
				return false
			}
			data = strings.EqualFold(verb, "DATA")
		}
		if _, err := io.WriteString(up, line); err != nil {
			return false
		}
	}
}
