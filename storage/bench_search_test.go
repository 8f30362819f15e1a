package storage_test

import (
	"context"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// benchMails is how many messages the search is measured with.
func benchMails(t testing.TB) int {
	t.Helper()
	text := os.Getenv("CALIOPEN_BENCH_MAILS")
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// library is a database with n varied messages. With CALIOPEN_BENCH_DIR it is
// kept there, and found again by the next run.
func library(t testing.TB, n int) *storage.DB {
	t.Helper()
	dir := os.Getenv("CALIOPEN_BENCH_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	db := openAt(t, dir)
	q, err := conversation.ParseQuery("", start, "en")
	must(t, err)
	if had, err := db.Count(t.Context(), q); err != nil || had >= n {
		must(t, err)
		return db
	}
	furnish(t, db, home, own)
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	must(t, db.SetOwn(t.Context(), []accounts.Own{
		{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{own}, Name: "Me"},
		{Account: work, Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("me@work.example")}, Name: "Me"},
	}))
	c := newCrowd(6)
	for at := 0; at < n; at += 2000 {
		for account, batch := range c.varied(at, min(2000, n-at)) {
			_, err := db.Add(t.Context(), account, batch)
			must(t, err)
		}
	}
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	must(t, db.OptimizeIndex(t.Context()))
	must(t, db.Empty(t.Context()))
	return db
}

// varied makes messages that differ in all that can be asked for.
func (c *crowd) varied(from, n int) map[conversation.AccountID][]accounts.Arrival {
	out := map[conversation.AccountID][]accounts.Arrival{}
	for i := range n {
		l := c.letter(from+i, 500+c.r.IntN(600))
		if c.r.IntN(500) == 0 {
			l.from, l.out, l.folder = []string{"zoe@example.org", "zoe@work.example"}[c.r.IntN(2)], false, "INBOX"
		}
		if c.r.IntN(50) == 0 {
			l.text += []string{"会議は東京で行われます", "明日の会議", "서울에서 만나요"}[c.r.IntN(3)]
		}
		if c.r.IntN(100) == 0 {
			l.flags.Keywords = append(l.flags.Keywords, "urgent")
		}
		if c.r.IntN(20_000) == 0 {
			l.flags.Keywords = append(l.flags.Keywords, "precious")
		}
		l.flags.Flagged = c.r.IntN(300) == 0
		if l.folder == "" && c.r.IntN(3) == 0 {
			l.folder = "Archive"
		}
		account := home
		if c.r.IntN(4) == 0 {
			account = work
		}
		a := l.arrival()
		c.vary(&a.Parsed.Message)
		out[account] = append(out[account], a)
	}
	return out
}

func (c *crowd) vary(m *conversation.Message) {
	m.Size = int64(math.Exp(9 + c.r.NormFloat64()*1.5))
	m.Index.Score = 6 + c.r.IntN(60)
	if c.r.IntN(10_000) == 0 {
		m.Index.Score = c.r.IntN(5)
	}
	m.Index.Level = privacy.LevelOf(m.Index.Score)
	if c.r.IntN(8) == 0 {
		m.Attachments = []conversation.Attachment{{Name: c.word() + ".pdf", Type: "application/pdf", Size: 9000, Part: "2"}}
	}
	if c.r.IntN(30_000) == 0 {
		m.Invite = true
	}
}

// shapes are queries of every kind, by name.
func shapes() [][2]string {
	w := newCrowd(6).words
	return [][2]string{
		{"common", w[0]},
		{"middle", w[2_000]},
		{"rare", w[19_990]},
		{"prefix3", w[5][:3] + "*"},
		{"two", w[0] + " " + w[1]},
		{"commonrare", w[0] + " " + w[19_990]},
		{"phrase", `"` + w[0] + " " + w[1] + `"`},
		{"subject", "subject:" + w[3]},
		{"from", "from:zoe"},
		{"fromoften", "from:person0"},
		{"withaddress", "with:zoe@work.example"},
		{"withall", "with:person1"},
		{"withword", "with:zoe " + w[2]},
		{"withrareword", "with:person0 " + w[19_990]},
		{"withme", "from:me"},
		{"withnobody", "with:nobodyatall"},
		{"in", "in:archive"},
		{"inword", "in:archive " + w[4]},
		{"insent", "in:sent"},
		{"inwork", "in:work"},
		{"trash", "in:trash"},
		{"tag", "tag:urgent"},
		{"tagrare", "tag:precious"},
		{"tagnone", "tag:absent"},
		{"unread", "is:unread"},
		{"unreadword", "is:unread " + w[1]},
		{"starred", "is:starred"},
		{"unreadrare", "is:unread " + w[18_000]},
		{"sealed", "is:sealed"},
		{"draft", "is:draft"},
		{"invite", "has:invite"},
		{"key", "has:key"},
		{"attachment", "has:attachment"},
		{"file", "file:" + w[1]},
		{"year", "on:2025"},
		{"day", "on:2025-03-14 " + w[0]},
		{"before", "before:2024-03-03"},
		{"level", "level:A..B"},
		{"levelE", "level:E"},
		{"score", "score:<5"},
		{"large", "larger:500K"},
		{"larger", "larger:100M"},
		{"small", "smaller:1K " + w[0]},
		{"not", w[0] + " -" + w[1]},
		{"notonly", "-" + w[0]},
		{"or", w[0] + " or " + w[3]},
		{"orfield", "from:zoe or " + w[19_990]},
		{"ormixed", "(is:starred or tag:urgent) " + w[0]},
		{"cjk", "東京"},
		{"cjk1", "東"},
		{"cjklong", "会議は東京"},
		{"cjkword", "会議 " + w[0]},
		{"cjkfield", "body:東京"},
		{"list", "list:gardeners"},
		{"protocol", "protocol:mastodon"},
		{"listword", "list:gardeners " + w[19_000]},
		{"id", "id:n77@example.org"},
		{"all", ""},
		{"punctuation", `"!!!"`},
	}
}

// BenchmarkSearch measures the first page of every kind of query.
// CALIOPEN_BENCH_MAILS says among how many messages.
func BenchmarkSearch(b *testing.B) {
	db := library(b, benchMails(b))
	for _, s := range shapes() {
		q, err := conversation.ParseQuery(s[1], start, "en")
		must(b, err)
		b.Run(s[0], func(b *testing.B) {
			var took []time.Duration
			found := 0
			for b.Loop() {
				began := time.Now()
				hits, err := db.Search(b.Context(), q, 50)
				must(b, err)
				took, found = append(took, time.Since(began)), len(hits)
			}
			report(b, took)
			b.ReportMetric(float64(found), "found")
		})
	}
}

// report tells the median and the slow end.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	for name, at := range map[string]int{"p50-ms": len(took) / 2, "p95-ms": len(took) * 95 / 100} {
		b.ReportMetric(float64(took[at].Microseconds())/1000, name)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSearchWhileSyncing measures the first page while another goroutine
// stores messages without a pause, beside the same when nothing is stored.
func BenchmarkSearchWhileSyncing(b *testing.B) {
	db := library(b, benchMails(b))
	var qs []*conversation.Query
	for _, s := range shapes()[:12] {
		q, err := conversation.ParseQuery(s[1], start, "en")
		must(b, err)
		qs = append(qs, q)
	}
	measure := func(b *testing.B) {
		var took []time.Duration
		for i := 0; b.Loop(); i++ {
			began := time.Now()
			_, err := db.Search(b.Context(), qs[i%len(qs)], 50)
			must(b, err)
			took = append(took, time.Since(began))
		}
		report(b, took)
	}
	b.Run("idle", measure)
	b.Run("syncing", func(b *testing.B) {
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error)
		go func() {
			c := newCrowd(uint64(time.Now().UnixNano()))
			for at := 10_000_000; ctx.Err() == nil; at += 500 {
				if _, err := db.Add(ctx, home, c.batch(at, 500, 800)); err != nil && ctx.Err() == nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
		measure(b)
		stop()
		must(b, <-ended)
	})
}

// BenchmarkFacets measures what is counted beside a search.
func BenchmarkFacets(b *testing.B) {
	db := library(b, benchMails(b))
	for _, s := range shapes()[:3] {
		q, err := conversation.ParseQuery(s[1], start, "en")
		must(b, err)
		b.Run(s[0], func(b *testing.B) {
			for b.Loop() {
				_, err := db.Facets(b.Context(), q)
				must(b, err)
			}
		})
		b.Run("topics/"+s[0], func(b *testing.B) {
			for b.Loop() {
				_, err := db.Topics(b.Context(), q, 5)
				must(b, err)
			}
		})
	}
}
