//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// talk are 500 mails of somebody. What tells that they are shown stands too far
// behind for the list.
func talk(b *testing.B, a *app, name string, first int, sealed bool) {
	b.Helper()
	batch := make([]accounts.Arrival, 500)
	for i := range batch {
		text := strings.Repeat(fmt.Sprintf("Words of mail %d, and some more of them. ", i), 5) + "\r\n\r\nSo says " + strings.ToUpper(name) + ".\r\n"
		raw := letter(name, strings.ToLower(name)+"@example.net", fmt.Sprintf("Number %d", first+i), text)
		batch[i] = arrival(a.db, uint32(first+i), raw)
		if sealed {
			batch[i].Parsed.Private, batch[i].Parsed.Outer = true, "..."
		}
	}
	if _, err := a.db.Add(b.Context(), "alice", batch); err != nil {
		b.Fatal(err)
	}
}

// twoTalks is a profile with two conversations of 500 mails, one in clear and
// one sealed, that opens without asking.
func twoTalks(b *testing.B) *profile {
	b.Helper()
	p := newProfile(b)
	a := benchApp(b, p.dir)
	if _, err := a.ring.Generate(b.Context(), conversation.MailAddress(servertest.Alice), "Alice", nil); err != nil {
		b.Fatal(err)
	}
	talk(b, a, "Clara", 1, false)
	talk(b, a, "Selma", 1001, true)
	if err := a.db.SaveFolder(b.Context(), "alice", accounts.Folder{Name: "INBOX", Use: accounts.UseInbox}); err != nil {
		b.Fatal(err)
	}
	if err := a.close(); err != nil {
		b.Fatal(err)
	}
	p.with("CALIOPEN_CONFIG="+filepath.Join(p.dir, "config.toml"), "CALIOPEN_DATA="+filepath.Join(p.dir, "data"))
	return p
}

// BenchmarkTimeline opens a conversation of 500 mails from the list until its
// newest text is on the screen, one in clear and one sealed by turns.
func BenchmarkTimeline(b *testing.B) {
	p := twoTalks(b)
	p.self = built(b, ".")
	x := openTerminal(b, p.command(), 80, 24, silent) // too small for the list beside the mails
	x.shows("Clara", "selma")
	// The newest conversation is the first, and the cursor is on it.
	order := []string{"Clara", "Selma"}
	if s := x.screen(); strings.Index(s, "selma") < strings.Index(s, "Clara") {
		order = []string{"Selma", "Clara"}
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		for round := range 41 {
			for i, name := range order {
				began := time.Now()
				x.keys("\r")
				x.shows("So says " + strings.ToUpper(name))
				if round > 0 {
					took[name] = append(took[name], time.Since(began))
				}
				x.keys("h")
				x.shows("Clara", "selma", "Conversations")
				x.hides("So says")
				x.keys([]string{"j", "k"}[i])
				<-time.After(time.Duration(60+7*round%17) * time.Millisecond) // not in step with the frames
			}
		}
	}
	clear, sealed := median(took["Clara"]), median(took["Selma"])
	b.ReportMetric(float64(clear.Microseconds())/1000, "ms-clear")
	b.ReportMetric(float64(sealed.Microseconds())/1000, "ms-sealed")
	b.ReportMetric(sealed.Seconds()/clear.Seconds(), "x-clear")
	b.ReportMetric(0, "ns/op")
	x.keys("q")
	x.gone(patient)
}
