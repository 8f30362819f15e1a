//go:build unix

package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// killedWhileSending starts to send, kills the process with SIGKILL once the
// talk with the server is at a point, and lets later processes go on.
func killedWhileSending(t *testing.T, alice *profile, proxy *staller, c crash) {
	t.Helper()
	point := c.point
	reached := proxy.stopAt(point)
	cmd := alice.command("send", "--to", servertest.Bob, "--bcc", c.bcc, "--subject", c.subject(),
		"--body-file", textFile(t, "Written once.\n"), "--wait")
	var said bytes.Buffer
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
	for range 2 { // one finds out what became of it, one sends it again
		alice.must("", "sync")
	}
}

// crash is one moment to be killed at, and what is to become of the message.
type crash struct {
	point, bcc string
	state      string
	arrives    bool // at Bob's, before the user decides anything
}

func (c crash) subject() string { return "killed at " + c.point + " " + c.bcc }

// moments gives the moments. Up to the last dot the server has nothing, so the
// message is sent again. From then on only a copy to oneself proves that it
// took the message: without one the outcome is unknown, and nothing is sent
// behind the user's back.
func moments() []crash {
	var all []crash
	for _, point := range []string{"connect", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"} {
		all = append(all, crash{point, servertest.Alice, "sent", true})
	}
	return append(all,
		crash{"half", "", "unknown", false}, // all of it, with its dot, was on its way
		crash{"dot", "", "unknown", false},
		crash{"answer", "", "unknown", true},
		crash{"answer", servertest.Alice, "sent", true})
}

// Killed at any instant, a message is neither lost nor sent twice; where the
// server cannot say whether it took it, the outbox says that, and keeps it.
func TestJourneyKilledWhileSending(t *testing.T) {
	s := servertest.Mail(t)
	proxy := newStaller(t, s)
	through := *s
	through.SMTPS = proxy.listener.Addr().String()
	alice := mailbox(t, &through, servertest.Alice, "Alice Étoile")
	arrived, copies := 0, 0
	for _, c := range moments() {
		killedWhileSending(t, alice, proxy, c)
		if state := stateOf(t, alice, c.subject()); state != c.state {
			t.Errorf("%s: the message is %q, want %q", c.subject(), state, c.state)
		}
		if c.arrives {
			arrived++
		}
		if c.bcc != "" {
			copies++
		}
	}
	once(t, s, servertest.Bob, arrived)
	once(t, s, servertest.Alice, copies)
	if regexp.MustCompile(`(?mi)^bcc:`).MatchString(proxy.seen()) {
		t.Error("Bcc went over the wire")
	}
	retried(t, s, alice, arrived+1)
}

// stateOf gives the state of an entry of the outbox by its subject; one that
// was sent may be gone from the list.
func stateOf(t *testing.T, p *profile, subject string) string {
	t.Helper()
	for _, e := range p.objects("outbox", "list") {
		if e["subject"] == subject {
			return e["state"].(string)
		}
	}
	if p.must("", "search", "--count", `is:sent subject:"`+subject+`"`) == "1\n" {
		return "sent"
	}
	return "lost"
}

// once checks that somebody has each mail a single time: as files, and as
// another client sees them.
func once(t *testing.T, s *servertest.Server, who string, n int) {
	t.Helper()
	var subjects []string
	for _, raw := range delivered(t, s, who, n) {
		_, rest, _ := strings.Cut(string(raw), "\r\nSubject: ")
		subject, _, _ := strings.Cut(rest, "\r\n")
		subjects = append(subjects, subject)
	}
	slices.Sort(subjects)
	if len(slices.Compact(slices.Clone(subjects))) != len(subjects) {
		t.Errorf("%s got mails twice: %q", who, subjects)
	}
	if _, list := s.Dump(who, "INBOX"); len(list) != n {
		t.Errorf("%s has %d mails, want %d: %q", who, len(list), n, subjects)
	}
}

// retried sends again what was unknown, since the user decided so.
func retried(t *testing.T, s *servertest.Server, alice *profile, n int) {
	t.Helper()
	lost := crash{point: "dot"}.subject()
	for _, e := range alice.objects("outbox", "list") {
		if e["subject"] == lost {
			alice.must("", "outbox", "retry", e["id"].(string))
			alice.must("", "sync")
			if state := stateOf(t, alice, lost); state != "sent" {
				t.Errorf("tried again, it is %q", state)
			}
			once(t, s, servertest.Bob, n)
			return
		}
	}
	t.Error("what is unknown is not in the outbox any more")
}
