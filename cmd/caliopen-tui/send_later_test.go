package main

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// What is to leave later stays in the outbox through a pass, can be taken back,
// and the words for times are checked before anything is written.
func TestSendLater(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice := mailbox(t, s, servertest.Alice, "Alice")
	body := textFile(t, "Not yet.\n")
	if out, errs, code := alice.run("", "send", "--to", servertest.Bob, "--body-file", body, "--at", "soon"); code != exitUsage || errs == "" {
		t.Errorf("a time that is none: status %d, %s%s", code, out, errs)
	}
	if out, errs, code := alice.run("", "send", "--to", servertest.Bob, "--body-file", body, "--at", "2020-01-01 9:00"); code != exitUsage || errs == "" {
		t.Errorf("a time that is over: status %d, %s%s", code, out, errs)
	}
	if left := alice.objects("outbox", "list"); len(left) != 0 {
		t.Fatalf("left in the outbox: %v", left)
	}
	at := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
	e := alice.object("send", "--to", servertest.Bob, "--subject", "later", "--body-file", body, "--at", at)
	if e["state"] != "queued" || e["at"] != at {
		t.Errorf("sent later: %v", e)
	}
	if list := alice.must("", "outbox", "list"); !strings.Contains(list, "will be sent") {
		t.Errorf("the list does not say when it leaves: %s", list)
	}
	alice.must("", "sync")
	if got := s.Raws(servertest.Bob); len(got) != 0 {
		t.Fatalf("Bob has it %d times, two days early", len(got))
	}
	alice.must("", "outbox", "cancel", e["id"].(string))
	soon := alice.object("send", "--to", servertest.Bob, "--subject", "soon", "--body-file", body, "--at", "+1s", "--wait")
	if soon["state"] != "sent" {
		t.Errorf("sent a second later: %v", soon)
	}
	once(t, s, servertest.Bob, 1)
}
