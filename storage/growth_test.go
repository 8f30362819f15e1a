package storage_test

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// BenchmarkGrowth loads mailboxes of rising size, a tenth, a third and the
// whole of CALIOPEN_BENCH_MAILS (9,000), and tells for each what a message
// costs: time, bytes on disk with and without the sources, memory, and how long
// the list, a page, a search and opening take then. Time and bytes a message
// are to stay as they are, and so is all the rest.
func BenchmarkGrowth(b *testing.B) {
	total := 9000
	if n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_MAILS")); err == nil {
		total = n
	}
	for _, n := range []int{total / 10, total / 3, total} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				grow(b, n)
			}
		})
	}
}

func grow(b *testing.B, n int) {
	db := opened(b)
	ctx, c := b.Context(), newCrowd(2)
	var took time.Duration
	var memory runtime.MemStats
	var peak uint64
	for at := 0; at < n; at += 2000 {
		batch := c.batch(at, min(2000, n-at), 2500)
		for i := range batch {
			batch[i].Packed = db.Pack(batch[i].Copy.Raw)
		}
		began := time.Now()
		_, err := db.Add(ctx, home, batch)
		must(b, err)
		took += time.Since(began)
		runtime.ReadMemStats(&memory)
		peak = max(peak, memory.HeapInuse)
	}
	began := time.Now()
	_, err := db.Sweep(ctx, home)
	must(b, err)
	took += time.Since(began)
	must(b, db.Empty(ctx))
	info, err := os.Stat(db.Path())
	must(b, err)
	raw, err := db.RawBytes(ctx)
	must(b, err)
	for name, v := range map[string]float64{
		"µs/msg": float64(took.Microseconds()) / float64(n), "B/msg": float64(info.Size()) / float64(n),
		"B/msg-without-raw": float64(info.Size()-raw) / float64(n), "heap-MB": float64(peak) / (1 << 20), "rss-MB": float64(resident(b)) / (1 << 20),
	} {
		b.ReportMetric(v, name)
	}
	q, err := conversation.ParseQuery(c.words[5]+" "+c.words[9], start, "en")
	must(b, err)
	row := list(b, db).Rows[0].ID
	for name, f := range map[string]func() error{
		"list-µs":   func() error { _, err := db.Conversations(ctx, conversation.Window{Limit: 50}); return err },
		"page-µs":   func() error { _, _, _, err := db.Messages(ctx, row, conversation.Span{Limit: 50}); return err },
		"search-µs": func() error { _, err := db.Search(ctx, q, 50); return err },
		"open-µs": func() error {
			again, err := storage.Open(ctx, dirOf(db), storage.Options{})
			if err == nil {
				err = again.Close()
			}
			return err
		},
	} {
		b.ReportMetric(median(b, f), name)
	}
}

// median gives the middle of nine times, in microseconds.
func median(b *testing.B, f func() error) float64 {
	var all []float64
	for range 9 {
		began := time.Now()
		must(b, f())
		all = append(all, float64(time.Since(began).Nanoseconds())/1000)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
