package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	var ours, fetch, both, again, peers []time.Duration
	for range 3 {
		first, second := timeOurs(b, s, n)
		ours, again = append(ours, first), append(again, second)
		f, i, nothing := timePeers(b, s)
		fetch, both, peers = append(fetch, f), append(both, f+i), append(peers, nothing)
	}
	us := median(ours)
	b.ReportMetric(median(again).Seconds()/median(peers).Seconds(), "x-mbsync-again")
	b.ReportMetric(float64(n)/us.Seconds(), "msg/s")
	b.ReportMetric(us.Seconds()/median(fetch).Seconds(), "x-mbsync")
	b.ReportMetric(us.Seconds()/median(both).Seconds(), "x-mbsync+notmuch")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d mails; ours %v, mbsync %v, mbsync and notmuch new %v; without changes: ours %v, mbsync %v", n, ours, fetch, both, again, peers)
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

// timeOurs syncs into a new profile, and once more when there is nothing new.
func timeOurs(b *testing.B, s *servertest.Server, n int) (first, again time.Duration) {
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
	sync := p.command("sync", "--json")
	var out strings.Builder
	sync.Stdout = &out
	if err := sync.Start(); err != nil {
		b.Fatal(err)
	}
	peak := memory(sync.Process.Pid)
	if err := sync.Wait(); err != nil {
		b.Fatalf("sync: %v", err)
	}
	first = time.Since(began)
	b.ReportMetric(float64(<-peak)/1024, "peak-MiB")
	if got := p.object("search", "--count", "in:INBOX")["count"]; got != float64(n) {
		b.Fatalf("%v messages after the sync (%s), want %d", got, out.String(), n)
	}
	began = time.Now()
	p.must("", "sync", "--json")
	return first, time.Since(began)
}

// memory watches how much memory a process has used at most, in KiB, for as
// long as it lives.
func memory(pid int) <-chan int {
	peak := make(chan int, 1)
	go func() {
		most := 0
		for {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, line, ok := strings.Cut(string(text), "VmHWM:")
			if err != nil || !ok {
				peak <- most
				return
			}
			var now int
			_, _ = fmt.Sscan(line, &now)
			most = max(most, now)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return peak
}

// timePeers syncs into a new Maildir, indexes it, and syncs once more.
func timePeers(b *testing.B, s *servertest.Server) (fetch, index, again time.Duration) {
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
	fetch = timed(b, dir, notmuch, "mbsync", "-q", "-c", rc, "c")
	index = timed(b, dir, notmuch, "notmuch", "new", "--quiet")
	return fetch, index, timed(b, dir, notmuch, "mbsync", "-q", "-c", rc, "c")
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
