package engine_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// mailbox is a transport whose server has everything in memory.
type mailbox struct {
	accounts.Transport
	raws [][]byte
}

func (*mailbox) Security() accounts.Security { return accounts.Security{TLS: "1.3", Verified: true} }
func (*mailbox) Close() error                { return nil }

// Sync hands everything over in the order and the portions of IMAP.
func (b *mailbox) Sync(ctx context.Context, m accounts.Mirror) error {
	if err := m.SaveFolder(ctx, accounts.Folder{Name: "INBOX", Use: accounts.UseInbox, Validity: 1}); err != nil {
		return err
	}
	for to := len(b.raws); to > 0; to -= 250 {
		var some []accounts.Copy
		for i := to - 1; i >= max(to-250, 0); i-- {
			some = append(some, accounts.Copy{
				Folder: "INBOX", Validity: 1, UID: uint32(i + 1), Raw: b.raws[i], Flags: accounts.Flags{Seen: i%50 != 0},
				Received: time.Date(2016, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(i) * 97 * time.Minute),
			})
		}
		if err := m.Add(ctx, some); err != nil {
			return err
		}
	}
	return m.Flush(ctx)
}

// watched is a store whose calls are timed.
type watched struct {
	*storage.DB
	mu      sync.Mutex
	adds    []time.Duration
	settled map[string]time.Duration
}

func (w *watched) Add(ctx context.Context, a conversation.AccountID, batch []engine.Arrival) (engine.Change, error) {
	began := time.Now()
	c, err := w.DB.Add(ctx, a, batch)
	w.mu.Lock()
	w.adds = append(w.adds, time.Since(began))
	w.mu.Unlock()
	return c, err
}

func (w *watched) Sweep(ctx context.Context, a conversation.AccountID) (engine.Change, error) {
	began := time.Now()
	defer func() { w.settled["sweep"] += time.Since(began) }()
	return w.DB.Sweep(ctx, a)
}

func (w *watched) Rejudge(ctx context.Context, a conversation.AccountID, judge func([]byte, *privacy.Evidence) bool) (engine.Change, error) {
	began := time.Now()
	defer func() { w.settled["rejudge"] += time.Since(began) }()
	return w.DB.Rejudge(ctx, a, judge)
}

// benchBox is the mailbox that is measured with; CALIOPEN_BENCH_MAILS asks for
// more mails.
func benchBox() *mailbox {
	n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_MAILS"))
	if err != nil || n <= 0 {
		n = 5000
	}
	box := &mailbox{raws: make([][]byte, n)}
	for i := range box.raws {
		box.raws[i] = servertest.Letter(1, i)
	}
	return box
}

func benchEngine(b *testing.B, box *mailbox) (*engine.Engine, *watched) {
	b.Helper()
	db, err := storage.Open(b.Context(), b.TempDir(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	w := &watched{DB: db, settled: map[string]time.Duration{}}
	e := engine.New(engine.Options{Store: w, Formats: map[conversation.Protocol]conversation.Format{conversation.Mail: mime.New()}})
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress(servertest.Alice)}}
	if err := e.Add(b.Context(), engine.Account{Own: own, Transport: box}); err != nil {
		b.Fatal(err)
	}
	return e, w
}

// BenchmarkPipeline runs a first pass without a network: parsing, scoring,
// grouping, packing, storing and indexing. It reports how long others wait for
// their turn to write at most, and what the interface's reads take meanwhile.
func BenchmarkPipeline(b *testing.B) {
	box := benchBox()
	n := len(box.raws)
	for b.Loop() {
		b.StopTimer()
		e, w := benchEngine(b, box)
		reads, stop := readMeanwhile(b, w.DB)
		b.StartTimer()
		began, used := time.Now(), cpu()
		sum := e.SyncOnce(b.Context(), nil)[0]
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "msg/s")
		b.ReportMetric(float64((cpu()-used).Microseconds())/float64(n), "cpu-µs/msg")
		b.StopTimer()
		stop()
		if sum.Err != nil || sum.New != n {
			b.Fatalf("%+v", sum)
		}
		report(b, w, reads(), n)
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkRebuild derives everything again from the sources.
func BenchmarkRebuild(b *testing.B) {
	box := benchBox()
	e, w := benchEngine(b, box)
	if sum := e.SyncOnce(b.Context(), nil)[0]; sum.Err != nil {
		b.Fatal(sum.Err)
	}
	format := mime.New()
	c := engine.Case{Own: []conversation.Address{conversation.MailAddress(servertest.Alice)}}
	parse := func(a conversation.AccountID, _ conversation.Protocol, raw []byte, at time.Time) conversation.Parsed {
		p := format.Parse(raw, conversation.ParseContext{Account: a, Own: c.Own[0], Received: at})
		c.Decide(&p)
		return p
	}
	for b.Loop() {
		if err := w.Rebuild(b.Context(), parse, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(box.raws)*b.N)/b.Elapsed().Seconds(), "msg/s")
}

// cpu is the time that the processors spent on this process. Unlike the wall's,
// it hardly depends on what else the machine does.
func cpu() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func report(b *testing.B, w *watched, reads []time.Duration, n int) {
	b.Helper()
	slices.Sort(reads)
	b.ReportMetric(float64(slices.Max(w.adds).Milliseconds()), "longest-add-ms")
	b.ReportMetric(float64(reads[len(reads)*95/100].Microseconds())/1000, "read-p95-ms")
	b.ReportMetric(float64(w.settled["sweep"].Milliseconds()), "sweep-ms")
	b.ReportMetric(float64(w.settled["rejudge"].Milliseconds()), "rejudge-ms")
	if s, err := w.Stats(b.Context()); err == nil {
		b.ReportMetric(float64(s.Bytes)/float64(n), "B/msg")
	}
	wal, err := os.Stat(w.Path() + "-wal")
	if err == nil {
		b.ReportMetric(float64(wal.Size())/(1<<20), "wal-MiB")
	}
}

// readMeanwhile reads the list, a page and a search by turns, as somebody who
// works during the pass would.
func readMeanwhile(b *testing.B, db *storage.DB) (times func() []time.Duration, stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	var all []time.Duration
	q, err := conversation.ParseQuery("gar*", time.Now(), "en")
	if err != nil {
		b.Fatal(err)
	}
	one := func() {
		page, err := db.Conversations(ctx, conversation.Window{Limit: 50})
		if err == nil && len(page.Rows) > 0 {
			_, _, _, err = db.Messages(ctx, page.Rows[0].ID, conversation.Span{Limit: 50})
		}
		if err == nil {
			_, err = db.Search(ctx, q, 50)
		}
		if err != nil && ctx.Err() == nil {
			b.Error(err)
		}
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			began := time.Now()
			one()
			all = append(all, time.Since(began)/3)
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	return func() []time.Duration { return all }, func() { cancel(); <-done }
}
