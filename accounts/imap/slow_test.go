package imap

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// narrow is a line that takes its time for each kilobyte.
type narrow struct {
	net.Conn
	pause time.Duration
}

func (n *narrow) Write(p []byte) (int, error) {
	if d := n.pause * time.Duration(len(p)/1024); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		<-timer.C
	}
	return n.Conn.Write(p)
}

// An upload that takes longer than a server may be silent is not cut off: the
// server has nothing to say before the end.
func TestLongUpload(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	size := make(chan string, 1)
	s.answers["LIST"] = func(w io.Writer, _ string) string {
		io.WriteString(w, "* LIST () \"/\" INBOX\r\n* LIST (\\Sent) \"/\" Sent\r\n")
		return ""
	}
	s.answers["APPEND"] = func(w io.Writer, args string) string {
		size <- args[strings.LastIndex(args, "{"):]
		io.WriteString(w, "+ go on\r\n")
		return ""
	}
	config := s.start()
	config.Quiet = 600 * time.Millisecond
	config.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &narrow{conn, 20 * time.Millisecond}, err
	}
	wire := []byte("Message-ID: <a@example.org>\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 800))
	begun := time.Now()
	if err := newClient(t, config).Keep(t.Context(), conversation.Entry{RFCID: "a@example.org", Wire: wire}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < config.Quiet {
		t.Fatalf("only %v: nothing was tested", took)
	}
	if got := <-size; !strings.Contains(got, "{576") {
		t.Errorf("size told: %s", got)
	}
}
