package storage_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// sealedCrowd fills a database with sealed messages of a crowd, or clear ones.
func sealedCrowd(t testing.TB, n, size int, sealed bool, twinned bool) (*storage.DB, *vault) {
	t.Helper()
	db, v := sealedDB(t)
	c := newCrowd(2)
	for at := 0; at < n; at += 2000 {
		batch := c.batch(at, min(2000, n-at), size)
		for i := range batch {
			if twinned {
				batch[i] = twin(at+i, "zoe@example.org", c)
			}
			batch[i].Parsed.Private = sealed
		}
		addAll(t, db, batch...)
	}
	return db, v
}

// BenchmarkSealedPage is the first page of a conversation of 500 messages,
// sealed and clear. A part that is opened already is not opened again; "cold"
// opens all of them.
func BenchmarkSealedPage(b *testing.B) {
	for _, kind := range []string{"clear", "sealed", "cold"} {
		db, _ := sealedCrowd(b, 500, 3000, kind != "clear", true)
		id := list(b, db).Rows[0].ID
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				if kind == "cold" {
					db.DropPrivateIndex()
				}
				ms, _, _, err := db.Messages(b.Context(), id, conversation.Span{Limit: 50})
				must(b, err)
				if len(ms) != 50 || ms[0].Text == "" {
					b.Fatal("no text")
				}
			}
		})
		b.Run(kind+"/list", func(b *testing.B) {
			for b.Loop() {
				list(b, db)
			}
		})
	}
}

// BenchmarkSealedAdd compares storing sealed messages with clear ones.
func BenchmarkSealedAdd(b *testing.B) {
	for _, sealed := range []bool{false, true} {
		b.Run(strconv.FormatBool(sealed), func(b *testing.B) {
			db, _ := sealedDB(b)
			c, n := newCrowd(1), 0
			for b.Loop() {
				b.StopTimer()
				batch := c.batch(n, 1000, 3000)
				for i := range batch {
					batch[i].Packed, batch[i].Parsed.Private = db.Pack(batch[i].Copy.Raw), sealed
				}
				n += 1000
				b.StartTimer()
				addAll(b, db, batch...)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

// BenchmarkPrivateIndex builds the index of 100,000 sealed messages in memory,
// and measures what the list costs meanwhile.
func BenchmarkPrivateIndex(b *testing.B) {
	db, _ := sealedCrowd(b, 100_000, 1000, true, false)
	idle := latency(b, db, func(context.Context) bool { return false })
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			db.DropPrivateIndex()
			before := resident(b)
			stop, done := context.WithCancel(b.Context())
			var build error
			go func() {
				defer done()
				build = db.BuildPrivateIndex(b.Context())
			}()
			worst := latency(b, db, func(context.Context) bool { return stop.Err() == nil })
			<-stop.Done()
			must(b, build)
			b.ReportMetric(float64(resident(b)-before)/(1<<20), "MiB")
			for name, l := range map[string][]time.Duration{"idle": idle, "busy": worst} {
				b.ReportMetric(float64(l[len(l)/2].Microseconds()), name+"-p50-µs")
				b.ReportMetric(float64(l[len(l)*99/100].Microseconds()), name+"-p99-µs")
				b.ReportMetric(float64(l[len(l)-1].Microseconds()), name+"-max-µs")
			}
		}
	})
	w := newCrowd(2).words
	for name, text := range map[string]string{"frequent": w[0], "rare": w[19_000], "two": w[0] + " " + w[1], "not": w[0] + " -" + w[1], "from": "from:person1 " + w[2]} {
		q, err := conversation.ParseQuery(text, start, "en")
		must(b, err)
		b.Run("search/"+name, func(b *testing.B) {
			for b.Loop() {
				_, err := db.Search(b.Context(), q, 50)
				must(b, err)
			}
		})
		b.Run("count/"+name, func(b *testing.B) {
			for b.Loop() {
				_, err := db.Count(b.Context(), q)
				must(b, err)
			}
		})
	}
}

// latency lists conversations, at least 100 times and while
// it goes on, and gives how long each took, the longest last.
func latency(b *testing.B, db *storage.DB, more func(context.Context) bool) []time.Duration {
	b.Helper()
	var out []time.Duration
	for i := 0; i < 100 || more(b.Context()); i++ {
		began := time.Now()
		list(b, db)
		out = append(out, time.Since(began))
		<-time.After(5 * time.Millisecond) // as fast as anybody types
	}
	slices.Sort(out)
	return out
}

// resident gives the memory of the process, where that can be known.
func resident(b *testing.B) int64 {
	b.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	must(b, err)
	return pages * int64(os.Getpagesize())
}
