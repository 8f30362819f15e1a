// Command caliopen-tui is a correspondence client for terminals: mail and
// Mastodon as conversations with people, each message with its privacy index.
// Without arguments it starts the interface; its commands are a contract with
// the scripts that use them. This package is wiring and the command line,
// nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/caliopen/caliopen-tui/privacy/device"
)

// The collector of garbage begins late, since most commands are over before it
// gains anything, and works all the harder when there is much in memory.
const (
	collectAt   = 400 // percent of what is in use
	memoryLimit = 128 << 20
)

func main() {
	debug.SetGCPercent(collectAt)
	debug.SetMemoryLimit(memoryLimit)
	_ = device.Harden() // what cannot be closed is told by "explain device"
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := newProgram().run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
