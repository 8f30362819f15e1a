package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// killedSending kills the process at each step of the store, and upon each
// command to the server, while a mail is sent and its copy is stored in Sent.
// It arrives once, or it is said that nobody knows.
func killedSending(k *rack) {
	out, in := k.server.ProxySMTP(k.t), k.server.Proxy(k.t)
	run := func(name string, kill func(t *testing.T, v *victim)) {
		k.try(name, func(t *testing.T) {
			v := k.victim(t, k.server.NewUser(), in.Addr)
			v.SMTP = out.Addr
			id, name := v.queue(t)
			kill(t, v)
			v.Step = 0
			p := v.run(t)
			out.Lift()
			p.settles(t, in)
			p.sync()
			k.sentOnce(t, p, id, name)
		})
	}
	for step := 1; step <= k.points(3, 24); step++ {
		run(fmt.Sprintf("send/step=%d", step), func(t *testing.T, v *victim) {
			v.Step = step
			v.dies(t, false)
		})
	}
	upon := []string{`^(EHLO|AUTH)`, `^MAIL`, `^RCPT`, `^DATA`, `^\.$`}
	for _, kind := range []servertest.Kind{servertest.Blackhole, servertest.CutUp} {
		for _, command := range upon[max(0, len(upon)-k.points(1, len(upon))):] {
			run(fmt.Sprintf("send/%s=%s", kind, strings.Map(plainly, command)), func(t *testing.T, v *victim) {
				v.killedAt(t, out, servertest.Fault{Kind: kind, Upon: regexp.MustCompile(command)})
			})
		}
		run(fmt.Sprintf("send/%s=APPEND", kind), func(t *testing.T, v *victim) {
			v.killedAt(t, in, servertest.Fault{Kind: kind, Upon: regexp.MustCompile("^APPEND")})
		})
	}
}

func plainly(r rune) rune {
	if strings.ContainsRune("^.$()|\\", r) {
		return -1
	}
	return r
}

// queue makes a mail that waits for a process, and tells what names it.
func (v *victim) queue(t *testing.T) (conversation.EntryID, string) {
	t.Helper()
	p, err := v.start(storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%x@example.org", time.Now().UnixNano())
	e := conversation.Entry{
		Account: "alice", Protocol: conversation.Mail, State: conversation.StateQueued, RFCID: name,
		Recipients: []conversation.Address{conversation.MailAddress(servertest.Bob)}, Created: time.Now(), NextTry: time.Now().Add(-time.Second),
		Wire: []byte("From: " + v.User + "\r\nTo: " + servertest.Bob + "\r\nSubject: once\r\nMessage-ID: <" + name + ">\r\nDate: Thu, 01 Jan 2026 10:00:00 +0000\r\n\r\ntext\r\n"),
	}
	id, err := p.db.Enqueue(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.db.Close(); err != nil {
		t.Fatal(err)
	}
	return id, name
}

// sentOnce checks what became of a mail (I7).
func (k *rack) sentOnce(t *testing.T, p *process, id conversation.EntryID, name string) {
	t.Helper()
	entry, err := p.db.Entry(t.Context(), id)
	if err != nil {
		t.Fatalf("I7: the mail is not even in the outbox: %v", err)
	}
	arrived := func() (n int) {
		for _, raw := range k.server.Raws(servertest.Bob) {
			if strings.Contains(string(raw), "<"+name+">") {
				n++
			}
		}
		return n
	}
	if entry.State == conversation.StateSent {
		p.until(t, 20*time.Second, func() bool { return arrived() > 0 })
	}
	n := arrived()
	switch {
	case entry.State == conversation.StateSent && n == 1:
		if _, kept := k.server.Dump(p.v.User, "Sent"); len(kept) != 1 {
			t.Errorf("I7: %d copies are in Sent", len(kept))
		}
	case entry.State == conversation.StateUnknown && n <= 1:
	default:
		t.Errorf("I7: the mail is %q, and it arrived %d times", entry.State, n)
	}
	var all faults
	p.intact(&all)
	for _, text := range all {
		t.Error(text)
	}
}
