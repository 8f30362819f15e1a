//go:build unix

package main

import (
	"context"
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
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// benchStored is how many messages lie in the store of the start.
// CALIOPEN_BENCH_STORED asks for another number.
func benchStored() int {
	if n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_STORED")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// large is a profile with that many messages. Filling takes a minute, so the
// folder named by CALIOPEN_BENCH_PROFILE keeps it from run to run.
func large(b *testing.B) *profile {
	b.Helper()
	p := newProfile(b)
	if dir := os.Getenv("CALIOPEN_BENCH_PROFILE"); dir != "" {
		p.dir = dir
		p.with("CALIOPEN_CONFIG="+filepath.Join(dir, "config.toml"), "CALIOPEN_DATA="+filepath.Join(dir, "data"))
	}
	config := filepath.Join(p.dir, "config.toml")
	if _, err := os.Stat(config); err == nil {
		return p
	}
	began := time.Now()
	// Mailboxes of nine years each, since no mail is of a day to come.
	store(b, filepath.Join(p.dir, "data"), benchStored(), func(i int) []byte { return servertest.Letter(uint64(1+i/50_000), i%50_000) })
	b.Logf("%d messages stored in %v", benchStored(), time.Since(began))
	if err := accounts.AddAccount(config, offline()); err != nil {
		b.Fatal(err)
	}
	return p
}

// built gives a program of this module as a user has it.
func built(b *testing.B, pkg string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-trimpath", "-tags", "sqlite_fts5", "-o", path, pkg).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// BenchmarkStart measures from the start of the process to the first usable
// frame on the terminal: a store of 100,000 messages beside a program that does
// nothing but say hello with the same library, by turns.
func BenchmarkStart(b *testing.B) {
	p := large(b)
	hello := built(b, "./testdata/hello")
	p.self = built(b, ".")
	var ours, theirs []time.Duration
	for range 21 {
		theirs = append(theirs, startOf(b, exec.Command(hello), p.env, "this is usable"))
		ours = append(ours, startOf(b, p.command(), p.env, "unread"))
	}
	us, them := median(ours), median(theirs)
	b.ReportMetric(float64(us.Microseconds())/1000, "ms")
	b.ReportMetric(float64(them.Microseconds())/1000, "ms-hello")
	b.ReportMetric(us.Seconds()/them.Seconds(), "x-hello")
	// What others do on the machine only ever adds, so the best of each says most.
	b.ReportMetric(slices.Min(ours).Seconds()/slices.Min(theirs).Seconds(), "x-hello-best")
	b.ReportMetric(0, "ns/op")
	b.Logf("ours %v\nhello %v", ours, theirs)
}

// startOf runs a program in a terminal until a text is on the screen.
func startOf(b *testing.B, cmd *exec.Cmd, env []string, marker string) time.Duration {
	b.Helper()
	cmd.Env = env
	x := openTerminal(b, cmd, 100, 30, silent)
	x.shows(marker)
	took := time.Since(x.started)
	x.keys("q")
	x.gone(patient)
	return took
}

// BenchmarkIdle watches the open interface do nothing for ten seconds, and the
// empty program at the same time: the library draws by a clock of its own.
func BenchmarkIdle(b *testing.B) {
	p := large(b)
	p.self = built(b, ".")
	hello := exec.Command(built(b, "./testdata/hello"))
	hello.Env = p.env
	x, y := p.in(b, silent), openTerminal(b, hello, 100, 30, silent)
	x.shows("unread")
	y.shows("this is usable")
	const settled, watched = 3 * time.Second, 10 * time.Second
	time.Sleep(settled)
	us, them := processorTime(b, x.cmd.Process.Pid), processorTime(b, hello.Process.Pid)
	time.Sleep(watched)
	us, them = processorTime(b, x.cmd.Process.Pid)-us, processorTime(b, hello.Process.Pid)-them
	b.ReportMetric(100*us.Seconds()/watched.Seconds(), "%CPU")
	b.ReportMetric(100*them.Seconds()/watched.Seconds(), "%CPU-hello")
	b.ReportMetric(float64(residentSize(b, x.cmd.Process.Pid))/(1<<20), "MB-RSS")
	b.ReportMetric(0, "ns/op")
}

// processorTime reads what a process has used so far, from /proc.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		b.Skipf("no /proc here: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest) // from the third field on, proc(5)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / 100
}

func residentSize(b *testing.B, pid int) int {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		b.Skipf("no /proc here: %v", err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return pages * os.Getpagesize()
}

// BenchmarkJoin joins the two people with most messages of a large store until
// the list shows it, and splits them again outside of the measure.
func BenchmarkJoin(b *testing.B) {
	p := large(b)
	ctx := context.Background()
	db, err := storage.Open(ctx, filepath.Join(p.dir, "data"), storage.Options{Score: score})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	list := func() conversation.Page {
		page, err := db.Conversations(ctx, conversation.Window{Kinds: []conversation.Kind{conversation.KindPeople}, Limit: 50})
		if err != nil {
			b.Fatal(err)
		}
		return page
	}
	first := list()
	one, two := first.Rows[0].Contacts[0].Contact, first.Rows[1].Contacts[0].Contact
	joined, err := db.Contact(ctx, two)
	if err != nil {
		b.Fatal(err)
	}
	address := joined.Addresses[0].Address
	for b.Loop() {
		if err := db.JoinContacts(ctx, one, two); err != nil {
			b.Fatal(err)
		}
		list()
		b.StopTimer()
		if two, err = db.SplitContact(ctx, one, address); err != nil { // a new contact each time
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
