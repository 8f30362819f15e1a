package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// truth is what a mailbox is on the server, and what it has to become here.
type truth struct {
	user     string
	boxes    []servertest.Mailbox
	portrait []string
}

// truth asks an independent client for what is on the server, and has the
// program fetch all of it into an empty store.
func (k *rack) truth(t *testing.T, user string) *truth {
	t.Helper()
	v := k.victim(t, user, k.server.IMAPS)
	p := v.run(t)
	for range 2 { // the second one settles what is learned of the provider
		if sum := p.sync(); sum.Err != nil {
			t.Fatalf("a pass without any fault: %v", sum.Err)
		}
	}
	return &truth{user: user, boxes: k.server.DumpAll(user), portrait: portrait(t, v.Dir)}
}

// writing are the commands that change something on a server.
var writing = regexp.MustCompile(`(?i)^(UID )?(STORE|EXPUNGE|APPEND|MOVE|COPY|CREATE|DELETE|RENAME|CLOSE|SELECT|SUBSCRIBE)\b`)

// bodies are the commands that fetch whole messages.
var wholeFetch = regexp.MustCompile(`(?i)BODY(\.PEEK)?\[\]`)

// faults collects what is not as it has to be.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// recovers lets two passes go by without any fault and checks that everything
// is as it has to be.
func (p *process) recovers(t *testing.T, proxy *servertest.Proxy, want *truth) {
	t.Helper()
	p.settles(t, proxy)
	for _, text := range p.verdict(t, proxy, want) {
		t.Error(text)
	}
}

// settles ends the fault and lets two passes go by. What was set aside is asked
// for again after a day.
func (p *process) settles(t *testing.T, proxy *servertest.Proxy) {
	t.Helper()
	proxy.Lift()
	var aside int
	if err := peek(t, p.v.Dir).QueryRowContext(t.Context(), "SELECT count(*) FROM quarantine").Scan(&aside); err != nil {
		t.Fatal(err)
	}
	if aside > 0 {
		defer func(before time.Duration) { p.ahead = before }(p.ahead)
		p.ahead += 25 * time.Hour
	}
	for range 2 {
		if sum := p.sync(); sum.Err != nil {
			t.Logf("a pass after the fault: %v", sum.Err)
		}
	}
}

// verdict checks everything.
func (p *process) verdict(t *testing.T, proxy *servertest.Proxy, want *truth) (all faults) {
	t.Helper()
	log, _ := proxy.Commands()
	for _, c := range log {
		if writing.MatchString(c) {
			all.add("I6: nobody asked for %q", c)
		}
	}
	return append(all, p.reached(t, proxy, want)...)
}

// reached is verdict where the user has asked for changes on the server.
func (p *process) reached(t *testing.T, proxy *servertest.Proxy, want *truth) (all faults) {
	t.Helper()
	p.converged(t, &all, want)
	p.idempotent(t, &all, proxy)
	p.intact(&all)
	return all
}

// held gives the hash of the source of each copy that is here, and whether it
// is read and starred.
func (p *process) held(t *testing.T) map[string][]string {
	t.Helper()
	rows, err := peek(t, p.v.Dir).QueryContext(t.Context(), `SELECT f.name || '/' || l.validity || '/' || l.uid,
		lower(hex(r.sha)) || CASE WHEN l.flags & 1 THEN ' \Seen' ELSE '' END || CASE WHEN l.flags & 2 THEN ' \Flagged' ELSE '' END FROM location l
		JOIN folder f ON f.id = l.folder JOIN raw r ON r.id = l.raw WHERE l.uid <> 0 AND f.local = 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	have := map[string][]string{}
	for rows.Next() {
		var key, sha string
		if err := rows.Scan(&key, &sha); err != nil {
			t.Fatal(err)
		}
		have[key] = append(have[key], sha)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return have
}

// converged compares with the server (I1, I2) and with a fresh sync (I3).
func (p *process) converged(t *testing.T, all *faults, want *truth) {
	t.Helper()
	p.compared(t, all, want.boxes)
	if diff := differences(portrait(t, p.v.Dir), want.portrait); len(diff) > 0 {
		all.add("I3: %d lines differ from a fresh sync (+ is here, - is there):\n%.3000s", len(diff), strings.Join(diff, "\n"))
	}
}

// compared compares with the server (I1, I2).
func (p *process) compared(t *testing.T, all *faults, boxes []servertest.Mailbox) {
	t.Helper()
	have := p.held(t)
	for _, box := range boxes {
		for _, m := range box.Messages {
			key := fmt.Sprintf("%s/%d/%d", box.Name, box.Validity, m.UID)
			is := m.SHA256
			for _, flag := range []string{`\Seen`, `\Flagged`} {
				if slices.Contains(m.Flags, flag) {
					is += " " + flag
				}
			}
			switch got := have[key]; {
			case !slices.Contains(got, is):
				all.add("I1: %s is not here as it is on the server (%v)", key, got)
			case len(got) > 1:
				all.add("I2: %s is here %d times", key, len(got))
			}
			delete(have, key)
		}
	}
	for key := range have {
		all.add("I1: %s is here and not on the server", key)
	}
}

// idempotent runs one more pass, which has nothing to do (I4).
func (p *process) idempotent(t *testing.T, all *faults, proxy *servertest.Proxy) {
	t.Helper()
	db := peek(t, p.v.Dir)
	version := func() (n int) {
		if err := db.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	proxy.Commands()
	before := version()
	if sum := p.sync(); sum.Err != nil {
		all.add("I4: one more pass: %v", sum.Err)
	}
	if version() != before {
		all.add("I4: one more pass wrote something")
	}
	log, bodies := proxy.Commands()
	for _, c := range log {
		if wholeFetch.MatchString(c) {
			all.add("I4: one more pass asks for %q", c)
		}
	}
	if bodies > 0 {
		all.add("I4: one more pass fetched %d messages", bodies)
	}
}

// intact looks for damage in the database (I5).
func (p *process) intact(all *faults) {
	problems, err := p.db.Check(context.Background())
	if err != nil {
		all.add("I5: %v", err)
	}
	for _, text := range problems {
		all.add("I5: %s", text)
	}
}

// The checks see what they are there for.
func TestTortureSeesDamage(t *testing.T) {
	k := &rack{torture: &torture{}, t: t, server: servertest.Dovecot(t)}
	user := k.filled(10)
	want, proxy := k.truth(t, user), k.server.Proxy(t)
	for code, spoil := range map[string]string{
		"":   "SELECT 1",
		"I1": "DELETE FROM location WHERE uid = 3",
		"I2": "INSERT INTO location (folder, validity, uid, remote, message, raw, flags) SELECT folder, validity, uid, 'x', message, raw, flags FROM location WHERE uid = 4",
		"I3": "UPDATE message SET subject = 'other' WHERE id = (SELECT min(id) FROM message)",
		"I5": "UPDATE conversation SET unread = unread + 1",
	} {
		p := k.victim(t, user, proxy.Addr).run(t)
		p.settles(t, proxy)
		db, err := sql.Open("sqlite3", p.db.Path())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), spoil); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, text := range p.verdict(t, proxy, want) {
			found = append(found, text[:2])
		}
		if code == "" && len(found) > 0 || code != "" && !slices.Contains(found, code) {
			t.Errorf("%q: found %v", spoil, found)
		}
	}
	p := k.victim(t, user, proxy.Addr).run(t)
	p.settles(t, proxy)
	k.server.Save(user, "INBOX", small(2, 1))
	if all := p.verdict(t, proxy, want); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, "I4") }) {
		t.Errorf("a pass that fetches is not seen: %v", all)
	}
}
