package main

import (
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// joiners are Alice and Bob with a key each, and an invitation of Alice.
func joiners(t *testing.T) (s *servertest.Server, alice, bob *profile, link string) {
	t.Helper()
	s = servertest.Mail(t)
	alice, bob = mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	for _, p := range []*profile{alice, bob} {
		p.must("", "key", "generate", "--no-passphrase")
	}
	link = alice.object("key", "invite")["link"].(string)
	if again := alice.object("key", "invite")["link"]; again != link {
		t.Errorf("an unused invitation becomes %v, was %v", again, link)
	}
	return s, alice, bob, link
}

// how says how somebody came to know the key of an address.
func how(p *profile, address string) string {
	for _, k := range p.objects("key", "list") {
		for _, b := range k["bindings"].([]any) {
			binding := b.(map[string]any)
			if binding["address"] == address && binding["verified_how"] != nil {
				return binding["person"].(string) + " by " + binding["verified_how"].(string)
			}
		}
	}
	return ""
}

// takeTurns syncs some profiles by turns until something is so, and gives what
// they said meanwhile.
func takeTurns(t *testing.T, until func() bool, ps ...*profile) (said string, ok bool) {
	t.Helper()
	for range 40 {
		for _, p := range ps {
			_, errs, code := p.run("", "sync")
			if said += errs; code != 0 {
				t.Fatalf("sync: status %d, %s", code, errs)
			}
		}
		if until() {
			return said, true
		}
	}
	return said, false
}

// Two people who have never written to each other join their keys by a link,
// through real servers; nothing of it stands among their conversations.
func TestJourneyTwoPeopleJoin(t *testing.T) {
	s, alice, bob, link := joiners(t)
	said := bob.object("key", "join", link)
	if said["state"] != "sent" || said["address"] != servertest.Alice {
		t.Fatalf("key join says %v", said)
	}
	const want = "verified by securejoin"
	both := func() bool { return how(alice, servertest.Bob) == want && how(bob, servertest.Alice) == want }
	told, ok := takeTurns(t, both, alice, bob)
	if !ok {
		t.Fatalf("Alice has %q of Bob, Bob %q of Alice", how(alice, servertest.Bob), how(bob, servertest.Alice))
	}
	rounds := 0
	more, _ := takeTurns(t, func() bool { rounds++; return rounds == 3 }, alice, bob)
	for _, who := range []string{servertest.Alice, servertest.Bob} {
		if n := strings.Count(told+more, "You and "+who+" are joined"); n != 1 {
			t.Errorf("told %d times of %s: %s%s", n, who, told, more)
		}
	}
	for name, p := range map[string]*profile{"Alice": alice, "Bob": bob} {
		if list := p.objects("conversations"); len(list) != 0 {
			t.Errorf("%s sees %v", name, list)
		}
		for _, e := range p.objects("outbox", "list") {
			if e["state"] != "sent" {
				t.Errorf("%s still sends %v", name, e)
			}
		}
	}
	for _, who := range []string{servertest.Alice, servertest.Bob} {
		if _, sent := s.Dump(who, "Sent"); len(sent) != 0 {
			t.Errorf("%d mails among those %s sent", len(sent), who)
		}
		for _, raw := range s.Raws(who) {
			if head, _, _ := strings.Cut(string(raw), "\r\n\r\n"); strings.Contains(strings.ToLower(head), "secure-join") {
				t.Errorf("outside the seal: %s", head)
			}
		}
	}
	if again := alice.object("key", "invite")["link"]; again == link {
		t.Error("a used invitation is handed out again")
	}
	sealedLetter(t, alice, bob)
}

// sealedLetter has Alice write to Bob: it goes sealed, and he sees a verified
// key and one conversation with one message.
func sealedLetter(t *testing.T, alice, bob *profile) {
	t.Helper()
	sent := alice.object("send", "--to", servertest.Bob, "--subject", "Été", "--body-file", textFile(t, "Bonjour\n"), "--wait")
	if channel := sent["channel"].(map[string]any); sent["state"] != "sent" || !strings.Contains(channel["id"].(string), "sealed") {
		t.Fatalf("sent %v", sent)
	}
	got := waitFor(t, bob, "été")
	if got["subject"] != "Été" {
		t.Errorf("Bob has %v", got)
	}
	if list := bob.objects("conversations"); len(list) != 1 || list[0]["messages"] != float64(1) {
		t.Errorf("Bob's conversations: %v", list)
	}
}

// An invitation whose secret is wrong changes nothing on either side, and what
// was refused stays to be seen.
func TestJourneyAWrongSecretJoinsNobody(t *testing.T) {
	s, alice, bob, link := joiners(t)
	at := strings.Index(link, "&s=") + 3
	wrong := link[:at] + "AAAAAAAAAAAAAAAAAAAAAAAA" + link[at+strings.IndexByte(link[at:], '&'):]
	if said := bob.object("key", "join", wrong); said["state"] != "sent" {
		t.Fatalf("key join says %v", said)
	}
	seen := func() bool { return len(s.Raws(servertest.Alice)) > 0 }
	told, ok := takeTurns(t, seen, bob, alice)
	if !ok {
		t.Fatal("Bob's mail never came")
	}
	if strings.Contains(told, "are joined") {
		t.Errorf("told %s", told)
	}
	for range 3 {
		alice.must("", "sync")
		bob.must("", "sync")
	}
	if a, b := how(alice, servertest.Bob), how(bob, servertest.Alice); a != "" || b != "" {
		t.Errorf("Alice has %q of Bob, Bob %q of Alice", a, b)
	}
	if n := len(s.Raws(servertest.Bob)); n != 0 {
		t.Errorf("Alice answered %d times", n)
	}
	if again := alice.object("key", "invite")["link"]; again != link {
		t.Error("the invitation is used up")
	}
	if list := alice.objects("conversations"); len(list) != 1 {
		t.Errorf("Alice sees %v", list)
	}
}
