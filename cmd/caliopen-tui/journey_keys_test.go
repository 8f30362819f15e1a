//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// index gives the index of a contact as explain tells it: its level, the points
// of each factor, and its caps with the limit of each.
func (p *profile) index(who string) (level string, points map[string]float64) {
	p.t.Helper()
	o := p.object("explain", who)
	level, _ = the(o, "privacy", "level").(string)
	points = map[string]float64{}
	for list, number := range map[string]string{"factors": "points", "caps": "limit"} {
		all, _ := the(o, "privacy", list).([]any)
		for _, f := range all {
			f := f.(map[string]any)
			points[f["id"].(string)] = f[number].(float64)
		}
	}
	return level, points
}

// stopped tries to send, and wants it stopped by a guard.
func (p *profile) stopped(text string, args ...string) {
	p.t.Helper()
	out, errs, code := p.run(text, append([]string{"send", "--wait", "--json", "--body-file", "-"}, args...)...)
	if code != exitGuard || !strings.Contains(out, `"state":"stopped"`) || !strings.Contains(out, `"guard"`) {
		p.t.Errorf("send %q: %d %s%s; want it stopped", args, code, out, errs)
	}
}

// Bob has another key all of a sudden. Nothing is sealed to it by itself, and
// nothing goes in clear either, until Alice decides; what she decides shows in
// what is said of Bob, and in what the next letter is sealed for.
func TestJourneyKeyChanged(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice := mailbox(t, s, servertest.Alice, "Alice Étoile")
	alice.must("", "key", "generate", "--no-passphrase")
	before := mailbox(t, s, servertest.Bob, "Bob 李")
	after := mailbox(t, s, servertest.Bob, "Bob 李") // another device, set up afresh
	for i, p := range []*profile{before, after} {
		p.must("", "key", "generate", "--no-passphrase")
		p.send("It is me.\n", "--to", servertest.Alice, "--subject", []string{"First", "Second"}[i])
		waitFor(t, alice, "subject:"+[]string{"First", "Second"}[i])
	}
	fresh := after.fingerprint()

	if level, points := alice.index(servertest.Bob); level != "D" || points["k.conflict"] != 40 {
		t.Errorf("a key that changed: %s, %v", level, points)
	}
	alice.stopped("Are you?\n", "--to", servertest.Bob, "--subject", "Hm")
	if sent := len(fetchedOr(t, s, servertest.Alice, "Sent")); sent != 0 {
		t.Errorf("%d mails left nevertheless", sent)
	}

	alice.must("", "key", "trust", servertest.Bob)
	if _, points := alice.index(servertest.Bob); points["k.conflict"] != 0 {
		t.Errorf("decided, and still in conflict: %v", points)
	}
	g := newGPG(t)
	for _, p := range []*profile{before, after, alice} {
		g.run("", "--import", p.exported())
	}
	alice.send("Ah.\n", "--to", servertest.Bob, "--subject", "Good")
	sealedFor(t, s, g, 1, after, alice)

	comparison(t, alice, fresh)
	alice.must("", "key", "distrust", servertest.Bob, fresh)
	if keys := alice.must("", "key", "list"); !strings.Contains(keys, "refused") {
		t.Errorf("refused, the key is not listed so:\n%s", keys)
	}
	// The key that was there before is what is left.
	alice.send("Back.\n", "--to", servertest.Bob, "--subject", "Good")
	sealedFor(t, s, g, 2, before, alice)
}

// sealedFor checks whose keys open one of the mails that Bob has.
func sealedFor(t *testing.T, s *servertest.Server, g *gpg, n int, readers ...*profile) {
	t.Helper()
	var all [][]string
	want := g.subkeys(readers...)
	for _, raw := range delivered(t, s, servertest.Bob, n) {
		got := g.readers(t, string(raw))
		if slices.Equal(got, want) {
			return
		}
		all = append(all, got)
	}
	t.Errorf("sealed for %q, none for %q", all, want)
}

// comparison compares a key by the fingerprint that Bob tells: a wrong one does
// nothing, the right one counts.
func comparison(t *testing.T, alice *profile, fingerprint string) {
	t.Helper()
	if _, _, code := alice.run("", "key", "verify", servertest.Bob, strings.Repeat("0123 ", 10)); code == exitDone {
		t.Error("a wrong fingerprint was taken")
	}
	if _, points := alice.index(servertest.Bob); points["n.verified"] != 0 {
		t.Errorf("verified by a wrong fingerprint: %v", points)
	}
	alice.must("", "key", "verify", servertest.Bob, fingerprint)
	if _, points := alice.index(servertest.Bob); points["n.verified"] == 0 {
		t.Errorf("compared, and the index of the contact does not know: %v", points)
	}
	dry := alice.object("send", "--to", servertest.Bob, "--subject", "x", "--dry-run", "--body-file", textFile(t, "x\n"))
	if level := the(dry["candidates"].([]any)[0].(map[string]any), "predicted", "level"); level != "A" {
		t.Errorf("to a key that was compared: %v, want A", level)
	}
}

// fetchedOr gives the mails of a mailbox, none where it is not made yet.
func fetchedOr(t *testing.T, s *servertest.Server, user, mailbox string) []string {
	t.Helper()
	if !strings.Contains(s.Doveadm("mailbox", "list", "-u", user), mailbox) {
		return nil
	}
	return fetched(t, s, user, mailbox)
}

// Out of a sealed conversation nothing goes in clear unless one says so twice;
// then neither what was quoted nor the subject goes along.
func TestJourneyLeavingASealedConversation(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	for _, p := range []*profile{alice, bob} {
		p.must("", "key", "generate", "--no-passphrase")
	}
	acquainted(t, alice, bob)
	bob.send("The pelican lands at nine.\n", "--to", servertest.Alice, "--subject", "Lighthouse")
	got := waitFor(t, alice, "pelican")
	reply := []string{"--reply-to", got["id"].(string), "--via", alice.name()}
	alice.stopped("Fine.\n\n> The pelican lands at nine.\n", reply...)
	if mails := fetchedOr(t, s, servertest.Bob, "INBOX"); len(mails) != 0 {
		t.Fatalf("%d mails left", len(mails))
	}
	alice.send("Fine.\n\n> The pelican lands at nine.\n", append(reply, "--confirm-clear")...)
	clear := string(delivered(t, s, servertest.Bob, 1)[0])
	if !strings.Contains(clear, "Fine.") || regexp.MustCompile(`(?i)pelican|lighthouse|PGP MESSAGE`).MatchString(clear) {
		t.Errorf("in clear went:\n%s", clear)
	}
	if found := append(alice.traces("pelican", "lighthouse"), bob.traces("pelican", "lighthouse")...); len(found) > 0 {
		t.Errorf("on disk lies %q", found)
	}
}

// name gives that of the only account.
func (p *profile) name() string {
	p.t.Helper()
	return p.object("account", "list")["account"].(string)
}
