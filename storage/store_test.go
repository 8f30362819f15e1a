package storage_test

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

func TestAddThenRead(t *testing.T) {
	db := opened(t)
	c := add(t, db,
		letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Hello", text: "See you at the réunion"},
		letter{n: 2, from: "me@example.org", to: "zoe@example.org", date: start.AddDate(0, 0, 1), subject: "Re: Hello", text: "Gladly", out: true, folder: "Sent"})
	if c.New != 2 || c.Unread != 1 || len(c.Conversations) != 1 {
		t.Fatalf("change %+v", c)
	}
	p := list(t, db)
	if len(p.Rows) != 1 || p.Total != 1 || p.Unread != 1 {
		t.Fatalf("page %+v", p)
	}
	r := p.Rows[0]
	if r.Title != "Zoe Example" || r.Messages != 2 || r.Excerpt != "Gladly" || r.LastFrom.Contact != conversation.Me || r.Index.Score != 38 {
		t.Fatalf("row %+v", r)
	}
	ms, before, after, err := db.Messages(t.Context(), r.ID, conversation.Span{Limit: 10})
	must(t, err)
	if len(ms) != 2 || before || after || ms[0].Text != "See you at the réunion" || ms[0].Sender().Display != "Zoe Example" {
		t.Fatalf("messages %+v %v %v", ms, before, after)
	}
	raw, err := db.Raw(t.Context(), ms[1].ID)
	must(t, err)
	if len(raw) == 0 || int64(len(raw)) != ms[1].Size {
		t.Fatalf("raw of %d bytes, size %d", len(raw), ms[1].Size)
	}
}

func BenchmarkAdd(b *testing.B) {
	db := opened(b)
	c := newCrowd(1)
	const size = 1000
	n := 0
	for b.Loop() {
		b.StopTimer()
		batch := c.batch(n, size, 3000)
		for i := range batch {
			batch[i].Packed = db.Pack(batch[i].Copy.Raw)
		}
		n += size
		b.StartTimer()
		if _, err := db.Add(b.Context(), home, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
}
