package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// cutter is a network on which the first connections break after so many
// bytes came in; the later ones hold.
type cutter struct {
	after  int64
	breaks int64
	opened atomic.Int64
	last   atomic.Int64 // bytes that came in on the last connection
}

func (n *cutter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	n.last.Store(0)
	c := &cutConn{Conn: conn, n: n, left: 1 << 60}
	if n.opened.Add(1) <= n.breaks {
		c.left = n.after
	}
	return c, nil
}

type cutConn struct {
	net.Conn
	n    *cutter
	left int64
}

func (c *cutConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.Conn.Close()
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.n.last.Add(int64(n))
	return n, err
}

// Wherever a connection breaks, a further pass brings everything, each message
// once, and sets none aside.
func TestCutAnywhere(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 12)
	config := s.start()
	whole := &cutter{}
	config.Dial = whole.dial
	mustSync(t, newClient(t, config), newMemory())
	total := whole.last.Load()
	if total < 2000 {
		t.Fatalf("a sync is only %d bytes", total)
	}
	for after := int64(1); after < total; after += total / 60 {
		n := &cutter{after: after, breaks: 2}
		config.Dial = n.dial
		m, c := newMemory(), newClient(t, config)
		var err error
		for range 4 {
			if err = c.Sync(t.Context(), m); err == nil {
				break
			}
			if !errors.Is(err, accounts.ErrOffline) && !errors.Is(err, accounts.ErrTemporary) && !errors.Is(err, accounts.ErrPlain) {
				t.Errorf("cut after %d bytes: error %v", after, err)
			}
		}
		if err != nil {
			t.Errorf("cut after %d bytes: still %v", after, err)
		}
		if err := complete(m, 12); err != nil {
			t.Errorf("cut after %d bytes: %v", after, err)
		}
		c.Close()
	}
}

func complete(m *memory, want int) error {
	got := m.in("INBOX")
	if len(got) != want || len(m.quarantine) != 0 {
		return fmt.Errorf("%d messages, set aside %v", len(got), m.quarantine)
	}
	for uid, c := range got {
		if !bytes.Equal(c.Raw, letter(int(uid))) {
			return fmt.Errorf("message %d is %q", uid, c.Raw)
		}
	}
	if f := m.folders["INBOX"]; f.UIDNext != uint32(want)+1 || int(f.Messages) != want {
		return fmt.Errorf("folder %+v", f)
	}
	return nil
}

// A message that always cuts the connection is set aside after some passes,
// and until then does not hold up the others.
func TestMessageThatCuts(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 9)
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		for _, u := range s.uids {
			set, _, _ := strings.Cut(args, " ")
			if inSet(set, u) && u == 4 {
				return "-"
			}
			if inSet(set, u) {
				s.message(w, int(u), u, args)
			}
		}
		return ""
	}
	m, c := newMemory(), newClient(t, s.start())
	for i := 1; i <= patientTries; i++ {
		err := c.Sync(t.Context(), m)
		if i < patientTries && (err == nil || len(m.copies) != 8 || len(m.quarantine) != 0) {
			t.Errorf("pass %d: error %v, %d messages, set aside %v", i, err, len(m.copies), m.quarantine)
		}
	}
	if len(m.copies) != 9 || len(m.quarantine) != 1 {
		t.Errorf("%d messages, set aside %v", len(m.copies), m.quarantine)
	}
}

// A watched connection that goes dead without a word is noticed.
func TestWatchNoticesSilence(t *testing.T) {
	s := newScript(t)
	s.caps += " IDLE"
	quiet := make(chan struct{})
	s.answers["IDLE"] = func(w io.Writer, _ string) string {
		fmt.Fprint(w, "+ idling\r\n")
		close(quiet)
		<-t.Context().Done()
		return "-"
	}
	config := s.start()
	config.Poll, config.Quiet = 200*time.Millisecond, 300*time.Millisecond
	begun := time.Now()
	err := newClient(t, config).Watch(t.Context(), func() {})
	<-quiet
	if !errors.Is(err, accounts.ErrOffline) || time.Since(begun) > 10*time.Second {
		t.Errorf("error %v after %v", err, time.Since(begun))
	}
}

// An answer lost after a move took effect: doing it again must be harmless,
// and must be told as not done.
func TestApplyCut(t *testing.T) {
	s := newScript(t)
	s.uids, s.caps = numbers(1, 3), s.caps+" MOVE"
	moved := 0
	s.answers["UID MOVE"] = func(io.Writer, string) string {
		moved++
		if moved == 1 {
			return "-"
		}
		return ""
	}
	c := newClient(t, s.start())
	task := []accounts.Task{{ID: 1, Kind: conversation.ActArchive, Folder: "INBOX", UID: 2, Validity: 7, Target: "Archive"}}
	if done, err := c.Apply(t.Context(), task); !errors.Is(err, accounts.ErrOffline) || len(done) != 0 {
		t.Errorf("done %v, error %v", done, err)
	}
	if done, err := c.Apply(t.Context(), task); err != nil || len(done) != 1 {
		t.Errorf("again: done %v, error %v", done, err)
	}
}
