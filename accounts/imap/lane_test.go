package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// lines counts the connections of a client.
type lines struct {
	mu        sync.Mutex
	now, most int
	changed   chan int // told of how many are open
}

func (l *lines) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		l.count(1)
		conn = &tallied{Conn: conn, l: l}
	}
	return conn, err
}

func (l *lines) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now += n
	l.most = max(l.most, l.now)
	if l.changed != nil {
		l.changed <- l.now
	}
}

type tallied struct {
	net.Conn
	l    *lines
	once sync.Once
}

func (c *tallied) Close() error {
	c.once.Do(func() { c.l.count(-1) })
	return c.Conn.Close()
}

// held makes the server wait before it gives a message, until it is let go.
func held(s *script) (reached <-chan struct{}, letGo func()) {
	at, gate := make(chan struct{}), make(chan struct{})
	var once, open sync.Once
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		if strings.Contains(args, "BODY") {
			once.Do(func() { close(at) })
			<-gate
		}
		s.fetch(w, args, nil)
		return ""
	}
	letGo = func() { open.Do(func() { close(gate) }) }
	s.t.Cleanup(letGo)
	return at, letGo
}

func star(uid uint32) []accounts.Task {
	return []accounts.Task{{ID: 1, Kind: conversation.ActStar, Folder: "INBOX", Validity: 7, UID: uid}}
}

// What the user does is done while a long sync waits for the server, and the
// connection it took is given back.
func TestActsDoNotWaitForASync(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 5)
	reached, letGo := held(s)
	config := s.start()
	l := &lines{changed: make(chan int, 100)}
	config.Dial, config.Linger, config.Quiet = l.dial, 20*time.Millisecond, 20*time.Second
	c := newClient(t, config)
	synced := make(chan error, 1)
	go func() { synced <- c.Sync(t.Context(), newMemory()) }()
	<-reached
	for range 3 {
		if done, err := c.Apply(t.Context(), star(2)); err != nil || len(done) != 1 {
			t.Fatalf("done %v, %v", done, err)
		}
	}
	for n := range l.changed { // the second connection comes and goes
		if n == 1 && l.most == 2 {
			break
		}
	}
	letGo()
	if err := <-synced; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.lines(), `UID STORE 2 +FLAGS.SILENT (\Flagged)`) {
		t.Errorf("nothing stored:\n%s", s.lines())
	}
	if l.most != 2 {
		t.Errorf("%d connections at once", l.most)
	}
}

// Between passes one connection does everything.
func TestActsUseTheConnectionOfTheSync(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 2)
	config := s.start()
	l := &lines{}
	config.Dial = l.dial
	c := newClient(t, config)
	mustSync(t, c, newMemory())
	if _, err := c.Apply(t.Context(), star(2)); err != nil {
		t.Fatal(err)
	}
	if s.logins != 1 || l.most != 1 {
		t.Errorf("%d logins, %d connections", s.logins, l.most)
	}
}

// A server that takes one connection only is not asked for another one again
// and again; acts go in between the batches of the sync. The same holds where
// the configuration allows no more.
func TestActsTakeTurnsOnOneConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines   int
		refusal string
	}{
		"refused without a code": {0, "NO [ALERT] Too many simultaneous connections. (Failure)"},
		"refused with a code":    {0, "NO [LIMIT] no"},
		"as a wrong password":    {0, "NO [AUTHENTICATIONFAILED] no"},
		"configured":             {1, ""},
		"one beside IDLE":        {2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = numbers(1, 40)
			reached, letGo := held(s)
			tries := 0
			s.answers["AUTHENTICATE"] = func(io.Writer, string) string {
				s.mu.Lock()
				defer s.mu.Unlock()
				if tries++; tries > 1 {
					return c.refusal
				}
				return ""
			}
			config := s.start()
			config.Batch, config.Quiet, config.Quirks.Lines = 5, 20*time.Second, c.lines
			client := newClient(t, config)
			synced := make(chan error, 1)
			m := newMemory()
			go func() { synced <- client.Sync(t.Context(), m) }()
			<-reached
			acted := make(chan error, 1)
			go func() {
				for range 2 {
					if _, err := client.Apply(t.Context(), star(2)); err != nil {
						acted <- err
						return
					}
				}
				acted <- nil
			}()
			for client.first.waiting.Load() == 0 {
				runtime.Gosched() // nothing tells that it waits
			}
			letGo()
			if err := <-acted; err != nil {
				t.Error(err)
			}
			if err := <-synced; err != nil || len(m.copies) != 40 {
				t.Errorf("%d messages, %v", len(m.copies), err)
			}
			want := 1
			if c.refusal != "" {
				want = 2
			}
			if tries != want {
				t.Errorf("%d logins, want %d", tries, want)
			}
			heard := s.lines()
			if stored, last := strings.Index(heard, "UID STORE"), strings.LastIndex(heard, "BODY"); stored < 0 || stored > last {
				t.Errorf("the act waited for the whole sync")
			}
		})
	}
}

// What a server refuses when no connection stands is no lack of connections.
func TestRefusedFirstConnection(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]error{
		"NO [AUTHENTICATIONFAILED] no": accounts.ErrAuth,
		"NO wrong":                     accounts.ErrAuth,
		"NO [ALERT] Too many simultaneous connections. (Failure)":                                               accounts.ErrTemporary,
		"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)": accounts.ErrTemporary,
		"NO Maximum number of connections from user+IP exceeded":                                                accounts.ErrTemporary,
	} {
		s := newScript(t)
		s.answers["AUTHENTICATE"] = func(io.Writer, string) string { return said }
		c := newClient(t, s.start())
		for what, err := range map[string]error{
			"sync":  c.Sync(t.Context(), newMemory()),
			"watch": c.Watch(t.Context(), func() {}),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%q: %s: %v, want %v", said, what, err, want)
			}
		}
		if c.crowded() {
			t.Errorf("%q: taken for a lack of connections", said)
		}
	}
}

// With a single connection news are found on the one for work.
func TestWatchWithoutAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 2)
	var mu sync.Mutex
	messages := 2
	s.answers["STATUS"] = func(w io.Writer, _ string) string {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, "* STATUS INBOX (MESSAGES %d UIDNEXT %d UIDVALIDITY 7 HIGHESTMODSEQ 9)\r\n", messages, messages+1)
		messages++
		return ""
	}
	config := s.start()
	l := &lines{}
	config.Dial, config.Poll, config.Quirks.Lines = l.dial, time.Millisecond, 1
	c := newClient(t, config)
	mustSync(t, c, newMemory())
	ctx, cancel := context.WithCancel(t.Context())
	news := 0
	err := c.Watch(ctx, func() {
		if news++; news == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || l.most != 1 || s.logins != 1 {
		t.Errorf("%v; %d connections, %d logins", err, l.most, s.logins)
	}
}
