package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// discardOutput throws away what was written to a terminal and not read yet.
func discardOutput(f *os.File) { _ = unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCOFLUSH) }
