//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// sealedMailbox is Alice's mailbox with her own key and Bob's.
func sealedMailbox(t *testing.T, s *servertest.Server) *profile {
	t.Helper()
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	for _, p := range []*profile{alice, bob} {
		p.must("", "key", "generate", "--no-passphrase")
	}
	file := filepath.Join(t.TempDir(), "bob.asc")
	if err := os.WriteFile(file, []byte(bob.must("", "key", "export")), 0o600); err != nil {
		t.Fatal(err)
	}
	alice.must("", "key", "import", file)
	return alice
}

// sealedCrash is one moment to be killed at, while a mail to Bob leaves with a
// Bcc to Alice, and what is to come of it: how many mails each has more, and
// how many entries nobody can tell the outcome of.
type sealedCrash struct {
	point               string
	bob, alice, unknown int
}

// Killed at any instant, neither a sealed message nor its copy for a Bcc is
// lost or sent twice, and what nobody knows of one says nothing of the other.
func TestJourneyKilledWhileSendingSealed(t *testing.T) {
	s := servertest.Mail(t)
	proxy := newStaller(t, s)
	through := *s
	through.SMTPS = proxy.listener.Addr().String()
	alice := sealedMailbox(t, &through)
	bobs, alices, unknown := 0, 0, 0
	for _, c := range []sealedCrash{
		{"DATA", 1, 1, 0},
		{"RCPT TO:<" + servertest.Alice + ">", 1, 1, 0},
		{"dot", 0, 1, 1},
		{"answer", 1, 1, 1},
		{"QUIT", 1, 1, 1},
	} {
		killedWhileSealed(t, alice, proxy, c.point)
		bobs, alices, unknown = bobs+c.bob, alices+c.alice, unknown+c.unknown
		distinct(t, s, servertest.Bob, bobs, c.point)
		distinct(t, s, servertest.Alice, alices, c.point)
		if got := inState(alice, "unknown"); got != unknown {
			t.Errorf("%s: the outcome of %d entries is unknown, want %d", c.point, got, unknown)
		}
		for _, state := range []string{"held", "queued", "sending", "failed"} {
			if n := inState(alice, state); n != 0 {
				t.Errorf("%s: %d entries are %s", c.point, n, state)
			}
		}
	}
	if _, sent := s.Dump(servertest.Alice, "Sent"); len(sent) != 2 {
		t.Errorf("%d copies among the sent mail, want those of the two that are known to have left", len(sent))
	}
	if seen := proxy.seen(); strings.Contains(seen, "Zanzibar") || regexp.MustCompile(`(?mi)^bcc:`).MatchString(seen) {
		t.Error("something secret went over the wire")
	}
}

func killedWhileSealed(t *testing.T, alice *profile, proxy *staller, point string) {
	t.Helper()
	reached := proxy.stopAt(point)
	cmd := alice.command("send", "--to", servertest.Bob, "--bcc", servertest.Alice, "--via", "sealed mail", "--subject", "Zanzibar",
		"--body-file", textFile(t, "To Zanzibar.\n"), "--wait")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-time.After(patient):
		t.Errorf("%s was never reached", point)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Errorf("kill at %s: %v (%s)", point, err, said.String())
	}
	_ = cmd.Wait()
	proxy.stopAt("")
	for range 2 { // one finds out what became of it, one sends the rest
		alice.must("", "sync")
	}
}

// distinct checks that somebody has so many mails, all of them different ones
// and sealed.
func distinct(t *testing.T, s *servertest.Server, who string, n int, point string) {
	t.Helper()
	var ids []string
	for _, raw := range delivered(t, s, who, n) {
		id := regexp.MustCompile(`(?m)^Message-ID: (\S+)\r$`).FindSubmatch(raw)
		if id == nil || !strings.Contains(string(raw), "BEGIN PGP MESSAGE") {
			t.Fatalf("%s: %s got %s", point, who, raw)
		}
		ids = append(ids, string(id[1]))
	}
	slices.Sort(ids)
	if len(ids) != n || len(slices.Compact(slices.Clone(ids))) != n {
		t.Errorf("%s: %s has %d mails, want %d different ones: %q", point, who, len(ids), n, ids)
	}
}

func inState(p *profile, state string) int {
	n := 0
	for _, e := range p.objects("outbox", "list") {
		if e["state"] == state {
			n++
		}
	}
	return n
}
