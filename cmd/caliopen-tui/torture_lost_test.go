package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// answerLost cuts the connection once the server has acted on a command and
// before it could say so. The act is done once all the same.
func answerLost(k *rack) {
	proxy := k.server.Proxy(k.t)
	for name, kind := range map[string]conversation.ActKind{
		"star": conversation.ActStar, "tag": conversation.ActTag, "unread": conversation.ActUnread,
		"delete": conversation.ActDelete, "archive": conversation.ActArchive,
	} {
		for i := range k.points(1, 5) {
			k.try(fmt.Sprintf("%s=%d", name, i), func(t *testing.T) {
				s := k.scene(t, proxy, 20)
				_, list := k.server.Dump(s.user, "INBOX")
				s.act(kind, 1+i)
				proxy.Arm(servertest.Fault{Kind: servertest.CutUp, Upon: regexp.MustCompile("^UID (STORE|MOVE|COPY)")})
				s.p.soundly(t, 20*time.Second)
				if proxy.Fired() == 0 {
					t.Error("no command changed anything")
				}
				s.acts()
				s.done(kind, list[i].SHA256)
			})
		}
	}
	k.try("append", func(t *testing.T) { answerLostKeeping(t, k, proxy) })
	k.try("data", func(t *testing.T) { answerLostSending(t, k) })
}

// done checks that an act was done on the server, once (I7).
func (s *scene) done(kind conversation.ActKind, hash string) {
	s.t.Helper()
	got := s.flags(hash)
	var want string
	in := "INBOX"
	switch kind {
	case conversation.ActStar:
		want = `\Flagged`
	case conversation.ActTag:
		want = "important"
	case conversation.ActDelete:
		in = "Trash"
	case conversation.ActArchive:
		in = "Archive"
	}
	flags, there := got[in]
	if !there || len(got) != 1 || !strings.Contains(flags, want) || kind == conversation.ActUnread && strings.Contains(flags, `\Seen`) {
		s.t.Errorf("I7: %s: the message is %v on the server", kind, got)
	}
	tasks, err := s.p.db.Tasks(s.t.Context(), "alice")
	if err != nil || len(tasks) > 0 {
		s.t.Errorf("I7: %v waits still (%v)", tasks, err)
	}
	n := 0
	for _, box := range s.server.DumpAll(s.user) {
		for _, m := range box.Messages {
			if m.SHA256 == hash {
				n++
			}
		}
	}
	if n != 1 {
		s.t.Errorf("I7: the message is on the server %d times", n)
	}
}

func answerLostKeeping(t *testing.T, k *rack, proxy *servertest.Proxy) {
	user := k.filled(5)
	v := k.victim(t, user, proxy.Addr)
	tr, err := v.dial(slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tr.Close() }()
	e := conversation.Entry{RFCID: "kept@example.org", Wire: []byte("Subject: kept\r\nMessage-ID: <kept@example.org>\r\n\r\ntext\r\n")}
	proxy.Arm(servertest.Fault{Kind: servertest.CutUp, Upon: regexp.MustCompile("^APPEND")})
	if err := tr.Keep(t.Context(), e); err == nil {
		t.Error("I8: nothing is said")
	}
	proxy.Lift()
	if err := tr.Keep(t.Context(), e); err != nil {
		t.Error(err)
	}
	if _, sent := k.server.Dump(user, "Sent"); len(sent) != 1 {
		t.Errorf("I7: %d copies in Sent, want one", len(sent))
	}
}

// answerLostSending is about the answer to the dot at the end of a mail. What
// nobody can know is said to be unknown, and not tried again.
func answerLostSending(t *testing.T, k *rack) {
	proxy := k.server.ProxySMTP(t)
	v := k.victim(t, servertest.Alice, k.server.IMAPS)
	v.SMTP = proxy.Addr
	p := v.run(t)
	e := conversation.Entry{
		Account: "alice", Protocol: conversation.Mail, State: conversation.StateQueued, RFCID: "once@example.org",
		Recipients: []conversation.Address{conversation.MailAddress(servertest.Bob)}, Created: time.Now(), NextTry: time.Now().Add(-time.Second),
		Wire: []byte("From: " + servertest.Alice + "\r\nTo: " + servertest.Bob + "\r\nSubject: once\r\nMessage-ID: <once@example.org>\r\nDate: Thu, 01 Jan 2026 10:00:00 +0000\r\n\r\ntext\r\n"),
	}
	id, err := p.db.Enqueue(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	proxy.Arm(servertest.Fault{Kind: servertest.CutUp, Upon: regexp.MustCompile(`^\.$`)})
	p.soundly(t, 20*time.Second)
	if proxy.Fired() == 0 {
		t.Error("the mail never got to its end")
	}
	proxy.Lift()
	for range 3 {
		p.sync()
	}
	got, err := p.db.Entry(t.Context(), id)
	if err != nil || got.State != conversation.StateUnknown {
		t.Errorf("I7: the mail is %q (%v), nobody can know that", got.State, err)
	}
	if n := len(delivered(t, k.server, servertest.Bob, 1)); n != 1 {
		t.Errorf("I7: Bob has it %d times", n)
	}
}

// killedActing kills the process at each step and upon each command while acts
// are replayed.
func killedActing(k *rack) {
	proxy := k.server.Proxy(k.t)
	kinds := []conversation.ActKind{
		conversation.ActStar, conversation.ActTag, conversation.ActUnread, conversation.ActDelete, conversation.ActArchive,
	}
	run := func(name string, kill func(t *testing.T, v *victim)) {
		k.try(name, func(t *testing.T) {
			s := k.scene(t, proxy, 20)
			_, list := k.server.Dump(s.user, "INBOX")
			for i, kind := range kinds {
				s.act(kind, 1+i)
			}
			v := *s.p.v
			if err := s.p.db.Close(); err != nil {
				t.Fatal(err)
			}
			kill(t, &v)
			v.Step = 0
			s.p = v.run(t)
			var all faults
			s.p.intact(&all)
			for _, text := range all {
				t.Error(text)
			}
			s.acts()
			for i, kind := range kinds {
				s.done(kind, list[i].SHA256)
			}
		})
	}
	killedSending(k)
	for step := 1; step <= k.points(3, 40); step++ {
		run(fmt.Sprintf("step=%d", step), func(t *testing.T, v *victim) {
			v.Step = step
			v.dies(t, false)
		})
	}
	for _, kind := range []servertest.Kind{servertest.Blackhole, servertest.CutUp} {
		for _, upon := range []string{`^UID STORE .*Flagged`, `^UID STORE .*important`, `^UID STORE .*-FLAGS`, `^UID MOVE .*Trash`, `^UID MOVE .*Archive`, `^CREATE`}[:k.points(1, 6)] {
			run(fmt.Sprintf("%s=%s", kind, strings.Map(word, upon)), func(t *testing.T, v *victim) {
				v.killedAt(t, proxy, servertest.Fault{Kind: kind, Upon: regexp.MustCompile(upon)})
			})
		}
	}
}

// word leaves out what cannot stand in the name of a test.
func word(r rune) rune {
	if strings.ContainsRune(`^.* /\`, r) {
		return -1
	}
	return r
}
