//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// found tells how many of the newest messages a query gives, up to fifty.
func found(b *testing.B, db *storage.DB, text string) int {
	b.Helper()
	q, err := conversation.ParseQuery(text, time.Now(), "en")
	if err != nil {
		b.Fatal(err)
	}
	hits, err := db.Search(b.Context(), q, 50)
	if err != nil {
		b.Fatal(err)
	}
	return len(hits)
}

// newest measures how long it takes from the start of a first sync, and from
// its login, until fifty mails, the newest ones, can be read by others.
func (y *yard) newest(b *testing.B) {
	for range 3 {
		p := newProfile(b)
		p.self = y.self
		gate := y.s.ProxyBelowTLS(b)
		y.account(b, p, gate.Addr)
		db := storeOf(b, p) // empty, which is what another process makes of it first
		sync := p.command("sync", "--json")
		began := time.Now()
		if err := sync.Start(); err != nil {
			b.Fatal(err)
		}
		var connected time.Time
		for found(b, db, "in:INBOX") < min(50, y.n) {
			if connected.IsZero() && gate.Conns() > 0 {
				connected = time.Now()
			}
			time.Sleep(time.Millisecond)
		}
		y.note("from the start", time.Since(began))
		y.note("from the connection", time.Since(connected))
		if found(b, db, fmt.Sprintf("id:1.%d@example.org", y.n-1)) != 1 {
			b.Fatal("the newest mail is not among the first")
		}
		_ = sync.Process.Kill()
		_ = sync.Wait()
	}
	y.millis(b, "ms-start", "from the start")
	y.millis(b, "ms-connection", "from the connection")
	y.tell(b)
}

// arrival measures from the moment in which the server tells of a mail until
// that mail can be searched for and stands on the screen.
func (y *yard) arrival(b *testing.B) {
	y.ready(b)
	p := newProfile(b)
	p.self = y.self
	gate := y.s.Proxy(b)
	y.account(b, p, gate.Addr)
	p.must("", "sync", "--json")
	db := storeOf(b, p)
	x := openTerminal(b, p.command(), 100, 60, silent) // room for all that come
	x.shows("Conversations")
	awaits(gate, "IDLE")
	for i := range 21 {
		said := quiet(gate)
		name := fmt.Sprintf("Newcomer%d", 10+i)
		raw := letter(name, strings.ToLower(name)+"@example.net", "Here is "+name, "Good morning, says "+name+".")
		go y.s.Deliver(servertest.Alice, "INBOX", "", raw)
		for gate.Down() == said {
			time.Sleep(100 * time.Microsecond)
		}
		began := time.Now()
		searchable := make(chan time.Duration, 1)
		go func() {
			for found(b, db, name) == 0 {
				time.Sleep(time.Millisecond)
			}
			searchable <- time.Since(began)
		}()
		x.shows(name)
		y.note("on the screen", time.Since(began))
		y.note("searchable", <-searchable)
	}
	y.millis(b, "ms-screen", "on the screen")
	y.millis(b, "ms-searchable", "searchable")
	y.tell(b)
	x.keys("q")
	x.gone(patient)
}

// quiet waits until the server has said nothing for a while, and tells how much
// it has said so far.
func quiet(gate *servertest.Proxy) int64 {
	for said := gate.Down(); ; said = gate.Down() {
		time.Sleep(300 * time.Millisecond)
		if gate.Down() == said {
			return said
		}
	}
}

// awaits waits until a client has given a command.
func awaits(gate *servertest.Proxy, command string) {
	for {
		log, _ := gate.Commands()
		for _, line := range log {
			if strings.Contains(strings.ToUpper(line), command) {
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
}
