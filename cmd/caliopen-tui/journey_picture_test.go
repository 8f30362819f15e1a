//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// A stranger tries the demo: a list of people with badges, a conversation
// across channels, the reason of a badge, an answer on its way. With
// CALIOPEN_SHOTS set to a folder, the README's pictures are what was seen.
func TestJourneyPictures(t *testing.T) {
	p := newProfile(t)
	p.env = append(p.env, "COLORTERM=truecolor", "TMPDIR="+p.dir) // it is killed at the end, and leaves its folder there
	x := openTerminal(t, p.command("demo"), 120, 34, answering)
	x.shows("Conversations", "Nadia Benali", "sync ok 3/3")
	x.keys("/from:nadia vendredi") // hits are chosen with the arrow and opened with enter
	x.shows("hit")
	x.keys("\x1b[B\r")
	x.shows("reply goes by", "Nadia Benali")
	shoot(t, x, "conversations")
	x.keys("i")
	x.shows("─ Why", "who can read")
	shoot(t, x, "why")
	x.keys("\x1b")
	x.hides("─ Why")
	x.keys("r")
	x.shows("→ sealed mail")
	x.keys("On se retrouve devant la gare ?")
	x.shows("On se retrouve devant la gare ?", "→ sealed mail")
	shoot(t, x, "composer")
	x.close()
}

// shoot writes the screen as a picture where pictures are wanted.
func shoot(t *testing.T, x *terminal, name string) {
	t.Helper()
	dir := os.Getenv("CALIOPEN_SHOTS")
	if dir == "" {
		return
	}
	x.mu.Lock()
	svg := uitest.SVG(x.emu, x.emu.Width(), x.emu.Height())
	x.mu.Unlock()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(svg), 0o644); err != nil {
		t.Fatal(err)
	}
}
