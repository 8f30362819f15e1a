package keyring

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/storage"
)

func alice() conversation.Address { return conversation.MailAddress("alice@example.org") }
func bob() conversation.Address   { return conversation.MailAddress("bob@example.net") }
func zoe() conversation.Address   { return conversation.MailAddress("zoe@example.net") }

// bench is a keyring over a real store, with a clock that a test moves.
type bench struct {
	*Keyring
	t      *testing.T
	dir    string
	db     *storage.DB
	opt    Options
	mu     sync.Mutex
	now    time.Time
	timers []func()
	waits  []time.Duration
	later  []func() // what is to run as soon as nobody waits for the keyring
	locked int
}

func day(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }

func newBench(t *testing.T) *bench { return onFolder(t, t.TempDir()) }

func onFolder(t *testing.T, dir string) *bench {
	t.Helper()
	b := &bench{t: t, dir: dir, now: day(20)}
	db, err := storage.Open(t.Context(), dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b.db = db
	b.opt = Options{
		Dir: filepath.Join(dir, "keys"), Store: db, Now: b.clock, LockAfter: 10 * time.Minute,
		Random: func(p []byte) { _, _ = rand.Read(p) },
		Own: func() []conversation.OwnAccount {
			return []conversation.OwnAccount{{ID: "work", Protocol: conversation.Mail, Address: alice()}}
		},
		After:  b.after,
		Locked: func() { b.locked++ },
	}
	b.open()
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) after(d time.Duration, f func()) func() bool {
	if d == 0 {
		b.later = append(b.later, f)
		return func() bool { return true }
	}
	b.timers, b.waits = append(b.timers, f), append(b.waits, d)
	return func() bool { return true }
}

// told gives how often somebody was told that the keys locked.
func (b *bench) told() int {
	for _, f := range b.later {
		f()
	}
	b.later = nil
	return b.locked
}

// open starts as another run of the program would.
func (b *bench) open() {
	b.t.Helper()
	k, err := New(b.t.Context(), b.opt)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Keyring = k
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// certificate gives a stored key as a sight carries it.
func certificate(t *testing.T, name string) (fingerprint string, raw []byte) {
	t.Helper()
	keys, err := openpgp.Parse(file(t, name))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %v", name, err)
	}
	raw, err = keys[0].Public().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return keys[0].Fingerprint(), raw
}

// seen is a sight of a stored key.
func seen(t *testing.T, name string, a conversation.Address, source conversation.KeySource, n int) conversation.KeySight {
	t.Helper()
	f, raw := certificate(t, name)
	return conversation.KeySight{
		Address: a, Source: source, Fingerprint: f, Cert: raw, Date: day(n), Mutual: true,
		Message: conversation.MessageID(name + string(source) + day(n).String()),
	}
}

func (b *bench) learn(sights ...conversation.KeySight) []conversation.Address {
	b.t.Helper()
	changed, err := b.Learn(b.t.Context(), sights)
	if err != nil {
		b.t.Fatal(err)
	}
	return changed
}

func fingerprint(t *testing.T, name string) string {
	f, _ := certificate(t, name)
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) generate(phrase string) conversation.Key {
	b.t.Helper()
	key, err := b.Generate(context.Background(), alice(), "Alice", []byte(phrase))
	must(b.t, err)
	return key
}
