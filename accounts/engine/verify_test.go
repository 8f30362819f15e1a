package engine

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// signedMails is a pass of mails without a word of the provider, each in a call.
// Every mail has a signature unless its number is odd.
func signedMails(t *testing.T, n int, received func(i int) time.Time) *script {
	return &script{sync: func(mi accounts.Mirror) error {
		for i := range n {
			raw := "Received: from out.example.net (out.example.net [192.0.2.1]) by mx.example.org (Postfix) with ESMTPS id 1; x\r\nFrom: zoe@example.net\r\n"
			if i%2 == 0 {
				raw = "DKIM-Signature: v=1\r\n" + raw
			}
			c := accounts.Copy{UID: uint32(i + 1), Raw: fmt.Appendf(nil, "%sX-Number: %d\r\n\r\n", raw, i), Received: received(i)}
			if err := mi.Add(t.Context(), []accounts.Copy{c}); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}}
}

// dated is a format that reads the way of a mail, dated as it was received.
type dated struct{ headers }

func (dated) Parse(raw []byte, p conversation.ParseContext) conversation.Parsed {
	out := headers{}.Parse(raw, p)
	out.Message.Date = p.Received
	return out
}

func checking(t *testing.T, m *memory, s *script, check Check) *Engine {
	e := testEngine(t, m, s)
	e.o.Formats[conversation.Mail], e.o.Check = dated{}, check
	return e
}

func passes(domain string) Check {
	return func(context.Context, []byte, string) trace.Local {
		return trace.Local{DKIM: "pass", Domain: domain}
	}
}

func TestFreshMailsAreChecked(t *testing.T) {
	now := time.Now()
	var asked atomic.Int32
	check := func(_ context.Context, raw []byte, from string) trace.Local {
		asked.Add(1)
		if from != "example.net" || !strings.Contains(string(raw), "X-Number") {
			t.Errorf("asked about %q of %q", raw, from)
		}
		return trace.Local{DKIM: "pass", Domain: "mail.example.net"}
	}
	m := newMemory()
	e := checking(t, m, signedMails(t, 8, func(i int) time.Time { return now.AddDate(0, 0, -i) }), check)
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	for _, a := range m.added {
		i := int(a.Copy.UID) - 1
		want := i == 0 || i == 2 // signed, and of these days
		au, o := a.Parsed.Message.Evidence.Authentication, see(a.Parsed.Origin)
		if (au.Source == "local") != want || au.Aligned != want || (o.Local.DKIM == "pass") != want {
			t.Errorf("mail %d: %+v, kept %+v", i, au, o.Local)
		}
		if person := a.Parsed.Message.Facts.Person; (person == "domain") != want {
			t.Errorf("mail %d: person %q", i, person)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// TestTheProvidersWordIsEnough holds that nobody is asked where the provider
// said what it found.
func TestTheProvidersWordIsEnough(t *testing.T) {
	m := newMemory()
	s := arriving(t, 60)
	signed := s.sync
	s.sync = func(mi accounts.Mirror) error { return signed(dating{mi}) }
	e := checking(t, m, s, func(context.Context, []byte, string) trace.Local {
		t.Error("asked")
		return trace.Local{}
	})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || len(m.added) != 60 {
		t.Fatal(sum.Err, len(m.added))
	}
}

// dating adds a signature and the time to what arrives.
type dating struct{ accounts.Mirror }

func (d dating) Add(ctx context.Context, copies []accounts.Copy) error {
	for i := range copies {
		copies[i].Received = time.Now()
		copies[i].Raw = append([]byte("DKIM-Signature: v=1\r\n"), copies[i].Raw...)
	}
	return d.Mirror.Add(ctx, copies)
}

// TestRejudgingKeepsTheCheck holds that what was found once counts when mails
// are judged again.
func TestRejudgingKeepsTheCheck(t *testing.T) {
	m, times := learner()
	now := time.Now()
	e := checking(t, m, signedMails(t, 1, func(int) time.Time { return now }), passes("example.net"))
	for range 2 {
		if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
			t.Fatal(sum.Err)
		}
	}
	m.learned = nil // as if the provider had to be learned anew
	m.folders = []accounts.Folder{{Name: "INBOX"}}
	e.o.Check = nil
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || *times == 0 {
		t.Fatal(sum.Err, *times)
	}
	if au := m.added[0].Parsed.Message.Evidence.Authentication; au.Source != "local" || !au.Aligned {
		t.Errorf("judged again: %+v", au)
	}
}

// TestMailDoesNotWaitForNameServers holds the bounds: answers that do not come
// cost one patience in a pass, and the mails are stored unchecked.
func TestMailDoesNotWaitForNameServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		now := time.Now()
		s := signedMails(t, 700, func(int) time.Time { return now })
		e := checking(t, m, s, func(ctx context.Context, _ []byte, _ string) trace.Local {
			<-ctx.Done()
			return trace.Local{DKIM: "pass", Domain: "example.net"} // what it says now is not listened to
		})
		if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || len(m.added) != 700 {
			t.Fatal(sum.Err, len(m.added))
		}
		if took := time.Since(now); took < checkPatience || took > checkPatience+time.Second {
			t.Errorf("took %v", took)
		}
		for _, a := range m.added {
			if au := a.Parsed.Message.Evidence.Authentication; au.Source != "none" {
				t.Fatalf("%+v", au)
			}
		}
	})
}

func TestChecksOfOnePassAreBounded(t *testing.T) {
	m := newMemory()
	now := time.Now()
	var asked, running, most atomic.Int32
	e := checking(t, m, signedMails(t, 2000, func(int) time.Time { return now }), func(context.Context, []byte, string) trace.Local {
		asked.Add(1)
		n := running.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		defer running.Add(-1)
		return trace.Local{DKIM: "none"}
	})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	if asked.Load() != checksMost || most.Load() > checksAtOnce {
		t.Errorf("asked %d times, %d at once", asked.Load(), most.Load())
	}
}

// TestACheckThatBreaksCostsNothing holds that a fault in it loses no mail.
func TestACheckThatBreaksCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		now := time.Now()
		e := checking(t, m, signedMails(t, 4, func(int) time.Time { return now }), func(context.Context, []byte, string) trace.Local { panic("broken") })
		if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || len(m.added) != 4 {
			t.Errorf("%v, %d stored", sum.Err, len(m.added))
		}
	})
}

// TestJunkIsNotChecked holds that its senders learn nothing.
func TestJunkIsNotChecked(t *testing.T) {
	m := newMemory()
	m.folders = []accounts.Folder{{Name: "INBOX", Use: accounts.UseInbox}, {Name: "Spam", Use: accounts.UseJunk}}
	now := time.Now()
	s := &script{sync: func(mi accounts.Mirror) error {
		for i, folder := range []string{"Spam", "INBOX", "Spam"} {
			raw := []byte("DKIM-Signature: v=1\r\nReceived: from a by b; x\r\nFrom: zoe@example.net\r\n\r\n" + folder)
			if err := mi.Add(t.Context(), []accounts.Copy{{UID: uint32(i + 1), Folder: folder, Raw: raw, Received: now}}); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}}
	var asked atomic.Int32
	e := checking(t, m, s, func(_ context.Context, raw []byte, _ string) trace.Local {
		asked.Add(1)
		if !strings.Contains(string(raw), "INBOX") {
			t.Error("junk was checked")
		}
		return trace.Local{DKIM: "none"}
	})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || asked.Load() != 1 {
		t.Error(sum.Err, asked.Load())
	}
}
