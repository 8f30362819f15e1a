//go:build unix

package accounts

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the end of the time reach the children of the shell too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
