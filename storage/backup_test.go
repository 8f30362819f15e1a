package storage_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func TestBackupWhileWritingThenRestore(t *testing.T) {
	t.Parallel()
	db, ctx := opened(t), t.Context()
	crowd := newCrowd(4)
	addAs(t, db, crowd.batch(0, 200, 300)...)
	path := filepath.Join(t.TempDir(), "copy.db")
	done := make(chan error, 1)
	go func() {
		_, err := db.Add(ctx, home, crowd.batch(200, 300, 300))
		done <- err
	}()
	must(t, db.Backup(ctx, path))
	must(t, <-done)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Fatalf("left %q", left)
	}
	if err := db.Backup(ctx, path); !errors.Is(err, os.ErrExist) {
		t.Fatalf("over another file: %v", err)
	}
	dir := dirOf(db)
	if _, err := storage.Restore(ctx, dir, path, start); !errors.Is(err, conversation.ErrLocked) {
		t.Fatalf("restored under a running program: %v", err)
	}
	sound(t, db)
	must(t, db.Close())
	aside, err := storage.Restore(ctx, dir, path, start)
	must(t, err)
	again := openAt(t, dir)
	s, err := again.Stats(ctx)
	if err != nil || s.Messages != 200 && s.Messages != 500 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	sound(t, again)
	before := t.TempDir()
	must(t, os.Rename(aside, filepath.Join(before, storage.FileName)))
	if s, err := openAt(t, before).Stats(ctx); err != nil || s.Messages != 500 {
		t.Fatalf("what was set aside: %+v, %v", s, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	db, ctx, dir := opened(t), t.Context(), t.TempDir()
	add(t, db, hello())
	good := filepath.Join(dir, "good")
	must(t, db.Backup(ctx, good))
	must(t, db.Close())
	data, err := os.ReadFile(good)
	must(t, err)
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, b, 0o600))
		return path
	}
	damaged := bytes.Clone(data)
	for i := 8192; i < 12288; i++ {
		damaged[i] = 0x5a
	}
	newer := write("newer", data)
	exec1(t, newer, "PRAGMA user_version = 999")
	other := write("other", nil)
	exec1(t, other, "CREATE TABLE note (a)")
	exec1(t, other, "PRAGMA user_version = 1")
	for name, want := range map[string]error{
		write("text", []byte(strings.Repeat("no database ", 500))): storage.ErrCorrupt,
		write("damaged", damaged):                                  storage.ErrCorrupt,
		write("short", data[:len(data)/2]):                         storage.ErrCorrupt,
		newer:                                                      storage.ErrNewer,
		other:                                                      storage.ErrCorrupt,
		write("empty", nil):                                        storage.ErrCorrupt,
		filepath.Join(dir, "absent"):                               os.ErrNotExist,
	} {
		if _, err := storage.Restore(ctx, dirOf(db), name, start); !errors.Is(err, want) {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dirOf(db), "*"))
	if err != nil || len(left) != 1 {
		t.Fatalf("left %q, %v", left, err)
	}
	message(t, openAt(t, dirOf(db)), hello())
}

func TestRestoreWhereNothingIs(t *testing.T) {
	t.Parallel()
	db, ctx := opened(t), t.Context()
	add(t, db, hello())
	path, dir := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "new", "data")
	must(t, db.Backup(ctx, path))
	if aside, err := storage.Restore(ctx, dir, path, start); err != nil || aside != "" {
		t.Fatalf("aside %q, %v", aside, err)
	}
	message(t, openAt(t, dir), hello())
}

func TestCompact(t *testing.T) {
	t.Parallel()
	db, ctx := opened(t), t.Context()
	addAs(t, db, newCrowd(4).batch(0, 1000, 1000)...)
	keep := hello()
	keep.n, keep.uid = 5000, 5000
	add(t, db, keep)
	edited := keep.arrival()
	edited.Copy.Raw = append(edited.Copy.Raw, "!"...)
	edited.SHA256[0]++
	addAs(t, db, edited)
	uids := make([]uint32, 1000)
	for i := range uids {
		uids[i] = uint32(i + 1)
	}
	for _, folder := range []string{"INBOX", "Sent"} {
		_, err := db.Remove(ctx, home, folder, 1, uids, nil)
		must(t, err)
	}
	_, err := db.Sweep(ctx, home)
	must(t, err)
	reader := openAt(t, dirOf(db)) // another process looks on
	var steps []int
	before, after, err := db.Compact(ctx, func(done, _ int) { steps = append(steps, done) })
	must(t, err)
	if after*4 > before || len(steps) != 5 || db.Rows(t, "raw") != 1 {
		t.Fatalf("%d bytes of %d, steps %v, %d sources", after, before, steps, db.Rows(t, "raw"))
	}
	if m := message(t, reader, keep); m.Text != "Hello" {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
	sound(t, reader)
}

func TestCompactNeedsRoom(t *testing.T) {
	t.Parallel()
	db, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Free: func(string) (int64, error) { return 4096, nil }})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	if _, _, err := db.Compact(t.Context(), nil); !errors.Is(err, conversation.ErrFull) {
		t.Fatalf("compacted: %v", err)
	}
}

// A large database is not copied to memory, and leaves no file behind.
func TestCompactOfALargeOne(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 70 MB")
	}
	db, _ := sealedDB(t)
	ctx := t.Context()
	must(t, db.Inflate(ctx, 70<<20))
	began := time.Now()
	if before, after, err := db.Compact(ctx, nil); err != nil || before < 70<<20 || after < 70<<20 {
		t.Fatalf("%d, %d, %v after %v", before, after, err, time.Since(began))
	}
	must(t, db.BuildPrivateIndex(ctx))
	const memory = 2
	if n, err := db.TempStores(ctx); err != nil || n[0] != memory {
		t.Fatalf("temporary tables lie in files: %v, %v", n, err)
	}
	if left, err := filepath.Glob(filepath.Join(dirOf(db), "etilqs*")); err != nil || len(left) > 0 {
		t.Fatalf("left %q, %v", left, err)
	}
	if os.Getenv("SQLITE_TMPDIR") != "" {
		t.Fatal("the environment was not put back")
	}
}

// A backup knows nothing of what was sent after it: whatever it holds on its way
// is asked for before it could go out a second time.
func TestRestoredOutboxSendsNothingTwice(t *testing.T) {
	t.Parallel()
	db, ctx := opened(t), t.Context()
	held, queued, failed := enqueue(t, db), enqueue(t, db), enqueue(t, db)
	any3 := []conversation.State{conversation.StateHeld, conversation.StateQueued, conversation.StateSending}
	must(t, db.MoveEntry(ctx, queued, any3, conversation.StateQueued, start, ""))
	must(t, db.MoveEntry(ctx, failed, any3, conversation.StateSending, start, ""))
	must(t, db.MoveEntry(ctx, failed, any3, conversation.StateFailed, start, "no"))
	path := filepath.Join(t.TempDir(), "b")
	must(t, db.Backup(ctx, path))
	must(t, db.Close())
	_, err := storage.Restore(ctx, dirOf(db), path, start)
	must(t, err)
	again := openAt(t, dirOf(db))
	for _, id := range []conversation.EntryID{held, queued} {
		if e, err := again.Entry(ctx, id); err != nil || e.State != conversation.StateSending || !e.HandedOver || string(e.Wire) != "wire" {
			t.Errorf("%v: %q, handed over %v, %v", id, e.State, e.HandedOver, err)
		}
	}
	if e, err := again.Entry(ctx, failed); err != nil || e.State != conversation.StateFailed {
		t.Errorf("what was refused: %q, %v", e.State, err)
	}
}
