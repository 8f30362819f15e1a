package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// What is new and the newest of every folder comes before the past of any, and
// within a folder nothing old comes before something newer.
func TestNewestOfAllFoldersFirst(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	config.Batch = batchCopies
	counts := map[string]int{"INBOX": portion + 300, "Sent": portion + 100, "Archive": 50}
	total := 0
	for folder, n := range counts {
		total += n
		for i := range n {
			put(t, user, folder, letter(i))
		}
	}
	m := newMemory()
	mustSync(t, newClient(t, config), m)
	if len(m.order) != total {
		t.Fatalf("%d messages, want %d", len(m.order), total)
	}
	first := m.order[:2*portion+50]
	for _, k := range first {
		if int(k.uid) <= counts[k.folder]-portion {
			t.Fatalf("message %d of %q came before the newest of all folders", k.uid, k.folder)
		}
	}
	last := map[string]uint32{}
	for i, k := range m.order {
		if last[k.folder] != 0 && k.uid > last[k.folder] && i > 0 {
			t.Fatalf("message %d of %q came after number %d", k.uid, k.folder, last[k.folder])
		}
		last[k.folder] = k.uid
	}
	if m.order[0].folder != "INBOX" || m.order[portion].folder != "Sent" {
		t.Errorf("the order of folders: %q, then %q", m.order[0].folder, m.order[portion].folder)
	}
	checkProgress(t, m.told, total)
	m.written()
	mustSync(t, newClient(t, config), m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

// checkProgress wants what is done to grow, up to the total told.
func checkProgress(t *testing.T, told [][2]int, total int) {
	t.Helper()
	for i := 1; i < len(told); i++ {
		if told[i][0] < told[i-1][0] || told[i][0] > told[i][1] {
			t.Errorf("progress went from %v to %v", told[i-1], told[i])
		}
	}
	if end := told[len(told)-1]; end != [2]int{total, total} {
		t.Errorf("progress ended at %v of %d", end, total)
	}
}

// Mail that comes while the past is being fetched does not wait for it,
// whether something was heard of it or some time went by.
func TestNewMailDuringLongSync(t *testing.T) {
	t.Parallel()
	t.Run("heard", func(t *testing.T) {
		duringLongSync(t, func(c *Client, _ *atomic.Int64) { c.stirring(func() {})() })
	})
	t.Run("after a while", func(t *testing.T) {
		duringLongSync(t, func(_ *Client, minutes *atomic.Int64) { minutes.Store(1) })
	})
}

func duringLongSync(t *testing.T, hint func(*Client, *atomic.Int64)) {
	t.Parallel()
	user, config := memServer(t)
	config.Batch = 50
	for i := range portion + 400 {
		put(t, user, "INBOX", letter(i))
		put(t, user, "Archive", letter(i))
	}
	var minutes atomic.Int64
	begun := time.Now()
	c := newClient(t, config)
	c.now = func() time.Time { return begun.Add(time.Duration(minutes.Load()) * time.Minute) }
	m := newMemory()
	came := 0
	m.onAdd = func(added int) {
		if came == 0 && added > 2*portion { // the second round
			came = added
			put(t, user, "INBOX", letter(99_999))
			hint(c, &minutes)
		}
	}
	mustSync(t, c, m)
	at := slices.Index(m.order, copyKey{"INBOX", m.folders["INBOX"].Validity, portion + 401})
	if came == 0 || at < 0 || at > came+2*batchCopies {
		t.Errorf("mail that came after %d messages was stored as number %d of %d", came, at, len(m.order))
	}
	if n := len(m.order); n != 2*(portion+400)+1 {
		t.Errorf("%d messages", n)
	}
	mustSync(t, newClient(t, config), m) // what was brought in between is not brought again
}

// Wherever a pass ends, the next one fetches no more than a batch again and
// leaves nothing out.
func TestResume(t *testing.T) {
	t.Parallel()
	const n, batch = portion + 700, 60
	user, config := memServer(t)
	config.Batch = batch
	for i := range n {
		put(t, user, "INBOX", letter(i))
	}
	for _, at := range []int{1, batch, portion - 1, portion, portion + 1, portion + 3*batch} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			m := newMemory()
			count := &cutter{}
			config := config
			config.Dial = count.dial
			ctx, cancel := context.WithCancel(t.Context())
			m.onAdd = func(added int) {
				if added >= at {
					cancel()
				}
			}
			c := newClient(t, config)
			if err := c.Sync(ctx, m); !errors.Is(err, context.Canceled) {
				t.Fatal("the first pass ended with", err)
			}
			m.onAdd = nil
			here, before := len(m.copies), m.folders["INBOX"]
			if before.UIDNext != 0 {
				t.Errorf("a folder that was broken off counts as complete: %+v", before)
			}
			mustSync(t, newClient(t, config), m)
			if err := complete(m, n); err == nil || len(m.copies) != n || len(m.order) != n {
				t.Errorf("after %d messages and another pass: %d, %v", here, len(m.copies), err)
			}
		})
	}
}

// The state of a folder says nothing of what a broken pass did not bring, also
// where modification sequences say that nothing changed.
func TestResumeWithModSeq(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, portion+300)
	config := s.start()
	config.Batch = 100
	m := newMemory()
	ctx, cancel := context.WithCancel(t.Context())
	m.onAdd = func(added int) {
		if added > portion+50 {
			cancel()
		}
	}
	if err := newClient(t, config).Sync(ctx, m); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	m.onAdd = nil
	if f := m.folders["INBOX"]; f.UIDNext != 0 || f.ModSeq != 9 {
		t.Errorf("state %+v, want the flags as of 9 and nothing complete", f)
	}
	mustSync(t, newClient(t, config), m)
	if err := complete(m, portion+300); err != nil {
		t.Error(err)
	}
}

// Folders that the status already tells to be empty are not opened one by one.
func TestManyEmptyFolders(t *testing.T) {
	t.Parallel()
	s := manyFolders(t, 5000)
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	if len(m.folders) != 5000 {
		t.Errorf("%d folders, want 5000", len(m.folders))
	}
	mustSync(t, c, m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.heard); n > 10 {
		t.Errorf("%d commands for two passes over empty folders", n)
	}
}
