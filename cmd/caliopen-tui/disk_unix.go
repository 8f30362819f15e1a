//go:build unix

package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// freeSpace gives the bytes that this user may still write to a disk.
func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("disk: %s: %w", dir, err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// fullDisk tells whether there was no room for more.
func fullDisk(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }
