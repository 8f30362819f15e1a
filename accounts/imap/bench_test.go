package imap

import (
	"context"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// nowhere is a mirror that only counts what comes.
type nowhere struct {
	*memory
	n int
}

func (n *nowhere) Add(_ context.Context, copies []accounts.Copy) error {
	n.n += len(copies)
	return nil
}

// BenchmarkFirstSync measures the fetching alone: nothing is parsed or stored.
func BenchmarkFirstSync(b *testing.B) {
	const mails = 5000
	s := servertest.Dovecot(b)
	s.Deliver(servertest.Alice, "INBOX", "S", letters(mails, 1)...)
	config := dovecotConfig(s)
	warm, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	if err := warm.Sync(b.Context(), &nowhere{memory: newMemory()}); err != nil {
		b.Fatal(err)
	}
	warm.Close()
	for b.Loop() {
		c, err := New(config)
		if err != nil {
			b.Fatal(err)
		}
		m := &nowhere{memory: newMemory()}
		if err := c.Sync(b.Context(), m); err != nil || m.n != mails {
			b.Fatalf("%d messages, error %v", m.n, err)
		}
		c.Close()
	}
	b.ReportMetric(float64(mails*b.N)/b.Elapsed().Seconds(), "msg/s")
}
