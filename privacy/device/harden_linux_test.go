package device

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestHarden closes a process of its own, since it cannot be undone.
func TestHarden(t *testing.T) {
	if os.Getenv("CALIOPEN_TEST_HARDEN") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHarden$", "-test.v")
		cmd.Env = append(os.Environ(), "CALIOPEN_TEST_HARDEN=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "closed") {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	if !dumpable() {
		t.Fatal("closed before")
	}
	if err := Harden(); err != nil {
		t.Fatal(err)
	}
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "Max core file size") && (f[4] != "0" || f[5] != "0") {
			t.Error(line)
		}
	}
	if dumpable() {
		t.Error("still open")
	}
	if _, err := os.ReadFile("/proc/self/mountinfo"); err != nil {
		t.Error("the program cannot look at its own mounts any more:", err)
	}
	t.Log("closed")
}
