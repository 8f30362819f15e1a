package imap

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// hugeScript is a server whose inbox has so many messages, every second UID
// missing: no range of UIDs is longer than one.
func hugeScript(t *testing.T, n int) *script {
	s := newScript(t)
	s.answers["EXAMINE"] = func(w io.Writer, _ string) string {
		fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n* OK [HIGHESTMODSEQ 9] ok\r\n", n, 2*n+1)
		return ""
	}
	s.answers["UID SEARCH"] = func(w io.Writer, args string) string {
		b := bufio.NewWriter(w)
		defer b.Flush()
		s.mu.Lock()
		fmt.Fprintf(b, "* ESEARCH (TAG %q) UID ALL ", s.tag)
		s.mu.Unlock()
		low, high := bounds(args, n)
		for i := low; i <= high; i++ {
			if i > low {
				b.WriteByte(',')
			}
			fmt.Fprint(b, 2*i)
		}
		b.WriteString("\r\n")
		return ""
	}
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		b := bufio.NewWriterSize(w, 64<<10)
		defer b.Flush()
		set, _, _ := strings.Cut(args, " ")
		low, high := bounds(set, 2*n)
		for u := low + low%2; u <= high; u += 2 {
			s.message(b, u/2, uint32(u), args)
		}
		return ""
	}
	return s
}

// bounds reads the numbers that a command is about.
func bounds(args string, last int) (low, high int) {
	word := args[strings.LastIndexByte(args, ' ')+1:]
	if word == "ALL" {
		return 1, last
	}
	from, to, ranged := strings.Cut(word, ":")
	fmt.Sscan(from, &low)
	if high = low; ranged && to == "*" {
		high = last
	} else if ranged {
		fmt.Sscan(to, &high)
	}
	return low, min(high, last)
}

// paged is a mirror that has so many of those messages and holds none of them.
type paged struct {
	*memory
	n       int
	peak    uint64
	changed int
	had     int
}

func (p *paged) HaveFrom(_ context.Context, _ string, _, uid uint32, n int) ([]accounts.Have, error) {
	var out []accounts.Have
	for u := int(uid + uid%2); u <= 2*p.n && len(out) < n; u += 2 {
		out = append(out, accounts.Have{UID: uint32(u), Flags: accounts.Flags{Seen: u%20_000 != 0, Keywords: []string{"k"}}})
	}
	p.had = max(p.had, len(out))
	return out, nil
}

func (p *paged) Have(context.Context, string, uint32) ([]accounts.Have, error) {
	return nil, errors.New("all of it at once")
}

func (p *paged) SetFlags(_ context.Context, _ string, _ uint32, ch []accounts.FlagChange) error {
	p.changed += len(ch)
	p.measure()
	return nil
}

func (p *paged) Add(ctx context.Context, copies []accounts.Copy) error {
	p.measure()
	return p.memory.Add(ctx, copies)
}

func (p *paged) SaveFolder(ctx context.Context, f accounts.Folder) error {
	p.measure()
	return p.memory.SaveFolder(ctx, f)
}

// measure notes the largest heap.
func (p *paged) measure() {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	p.peak = max(p.peak, now.HeapAlloc)
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// allowance is how much one message of a folder may take in memory, in bytes.
const allowance = 40

// The flags of all messages of a large folder are compared, without a
// modification sequence, while little is in memory.
func TestHugeFolderCompared(t *testing.T) {
	n := 500_000
	if testing.Short() {
		n = 100_000
	}
	s := hugeScript(t, n)
	s.caps = "IMAP4rev1 AUTH=PLAIN SASL-IR UNSELECT ESEARCH"
	m := &paged{memory: newMemory(), n: n}
	m.folders["INBOX"] = accounts.Folder{Name: "INBOX", Use: accounts.UseInbox, Validity: 7, UIDNext: uint32(2*n + 1), Messages: uint32(n)}
	c := newClient(t, s.start())
	before := heapNow()
	mustSync(t, c, m)
	if m.changed != n {
		t.Errorf("%d messages lost a keyword, want all %d", m.changed, n)
	}
	if each := int(m.peak-before) / n; each > allowance {
		t.Errorf("%d bytes a message at the peak (%d MB)", each, (m.peak-before)>>20)
	} else {
		t.Logf("%d bytes a message", each)
	}
	if m.had > loadedAtOnce {
		t.Errorf("%d copies were taken from the mirror at once", m.had)
	}
}

// The first pass over a large folder has its newest messages at once, and holds
// little while it goes on.
func TestHugeFolderBegun(t *testing.T) {
	const n = 500_000
	s := hugeScript(t, n)
	m := &paged{memory: newMemory()}
	c := newClient(t, s.start())
	ctx, cancel := context.WithCancel(t.Context())
	before, begun := heapNow(), time.Now()
	m.onAdd = func(added int) {
		if m.in("INBOX")[2*n].Raw == nil {
			t.Error("the newest message did not come first")
		}
		if added >= 3000 {
			cancel()
		}
	}
	if err := c.Sync(ctx, m); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if each := int(m.peak-before) / n; each > allowance {
		t.Errorf("%d bytes a message at the peak (%d MB)", each, (m.peak-before)>>20)
	} else {
		t.Logf("%d bytes a message, %v", each, time.Since(begun))
	}
	for line := range strings.Lines(s.lines()) {
		if len(line) > 8000 {
			t.Errorf("a command of %d bytes", len(line))
		}
	}
	last := m.told[len(m.told)-1]
	if last[1] != n {
		t.Errorf("progress %v, want a total of %d", last, n)
	}
}
