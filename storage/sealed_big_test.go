package storage_test

import (
	"os"
	"runtime/debug"
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

// BenchmarkSealedPage is the first page of a conversation of 500 messages, and
// the list, in clear and sealed by turns: "warm" with parts that were opened
// already, "cold" with nothing opened, as it is after an unlocking.
func BenchmarkSealedPage(b *testing.B) {
	type way struct {
		name string
		db   *storage.DB
		cold bool
	}
	clear, _ := sealedCrowd(b, 500, 3000, false, true)
	sealed, _ := sealedCrowd(b, 500, 3000, true, true)
	ways := []way{{"clear", clear, false}, {"warm", sealed, false}, {"cold", sealed, true}}
	page, rows := map[string][]time.Duration{}, map[string][]time.Duration{}
	for b.Loop() {
		for range 100 {
			for _, w := range ways {
				if w.cold {
					w.db.DropPrivateIndex()
				}
				began := time.Now()
				id := list(b, w.db).Rows[0].ID
				rows[w.name] = append(rows[w.name], time.Since(began))
				if w.cold {
					w.db.DropPrivateIndex()
				}
				began = time.Now()
				ms, _, _, err := w.db.Messages(b.Context(), id, conversation.Span{Limit: 50})
				page[w.name] = append(page[w.name], time.Since(began))
				must(b, err)
				if len(ms) != 50 || ms[0].Text == "" {
					b.Fatal("no text")
				}
			}
		}
	}
	for what, took := range map[string]map[string][]time.Duration{"page": page, "list": rows} {
		for _, d := range took {
			slices.Sort(d)
		}
		for _, w := range ways {
			b.ReportMetric(float64(within(took[w.name], 50).Microseconds()), what+"-"+w.name+"-µs")
			b.ReportMetric(float64(within(took[w.name], 50))/float64(within(took["clear"], 50)), what+"-"+w.name+"-x")
		}
	}
	b.ReportMetric(0, "ns/op")
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

// benchSealed is how many sealed messages are indexed. CALIOPEN_BENCH_SEALED
// asks for another number.
func benchSealed() int {
	if n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_SEALED")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// BenchmarkPrivateIndex builds the index of 100,000 sealed messages in memory,
// and measures what lists, pages and searches cost meanwhile, beside what they
// cost afterwards.
func BenchmarkPrivateIndex(b *testing.B) {
	db, _ := sealedCrowd(b, benchSealed(), 1000, true, false)
	word, err := conversation.ParseQuery(newCrowd(2).words[0], start, "en")
	must(b, err)
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			db.DropPrivateIndex()
			debug.FreeOSMemory()
			before := resident(b)
			done := make(chan error)
			go func() { done <- db.BuildPrivateIndex(b.Context()) }()
			busy := latency(b, db, word, 0, done)
			debug.FreeOSMemory()
			b.ReportMetric(float64(resident(b)-before)/(1<<20), "MiB")
			idle := latency(b, db, word, 200, nil)
			for name := range idle {
				for at, share := range map[string]int{"p50": 50, "p99": 99, "max": 100} {
					was, is := within(idle[name], share), within(busy[name], share)
					b.ReportMetric(float64(is.Microseconds()), name+"-"+at+"-µs")
					b.ReportMetric(float64(is)/float64(was), name+"-"+at+"-x")
				}
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

// within gives the duration that so many percent of them do not exceed.
func within(sorted []time.Duration, percent int) time.Duration {
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

// latency does what keys ask for, twenty times a second, so many times or until
// something else is done, and gives how long it took each time, sorted.
func latency(b *testing.B, db *storage.DB, word *conversation.Query, times int, done <-chan error) map[string][]time.Duration {
	b.Helper()
	page := list(b, db)
	keys := map[string]func(n int) error{
		"list": func(int) error {
			_, err := db.Conversations(b.Context(), conversation.Window{Limit: 50})
			return err
		},
		"page": func(n int) error {
			_, _, _, err := db.Messages(b.Context(), page.Rows[n%len(page.Rows)].ID, conversation.Span{Limit: 50})
			return err
		},
		"search": func(int) error {
			_, err := db.Search(b.Context(), word, 50)
			return err
		},
	}
	out := map[string][]time.Duration{}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; done != nil || n < times; n++ {
		for name, press := range keys {
			began := time.Now()
			must(b, press(n))
			out[name] = append(out[name], time.Since(began))
		}
		select {
		case err := <-done:
			must(b, err)
			done = nil
		case <-tick.C:
		}
	}
	for _, took := range out {
		slices.Sort(took)
	}
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
