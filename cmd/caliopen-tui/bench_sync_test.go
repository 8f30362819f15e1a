//go:build unix

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/storage"
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

// yard is a server with a full mailbox and the programs that fetch from it.
type yard struct {
	b     *testing.B // the whole benchmark, whose folders outlive its parts
	s     *servertest.Server
	n     int
	bytes int64 // of all mails
	self  string
	other string // another build of the program, to compare with; empty for none

	took  map[string][]time.Duration
	ours  *profile // as the last one of ours left it
	peers peers
}

// newYard fills a server. CALIOPEN_BENCH_OTHER names another build of this
// program, an older one for example, that is measured beside this one.
func newYard(b *testing.B) *yard {
	b.Helper()
	servertest.Need(b, "mbsync", "notmuch")
	y := &yard{b: b, s: servertest.Dovecot(b), n: benchMails(b), self: built(b, "."), other: os.Getenv("CALIOPEN_BENCH_OTHER"), took: map[string][]time.Duration{}}
	batch := make([][]byte, 0, 500)
	for i := range y.n {
		batch = append(batch, servertest.Letter(1, i))
		y.bytes += int64(len(batch[len(batch)-1]))
		if len(batch) == cap(batch) || i == y.n-1 {
			y.s.Deliver(servertest.Alice, "INBOX", "S", batch...)
			batch = batch[:0]
		}
	}
	// The server's own index is built before anybody is measured.
	y.s.Doveadm("index", "-u", servertest.Alice, "INBOX")
	return y
}

// note keeps a time of something that is measured by turns.
func (y *yard) note(what string, d time.Duration) { y.took[what] = append(y.took[what], d) }

// ratio reports the median of one thing as so many times that of another.
func (y *yard) ratio(b *testing.B, unit, what, of string) {
	b.Helper()
	if len(y.took[what]) > 0 && len(y.took[of]) > 0 {
		b.ReportMetric(median(y.took[what]).Seconds()/median(y.took[of]).Seconds(), unit)
	}
}

// millis reports a median.
func (y *yard) millis(b *testing.B, unit, what string) {
	b.Helper()
	b.ReportMetric(float64(median(y.took[what]).Microseconds())/1000, unit)
}

// tell ends a benchmark with all that was measured.
func (y *yard) tell(b *testing.B) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	load, _ := os.ReadFile("/proc/loadavg")
	b.Logf("%d mails of %d bytes; load %s", y.n, y.bytes/int64(y.n), strings.TrimSpace(string(load)))
	for _, what := range slices.Sorted(maps.Keys(y.took)) {
		b.Logf("%s: %v", what, y.took[what])
	}
	clear(y.took)
}

// empty is a new profile of the mailbox.
func (y *yard) empty(b *testing.B, program string) *profile {
	b.Helper()
	p := newProfile(y.b)
	p.self = program
	y.account(b, p, y.s.IMAPS)
	return p
}

// account makes the mailbox the account of a profile, at that address.
func (y *yard) account(b *testing.B, p *profile, at string) {
	b.Helper()
	err := accounts.AddAccount(filepath.Join(p.dir, "config.toml"), accounts.Account{
		Name: "alice", Kind: "mail", Address: servertest.Alice, CA: y.s.CAFile, PasswordCommand: "echo " + servertest.Password,
		IMAP: "imaps://localhost:" + port(at), SMTP: "smtps://localhost:1", // nothing is sent
	})
	if err != nil {
		b.Fatal(err)
	}
}

// fetch syncs into a new profile, and tells what the process took.
func (y *yard) fetch(b *testing.B, program, name string) (p *profile, peak int) {
	b.Helper()
	p = y.empty(b, program)
	var out strings.Builder
	sync := p.command("sync", "--json")
	sync.Stdout, sync.Stderr = &out, &out
	began := time.Now()
	if err := sync.Start(); err != nil {
		b.Fatal(err)
	}
	most := memory(sync.Process.Pid)
	if err := sync.Wait(); err != nil {
		b.Fatalf("sync: %v\n%s", err, out.String())
	}
	y.note(name, time.Since(began))
	y.note(name+" processor", sync.ProcessState.UserTime()+sync.ProcessState.SystemTime())
	if got := p.object("search", "--count", "in:INBOX")["count"]; got != float64(y.n) {
		b.Fatalf("%v messages after the sync (%s), want %d", got, out.String(), y.n)
	}
	return p, <-most
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

// BenchmarkPeers fetches a whole mailbox from Dovecot with this program
// (parsing, grouping, scoring and indexing included) and with "mbsync" followed
// by "notmuch new", by turns, three times, and then asks of both what is asked
// of them every day. It reports the ratios of the median times; the machine's
// drift falls on all alike.
func BenchmarkPeers(b *testing.B) {
	y := newYard(b)
	b.Run("first", y.first)
	b.Run("again", y.again)
	b.Run("search", y.search)
	b.Run("newest", y.newest)
	b.Run("arrival", y.arrival)
	b.Run("huge", y.huge)
}

// first measures first syncs, and what they leave on the disk.
func (y *yard) first(b *testing.B) {
	peak := 0
	for range 3 {
		var now int
		y.ours, now = y.fetch(b, y.self, "ours")
		peak = max(peak, now)
		if y.other != "" {
			y.fetch(b, y.other, "other")
		}
		y.peers = y.fetchPeers(b)
	}
	for i, d := range y.took["mbsync"] {
		y.note("mbsync and notmuch", d+y.took["notmuch new"][i])
	}
	b.ReportMetric(float64(y.n)/median(y.took["ours"]).Seconds(), "msg/s")
	b.ReportMetric(float64(median(y.took["ours processor"]).Microseconds())/float64(y.n), "cpu-µs/msg")
	b.ReportMetric(float64(peak)/1024, "peak-MiB")
	y.ratio(b, "x-mbsync", "ours", "mbsync")
	y.ratio(b, "x-mbsync+notmuch", "ours", "mbsync and notmuch")
	y.ratio(b, "x-other", "ours", "other")
	y.ratio(b, "x-other-cpu", "ours processor", "other processor")
	y.disk(b)
	y.tell(b)
}

// disk reports what the database takes, beside what the mails do.
func (y *yard) disk(b *testing.B) {
	b.Helper()
	db := storeOf(b, y.ours)
	info, err := os.Stat(db.Path())
	if err != nil {
		b.Fatal(err)
	}
	var raw int64
	for i := range y.n {
		raw += int64(len(db.Pack(servertest.Letter(1, i))))
	}
	b.ReportMetric(float64(info.Size())/float64(y.n), "B/msg")
	b.ReportMetric(float64(info.Size()-raw)/float64(y.n), "B/msg-without-raw")
	b.ReportMetric(float64(info.Size()-raw)/float64(y.bytes), "x-mails-without-raw")
}

// storeOf gives the store of a profile, until the benchmark is over.
func storeOf(b *testing.B, p *profile) *storage.DB {
	b.Helper()
	db, err := storage.Open(context.Background(), filepath.Join(p.dir, "data"), storage.Options{Score: score})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// again measures syncs without anything new.
func (y *yard) again(b *testing.B) {
	y.ready(b)
	for range 11 {
		began := time.Now()
		y.ours.must("", "sync", "--json")
		y.note("ours", time.Since(began))
		y.note("mbsync", y.peers.sync(b))
	}
	y.millis(b, "ms", "ours")
	y.millis(b, "ms-mbsync", "mbsync")
	y.ratio(b, "x-mbsync", "ours", "mbsync")
	y.tell(b)
}

// ready sees to it that there is something to ask, where the first syncs were
// not asked for.
func (y *yard) ready(b *testing.B) {
	b.Helper()
	if y.ours != nil {
		return
	}
	y.ours, _ = y.fetch(b, y.self, "first")
	y.peers = y.fetchPeers(b)
	clear(y.took)
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}
