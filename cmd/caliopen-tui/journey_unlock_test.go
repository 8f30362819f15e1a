//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// lockedBob is Bob's mailbox with a sealed message of Alice's in it, and his
// keys behind a passphrase.
func lockedBob(t *testing.T) *profile {
	t.Helper()
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	alice.must("", "key", "generate", "--no-passphrase")
	bob.must("", "key", "generate", "--passphrase-command", sayPhrase)
	acquainted(t, alice, bob)
	alice.send("The walrus is in the attic.\n", "--to", servertest.Bob, "--subject", "Zanzibar")
	waitFor(t, bob, "in:INBOX is:sealed")
	return bob
}

// In the interface a sealed message says that it is locked; the passphrase,
// which nobody sees, opens it, and a key of the keyboard closes it again.
func TestJourneyUnlocking(t *testing.T) {
	t.Parallel()
	bob := lockedBob(t)
	x := bob.in(t, silent)
	x.shows("Alice Étoile", "sync ok")
	x.keys("gg")
	x.keys("\r")
	x.shows("Your keys are locked", "gk opens them")
	if strings.Contains(x.written(), "walrus") || strings.Contains(x.written(), "Zanzibar") {
		t.Error("what is sealed was written to the terminal")
	}
	x.keys("gk")
	x.shows("Passphrase of your keys")
	x.keys("not this one\r")
	x.shows("That is not the passphrase.")
	x.keys(phrase + "\r")
	x.shows("The walrus is in the attic.", "Zanzibar")
	if strings.Contains(x.written(), "cailloux") {
		t.Error("the passphrase was shown")
	}
	x.keys("gK")
	x.shows("Your keys are locked")
	x.hides("walrus")
	x.keys("q")
	x.keys("q")
	x.gone(patient)
	x.restored()
}

// laterFile names the file whose appearance lets ten minutes pass.
const laterFile = "CALIOPEN_TEST_LATER"

// laterMain is main with a clock that is put forward while it runs.
func laterMain() {
	p := newProgram()
	p.now = func() time.Time {
		if _, err := os.Stat(os.Getenv(laterFile)); err == nil {
			return time.Now().Add(10 * time.Minute)
		}
		return time.Now()
	}
	os.Exit(p.run(context.Background(), os.Args[1:]))
}

// Keys that nobody used for the minutes of the configuration lock by
// themselves, and what they opened goes from the screen.
func TestJourneyLockedByItself(t *testing.T) {
	t.Parallel()
	bob := lockedBob(t).settings("unlock-minutes = 9")
	later := filepath.Join(t.TempDir(), "later")
	x := bob.with(runMain+"=later", laterFile+"="+later).in(t, silent)
	x.shows("Alice Étoile", "sync ok")
	x.keys("gg")
	x.keys("\r")
	x.shows("Your keys are locked")
	x.keys("gk")
	x.shows("Passphrase of your keys")
	x.keys(phrase + "\r")
	x.shows("The walrus is in the attic.")
	x.keys("i")
	x.shows("What bounds it")
	x.keys("\x1b")
	x.shows("The walrus is in the attic.") // a key of the keyboard does not lock
	if err := os.WriteFile(later, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x.keys("zt")
	x.shows("Your keys are locked")
	x.hides("walrus")
	x.keys("q")
	x.keys("q")
	x.gone(patient)
	x.restored()
}
