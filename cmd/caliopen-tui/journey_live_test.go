//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// hold sets for how many seconds a profile holds back what is sent.
func (p *profile) hold(seconds int) *profile {
	p.t.Helper()
	return p.settings("hold-seconds = " + strconv.Itoa(seconds))
}

// A mail appears while one looks, is answered with keys alone, and is read on
// the other side by a parser that is not ours. A second process works on the
// same data meanwhile.
func TestJourneyLive(t *testing.T) {
	s := servertest.Mail(t)
	alice := mailbox(t, s, servertest.Alice, "Alice Étoile")
	bob := mailbox(t, s, servertest.Bob, "Bob 李").hold(0)
	x := bob.in(t, silent)
	x.shows("Conversations", "sync ok")

	began := time.Now()
	alice.must("", "send", "--to", servertest.Bob, "--subject", "Le câble", "--wait", "--body-file", textFile(t, "Tu apportes le câble ?\n"))
	handed := time.Now()
	x.shows("Alice Étoile", "apportes le câble", "1 unread")
	t.Logf("on the screen %v after the server took it, %v after the command began", time.Since(handed), time.Since(began))
	idleLatency(t, s, x)

	beside(t, bob, x)

	x.keys("gg")
	x.keys("\r")
	x.shows("Le câble", "reply goes by")
	x.keys("r")
	x.shows("To Alice Étoile", "review/send")
	x.keys("Oui, et l'échelle — promis 夏")
	x.shows("promis 夏", "draft saved")
	x.keys("\x1b")
	x.shows("Review before sending", "y send")
	x.keys("y")
	answered(t, s)
	x.shows("you:", "promis")
	second(t, bob, s)
	x.keys("q")
	x.keys("q")
	x.gone(patient)
	x.restored()
	if left := bob.objects("outbox", "list"); len(left) != 0 {
		for _, e := range left {
			if e["state"] != "sent" {
				t.Errorf("left in the outbox: %v", e)
			}
		}
	}
}

// idleLatency measures from the delivery into the mailbox to the screen.
func idleLatency(t *testing.T, s *servertest.Server, x *terminal) {
	t.Helper()
	for i := range 3 {
		subject := fmt.Sprintf("latency%d", i)
		began := time.Now()
		s.Deliver(servertest.Bob, "INBOX", "", letter("Zoé", "zoe@example.net", subject, "texte "+subject))
		x.shows("texte " + subject)
		t.Logf("from delivery to the screen: %v", time.Since(began))
	}
}

// beside runs commands on the data of a running interface, which shows what
// they change.
func beside(t *testing.T, p *profile, x *terminal) {
	t.Helper()
	list := p.objects("search", "from:zoe")
	if len(list) != 3 {
		t.Fatalf("%d messages found beside the interface, want 3", len(list))
	}
	if rows := p.objects("conversations"); len(rows) != 2 {
		t.Errorf("%d conversations, want 2", len(rows))
	}
	x.shows("4 unread")
	for _, m := range list {
		p.must("", "mark", "read", m["id"].(string))
	}
	x.shows("1 unread")
	// The interface follows the account already, which is no failure.
	if out, errs, code := p.run("", "sync"); code != exitDone || !strings.Contains(out, "looked after") && !strings.Contains(out, "window") {
		t.Errorf("a second sync beside the interface: status %d, %q %q", code, out, errs)
	}
}

// answered waits for Bob's answer in Alice's mailbox and has Python read it.
func answered(t *testing.T, s *servertest.Server) {
	t.Helper()
	servertest.Need(t, "python3")
	const script = `
import sys, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
assert m["subject"] == "Re: Le câble", m["subject"]
assert m["from"].addresses[0].display_name == "Bob 李", m["from"]
assert m["to"].addresses[0].addr_spec == "alice@example.org", m["to"]
assert m["in-reply-to"] and m["in-reply-to"] in m["references"], m["references"]
assert "Oui, et l'échelle — promis 夏" in m.get_body(("plain",)).get_content()
assert not m.defects, m.defects
`
	raw := delivered(t, s, servertest.Alice, 1)[0]
	cmd := exec.Command("python3", "-c", script)
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Python reads something else: %v\n%s\n%s", err, out, raw)
	}
}

// delivered waits until somebody has a number of mails and gives them.
func delivered(t *testing.T, s *servertest.Server, user string, n int) [][]byte {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	over := time.After(patient)
	for {
		raws := s.Raws(user)
		if len(raws) >= n {
			return raws
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("%s has %d mails, want %d", user, len(raws), n)
		}
	}
}

// second sends by the command line what the running interface then delivers.
func second(t *testing.T, p *profile, s *servertest.Server) {
	t.Helper()
	sent := p.object("send", "--to", servertest.Alice, "--subject", "Encore", "--wait", "--body-file", textFile(t, "Et la corde.\n"))
	if sent["state"] != "sent" {
		t.Errorf("send beside the interface says %v", sent)
	}
	for _, raw := range delivered(t, s, servertest.Alice, 2) {
		if strings.Contains(string(raw), "Et la corde.") {
			return
		}
	}
	t.Error("what was sent beside the interface did not arrive")
}
