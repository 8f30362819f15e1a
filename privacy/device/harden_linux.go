package device

import (
	"fmt"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// Harden closes the process to others of the same user: nobody may trace it or
// read its memory (prctl(2), PR_SET_DUMPABLE), and no core file is written when
// it ends badly (setrlimit(2), RLIMIT_CORE). Programs started from it can still
// write core files of their own only up to the same limit.
func Harden() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("device: no core files: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("device: close memory: %w", err)
	}
	return nil
}

// dumpable tells whether the process can be looked into. When that cannot be
// found out it can.
func dumpable() bool {
	flag, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	return err != nil || flag != 0
}

// sealedFolder asks the file system whether it encrypts a folder (fscrypt).
func sealedFolder(path string) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_BASIC_STATS, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_ENCRYPTED != 0
}

func owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}
