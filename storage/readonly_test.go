//go:build unix

package storage_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user that owns nothing; permissions do not bind the superuser,
// so as root the folder is opened by this one.
const nobody = 65534

func TestReadOnlyFolder(t *testing.T) {
	dir, err := os.MkdirTemp("", "readonly")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	program := filepath.Join(dir, "program")
	self, err := os.Executable()
	must(t, err)
	binary, err := os.ReadFile(self)
	must(t, err)
	must(t, os.WriteFile(program, binary, 0o755))
	data := filepath.Join(dir, "data")
	must(t, os.Mkdir(data, 0o500))
	cmd := exec.Command(program)
	cmd.Env, cmd.Dir = append(os.Environ(), "STORAGE_TEST_READ_ONLY="+data), dir
	if os.Geteuid() == 0 {
		must(t, os.Chown(data, nobody, nobody))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "true ") {
		t.Fatalf("opening a folder that cannot be written: %v, %s", err, out)
	}
}
