package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// watched runs Watch until it tells news, or until it listens with IDLE.
func watched(t *testing.T, c *Client, idle <-chan struct{}) (news bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-idle:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := c.Watch(ctx, func() { news = true; cancel() })
	<-stopped
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return news
}

// What came after the pass and before Watch began is told, whichever way the
// server tells the state of its folders.
func TestWatchTellsWhatCameBefore(t *testing.T) {
	t.Parallel()
	s := servertest.Dovecot(t)
	for name, c := range map[string]struct {
		without []string
		happens func(user string)
	}{
		"mail":                    {nil, func(u string) { s.Deliver(u, "INBOX", "", letters(1, 9)...) }},
		"mail elsewhere":          {nil, func(u string) { s.Deliver(u, "Old", "", letters(1, 9)...) }},
		"mail, asked one by one":  {[]string{"list-status", "condstore"}, func(u string) { s.Deliver(u, "INBOX", "", letters(1, 9)...) }},
		"there, asked one by one": {[]string{"list-status"}, func(u string) { s.Deliver(u, "Old", "", letters(1, 9)...) }},
		"flags":                   {nil, func(u string) { s.AddFlags(u, "INBOX", `\Seen`, "1") }},
		"gone":                    {[]string{"condstore"}, func(u string) { s.Expunge(u, "INBOX", "1") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			user := s.NewUser()
			s.Deliver(user, "INBOX", "", letters(2, 3)...)
			s.Deliver(user, "Old", "", letters(1, 4)...)
			config := dovecotConfig(s)
			config.User, config.Quirks.Without = user, c.without
			client := newClient(t, config)
			mustSync(t, client, newMemory())
			c.happens(user)
			if !watched(t, client, nil) {
				t.Error("nothing told")
			}
		})
	}
}

// Without anything new nothing is told: each telling is a pass. A server whose
// two ways to tell the state of a folder never agree makes for one more pass,
// not for one after the other without end.
func TestWatchTellsNothingTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next uint32
		want []bool
	}{
		"nothing new":     {4, []bool{false, false}},
		"never in accord": {9, []bool{true, false, false}},
		"not told":        {0, []bool{false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.caps += " IDLE LIST-STATUS"
			s.uids = numbers(1, 3)
			s.answers["LIST"] = func(w io.Writer, _ string) string {
				io.WriteString(w, "* LIST () \"/\" INBOX\r\n")
				if c.next > 0 {
					fmt.Fprintf(w, "* STATUS INBOX (MESSAGES 3 UIDNEXT %d UIDVALIDITY 7 HIGHESTMODSEQ 9)\r\n", c.next)
				}
				return ""
			}
			idle := make(chan struct{}, 10)
			s.answers["IDLE"] = func(w io.Writer, _ string) string {
				io.WriteString(w, "+ idling\r\n")
				idle <- struct{}{}
				<-t.Context().Done() // it ends when the client hangs up
				return "-"
			}
			client := newClient(t, s.start())
			m := newMemory()
			for i, want := range c.want {
				mustSync(t, client, m)
				if got := watched(t, client, idle); got != want {
					t.Errorf("watch %d: news %v, want %v", i+1, got, want)
				}
			}
		})
	}
}

// A folder that no pass brings up to date is none of Watch's business.
func TestWatchLeavesAloneWhatIsNotKept(t *testing.T) {
	t.Parallel()
	var s seen
	s.note(accounts.Folder{Name: "whole", Validity: 7, UIDNext: 5, Messages: 4, ModSeq: 9})
	s.note(accounts.Folder{Name: "half", Validity: 7})
	same := mailStatus{7, 5, 4, 9}
	for name, c := range map[string]struct {
		now  map[string]mailStatus
		want bool
	}{
		"same":                {map[string]mailStatus{"whole": same}, false},
		"no sequence told":    {map[string]mailStatus{"whole": {7, 5, 4, 0}}, false},
		"half brought":        {map[string]mailStatus{"whole": same, "half": {7, 9, 9, 9}}, false},
		"unknown":             {map[string]mailStatus{"whole": same, "other": {7, 9, 9, 9}}, false},
		"not told":            {map[string]mailStatus{"whole": {}}, false},
		"one gone, one came":  {map[string]mailStatus{"whole": {7, 6, 4, 0}}, true},
		"flags":               {map[string]mailStatus{"whole": {7, 5, 4, 10}}, true},
		"made anew":           {map[string]mailStatus{"whole": {8, 5, 4, 9}}, true},
		"the same once again": {map[string]mailStatus{"whole": same}, false},
	} {
		s.told = nil
		if got := s.missed(c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSlept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		passed time.Duration
		want   bool
	}{{tick, false}, {2 * tick, false}, {time.Minute, true}, {8 * time.Hour, true}, {-time.Hour, false}} {
		if got := slept(now, now.Add(c.passed)); got != c.want {
			t.Errorf("%v: %v", c.passed, got)
		}
	}
}

// A connection that went dead while it listened is noticed at the next look.
func TestWatchNoticesADeadConnection(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.caps += " IDLE"
	s.uids = numbers(1, 1)
	dead := make(chan struct{})
	s.answers["IDLE"] = func(w io.Writer, _ string) string {
		io.WriteString(w, "+ idling\r\n")
		<-dead // nothing is heard of it any more
		return "-"
	}
	t.Cleanup(func() { close(dead) })
	config := s.start()
	config.Quiet, config.Poll = 200*time.Millisecond, 300*time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := newClient(t, config).Watch(ctx, func() {}); !errors.Is(err, accounts.ErrOffline) {
		t.Errorf("error %v", err)
	}
}
