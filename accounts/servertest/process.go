package servertest

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Need skips the test when a program is missing, or fails it where everything
// has to run.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", p)
		}
		t.Skipf("%s is not installed", p)
	}
}

// folder makes a folder that other users may enter, with a path short enough
// for sockets, and removes it at the end.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "mail")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// keeper runs a program until its own input ends, which it does when the test
// process is gone, however that happened.
const keeper = `exec 3<&0; "$0" "$@" </dev/null & p=$!; read x <&3; kill -TERM $p; wait $p`

// serve starts a program and stops it at the end of the test, or before.
func serve(t testing.TB, program string, args ...string) (halt func()) {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeper, program}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 5 * time.Second
	life, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		stop(cmd, life)
		if t.Failed() && out.Len() > 0 {
			t.Logf("%s said:\n%s", program, out.String())
		}
	})
	return func() { stop(cmd, life) }
}

func stop(cmd *exec.Cmd, life io.Closer) {
	life.Close()
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		cmd.Process.Kill()
		<-done
	}
}

// freePort gives an address on loopback on which nothing listens.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// ready waits until something listens at each of the addresses.
func ready(t testing.TB, log func() string, addrs ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, addr := range addrs {
		tick := time.NewTicker(20 * time.Millisecond)
		for {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			if err == nil {
				conn.Close()
				break
			}
			select {
			case <-ctx.Done():
				t.Fatalf("nothing listens at %s: %v\n%s", addr, err, log())
			case <-tick.C:
			}
		}
		tick.Stop()
	}
}
