package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// small gives the i-th of many letters of a few hundred bytes to a few
// thousand, with threads, folders and words that repeat.
func small(seed, i int) []byte {
	text := fmt.Sprintf("Bonjour %d,\r\n\r\nle câble n° %d est dans le jardin.\r\n", i, i*7)
	for range i % 9 * 5 {
		text += "Encore une ligne (BODY[] {12}) pour faire nombre.\r\n"
	}
	back := ""
	if i%3 == 1 {
		back = fmt.Sprintf("In-Reply-To: <%d.%d@example.org>\r\n", seed, i-1)
	}
	at := time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 37 * time.Minute)
	return fmt.Appendf(nil, "From: Person %d <person%d@example.net>\r\nTo: %s\r\nSubject: letter %d\r\nDate: %s\r\nMessage-ID: <%d.%d@example.org>\r\n%s"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", i%7, i%7, servertest.Alice, i, at.Format(time.RFC1123Z), seed, i, back, text)
}

// letters gives many of them.
func smalls(seed, from, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = small(seed, from+i)
	}
	return out
}

// filled makes a user with mail in two mailboxes.
func (k *rack) filled(n int) string {
	user := k.server.NewUser()
	k.server.Deliver(user, "INBOX", "S", smalls(1, 0, n/2)...)
	k.server.Deliver(user, "INBOX", "", smalls(1, n/2, n-n/2-n/5)...)
	k.server.Deliver(user, "Work", "FS", smalls(1, n-n/5, n/5)...)
	return user
}

// cutAnywhere ends the connection at points all over a first sync: evenly
// spread, and between each two lines.
func cutAnywhere(k *rack) {
	user := k.filled(50)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	v := k.victim(k.t, user, proxy.Addr)
	if sum := v.run(k.t).sync(); sum.Err != nil {
		k.t.Fatal(sum.Err)
	}
	lines, total := proxy.Lines(), proxy.Down()
	if total == 0 || len(lines) < 100 {
		k.t.Fatalf("%d lines, %d bytes", len(lines), total)
	}
	kinds := []servertest.Kind{servertest.Reset, servertest.Finish, servertest.Bye}
	n := k.points(12, 100)
	for i := range n {
		// Two talks differ in a few bytes of time: round numbers are the same again.
		cutOnce(k, fmt.Sprintf("even=%d", i), proxy, want, servertest.Fault{Kind: kinds[i%2], At: total / 1000 * 1000 * int64(i) / int64(n)})
	}
	step := max(1, len(lines)/k.points(6, len(lines)))
	for i := 0; i < len(lines); i += step {
		cutOnce(k, fmt.Sprintf("line=%d", i), proxy, want, servertest.Fault{Kind: kinds[i%3], At: lines[i]})
	}
}

func cutOnce(k *rack, name string, proxy *servertest.Proxy, want *truth, f servertest.Fault) {
	k.try(name, func(t *testing.T) {
		t.Log(f)
		p := k.victim(t, want.user, proxy.Addr).run(t)
		proxy.Commands()
		proxy.Arm(f)
		p.soundly(t, 30*time.Second)
		p.recovers(t, proxy, want)
	})
}

// halfOpen lets a connection fall silent in each phase of the talk. That is
// noticed, and the next connection is a sound one.
func halfOpen(k *rack) {
	user := k.filled(20)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	for name, f := range map[string]servertest.Fault{
		"greeting": {},
		"login":    {Upon: regexp.MustCompile(`^(LOGIN|AUTHENTICATE)`)},
		"list":     {Upon: regexp.MustCompile(`^LIST`)},
		"select":   {Upon: regexp.MustCompile(`^(SELECT|EXAMINE)`)},
		"search":   {Upon: regexp.MustCompile(`^UID SEARCH`)},
		"fetch":    {Upon: regexp.MustCompile(`^UID FETCH`), At: 300},
	} {
		f.Kind = servertest.Blackhole
		k.try(name, func(t *testing.T) {
			p := k.victim(t, user, proxy.Addr).run(t)
			proxy.Commands()
			proxy.Arm(f)
			sum := p.soundly(t, 10*tortureQuiet)
			if proxy.Fired() == 0 {
				t.Errorf("%s never came about: %v", f, sum.Err)
			}
			p.recovers(t, proxy, want)
		})
	}
	k.try("append", func(t *testing.T) { halfOpenAppend(t, k, proxy) })
	k.try("idle", func(t *testing.T) { halfOpenIdle(t, k, proxy, user) })
}

// halfOpenIdle is about the connection that listens: it is noticed that
// nothing comes any more, and what came meanwhile is fetched.
func halfOpenIdle(t *testing.T, k *rack, proxy *servertest.Proxy, user string) {
	p := k.victim(t, user, proxy.Addr).run(t)
	proxy.Arm(servertest.Fault{Kind: servertest.Blackhole, Upon: regexp.MustCompile(`^IDLE`)})
	stop := p.serve()
	defer stop()
	select {
	case <-proxy.Struck():
	case <-time.After(30 * time.Second):
		k.server.Save(user, "INBOX", small(3, 1)) // something the server says by itself
	}
	k.server.Save(user, "INBOX", small(3, 2))
	p.until(t, 5*tortureQuiet+20*time.Second, func() bool {
		return len(p.held(t)) >= 21
	})
	stop()
	p.recovers(t, proxy, k.truth(t, user))
}

// halfOpenAppend is about a copy for Sent whose storing falls silent.
func halfOpenAppend(t *testing.T, k *rack, proxy *servertest.Proxy) {
	user := k.filled(5)
	v := k.victim(t, user, proxy.Addr)
	p := v.run(t)
	tr, err := v.dial(slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tr.Close() }()
	e := conversation.Entry{RFCID: "kept@example.org", Wire: []byte("Subject: kept\r\nMessage-ID: <kept@example.org>\r\n\r\ntext\r\n")}
	proxy.Arm(servertest.Fault{Kind: servertest.Blackhole, Upon: regexp.MustCompile(`^APPEND`)})
	began := time.Now()
	if err := tr.Keep(t.Context(), e); err == nil || time.Since(began) > 5*tortureQuiet {
		t.Errorf("I8: it ended after %v with %v", time.Since(began), err)
	}
	proxy.Lift()
	proxy.Hangup()
	for range 2 {
		if err := tr.Keep(t.Context(), e); err != nil {
			t.Errorf("after the fault: %v", err)
		}
	}
	if _, sent := k.server.Dump(user, "Sent"); len(sent) != 1 {
		t.Errorf("I7: %d copies in Sent, want one", len(sent))
	}
	p.settles(t, proxy)
	for _, text := range p.reached(t, proxy, k.truth(t, user)) {
		t.Error(text)
	}
}
