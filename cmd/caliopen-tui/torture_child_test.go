package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/storage"
)

// victimEnv tells a process of the torture what to work on, as JSON.
const victimEnv = "CALIOPEN_TORTURE_VICTIM"

// tortureMain is a process that does one pass, and kills itself at a step of
// the store when it is told to. What went wrong is its output.
func tortureMain() int {
	var v victim
	if err := json.Unmarshal([]byte(os.Getenv(victimEnv)), &v); err != nil {
		fmt.Println(err)
		return 2
	}
	if v.Files > 0 {
		signal.Ignore(syscall.SIGXFSZ) // writing fails instead
		limit := syscall.Rlimit{Cur: v.Files, Max: v.Files}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println(err)
			return 2
		}
	}
	p, err := v.start(storage.Options{Step: v.step()})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	sum := p.sync()
	v.remember()
	if err := errors.Join(sum.Err, p.db.Close()); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// step gives what counts the steps and ends the process at one of them.
func (v *victim) step() func(string) {
	n := 0
	return func(string) {
		if n++; n == v.Step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more is done until it takes effect
		}
	}
}

// spawn starts a process that does a pass.
func (v *victim) spawn(t *testing.T) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), runMain+"=torture", victimEnv+"="+string(told))
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// dies runs a process to its end and tells whether it was killed. One that
// fails by itself fails the test unless it may.
func (v *victim) dies(t *testing.T, mayFail bool) (killed bool, said string) {
	t.Helper()
	cmd, out := v.spawn(t)
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !timer.Stop() {
		t.Fatalf("I8: the process did not end in a minute:\n%s", out)
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err != nil && !status.Signaled() && !mayFail {
		t.Errorf("the process failed: %v\n%s", err, out)
	}
	if v.tells(out.String()) {
		t.Errorf("I8: the process tells the password: %s", out)
	}
	return status.Signaled() && status.Signal() == syscall.SIGKILL, out.String()
}

// killedAt runs a process until a fault befalls one of its connections, and
// kills it there.
func (v *victim) killedAt(t *testing.T, proxy *servertest.Proxy, f servertest.Fault) {
	t.Helper()
	proxy.Arm(f)
	cmd, out := v.spawn(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	select {
	case <-proxy.Struck():
	case <-ended:
		t.Logf("the process was faster than %s", f)
	case <-time.After(time.Minute):
		t.Errorf("%s never came about:\n%s", f, out)
	}
	_ = cmd.Process.Kill()
	<-ended
	proxy.Lift()
}
