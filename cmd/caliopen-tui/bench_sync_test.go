package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// benchMails is how many mails the comparison fetches; CALIOPEN_BENCH_MAILS
// asks for more.
func benchMails(b *testing.B) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_MAILS"))
	if err != nil || n <= 0 {
		return 5000
	}
	return n
}

// BenchmarkFullSync fetches a whole mailbox from Dovecot with this program
// (parsing, grouping, scoring and indexing included) and with "mbsync" followed
// by "notmuch new", by turns, three times. It reports messages a second and the
// ratios of the median times; the machine's drift falls on all alike.
func BenchmarkFullSync(b *testing.B) {
	servertest.Need(b, "mbsync", "notmuch")
	s := servertest.Dovecot(b)
	n := benchMails(b)
	fill(b, s, n)
	var ours, fetch, both []time.Duration
	for range 3 {
		ours = append(ours, timeOurs(b, s, n))
		f, i := timePeers(b, s)
		fetch, both = append(fetch, f), append(both, f+i)
	}
	us := median(ours)
	b.ReportMetric(float64(n)/us.Seconds(), "msg/s")
	b.ReportMetric(us.Seconds()/median(fetch).Seconds(), "x-mbsync")
	b.ReportMetric(us.Seconds()/median(both).Seconds(), "x-mbsync+notmuch")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d mails; ours %v, mbsync %v, mbsync and notmuch new %v", n, ours, fetch, both)
}

func fill(b *testing.B, s *servertest.Server, n int) {
	b.Helper()
	batch := make([][]byte, 0, 500)
	for i := range n {
		if batch = append(batch, servertest.Letter(1, i)); len(batch) == cap(batch) || i == n-1 {
			s.Deliver(servertest.Alice, "INBOX", "S", batch...)
			batch = batch[:0]
		}
	}
	// The server's own index is built before anybody is measured.
	s.Doveadm("index", "-u", servertest.Alice, "INBOX")
}

// timeOurs syncs into a new profile.
func timeOurs(b *testing.B, s *servertest.Server, n int) time.Duration {
	b.Helper()
	p := newProfile(b)
	err := accounts.AddAccount(filepath.Join(p.dir, "config.toml"), accounts.Account{
		Name: "alice", Kind: "mail", Address: servertest.Alice, CA: s.CAFile, PasswordCommand: "echo " + servertest.Password,
		IMAP: "imaps://localhost:" + port(s.IMAPS), SMTP: "smtps://localhost:1", // nothing is sent
	})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	out := p.must("", "sync", "--json")
	took := time.Since(began)
	if got := p.object("search", "--count", "in:INBOX")["count"]; got != float64(n) {
		b.Fatalf("%v messages after the sync (%s), want %d", got, out, n)
	}
	return took
}

// timePeers syncs into a new Maildir and indexes it.
func timePeers(b *testing.B, s *servertest.Server) (fetch, index time.Duration) {
	b.Helper()
	dir := b.TempDir()
	mail := filepath.Join(dir, "mail")
	rc := filepath.Join(dir, "mbsyncrc")
	notmuch := filepath.Join(dir, "notmuch-config")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write(rc, fmt.Sprintf(`IMAPAccount a
Host localhost
Port %s
User %s
Pass "%s"
SSLType IMAPS
CertificateFile %s

IMAPStore far
Account a

MaildirStore near
Path %s/
Inbox %s/INBOX

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
SyncState *
`, port(s.IMAPS), servertest.Alice, servertest.Password, s.CAFile, mail, mail))
	write(notmuch, fmt.Sprintf("[database]\npath=%s\n[user]\nname=A\nprimary_email=%s\n[new]\ntags=new\n", mail, servertest.Alice))
	if err := os.MkdirAll(mail, 0o700); err != nil {
		b.Fatal(err)
	}
	return timed(b, dir, notmuch, "mbsync", "-q", "-c", rc, "c"), timed(b, dir, notmuch, "notmuch", "new", "--quiet")
}

func timed(b *testing.B, home, notmuch, program string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "NOTMUCH_CONFIG="+notmuch)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return time.Since(began)
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}
