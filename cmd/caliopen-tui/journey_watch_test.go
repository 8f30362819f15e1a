//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// manager is a service manager that hears what a service says of itself.
type manager struct {
	t      testing.TB
	socket *net.UnixConn
}

func newManager(t testing.TB) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "m") // names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return &manager{t: t, socket: socket}
}

// hears waits for one word of the service.
func (m *manager) hears(want string) {
	m.t.Helper()
	if err := m.socket.SetReadDeadline(time.Now().Add(patient)); err != nil {
		m.t.Fatal(err)
	}
	word := make([]byte, 100)
	n, err := m.socket.Read(word)
	if err != nil || string(word[:n]) != want {
		m.t.Fatalf("the service says %q (%v), want %q", word[:n], err, want)
	}
}

// service runs `sync --watch` under a manager until the test is over.
func (p *profile) service(m *manager, env ...string) *exec.Cmd {
	p.t.Helper()
	cmd := p.command("sync", "--watch")
	cmd.Env = append(cmd.Env, append(env, "NOTIFY_SOCKET="+m.socket.LocalAddr().String())...)
	var said output
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		if p.t.Failed() {
			p.t.Logf("the service said:\n%s", said.String())
		}
	})
	m.hears("READY=1")
	return cmd
}

// output gathers what a running process says.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// lines waits until a file has so many lines and gives them.
func lines(t testing.TB, path string, n int) []string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	over := time.After(patient)
	for {
		text, _ := os.ReadFile(path)
		if got := strings.Split(strings.TrimSpace(string(text)), "\n"); len(got) >= n && got[0] != "" {
			return got
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("%s has %q, want %d lines", path, text, n)
		}
	}
}

// The service follows the account, the interface beside it shows what comes at
// once, and one of the two tells of it, once.
func TestJourneyServiceAndInterface(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	told := filepath.Join(t.TempDir(), "told")
	bob := mailbox(t, s, servertest.Bob, "Bob 李").settings(
		`notify = "command:printf '%s|%s|%s\\n' \"$CALIOPEN_SUMMARY\" \"$CALIOPEN_BODY\" \"$CALIOPEN_COUNT\" >> ` + told + `"`)
	s.Deliver(servertest.Bob, "INBOX", "", letter("Zoé", "zoe@example.net", "old", "was there before"))
	m := newManager(t)
	service := bob.service(m)
	x := bob.in(t, silent)
	x.shows("Conversations", "was there before")

	for i, subject := range []string{"first", "$(touch stolen); `touch stolen`", "third"} {
		began := time.Now()
		s.Deliver(servertest.Bob, "INBOX", "", letter("Zoé", "zoe@example.net", subject, "new text "+subject[:1]))
		x.shows("new text " + subject[:1])
		t.Logf("from delivery to the screen, by way of the service: %v", time.Since(began))
		got := lines(t, told, i+1)
		if len(got) != i+1 || !strings.HasSuffix(got[i], "|"+subject+"|1") || !strings.HasPrefix(got[i], "Zoé [") {
			t.Errorf("told %q, want one line more that names Zoé and %q", got, subject)
		}
	}
	if _, err := os.Stat(filepath.Join(bob.dir, "stolen")); err == nil {
		t.Error("a subject was run as a command")
	}
	x.keys("q")
	x.gone(patient)
	if err := service.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	m.hears("STOPPING=1")
	if err := service.Wait(); err != nil {
		t.Errorf("told to stop, the service ends with %v", err)
	}
}
