package storage_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func dirOf(db *storage.DB) string { return filepath.Dir(db.Path()) }

// TestMain lets the test binary be the other process of some tests.
func TestMain(m *testing.M) {
	if dir := os.Getenv("STORAGE_TEST_READ_ONLY"); dir != "" {
		_, err := storage.Open(context.Background(), dir, storage.Options{})
		fmt.Println(errors.Is(err, conversation.ErrReadOnly), err)
		os.Exit(0)
	}
	if dir := os.Getenv("STORAGE_TEST_FAULT"); dir != "" {
		os.Exit(faulty(dir))
	}
	if dir := os.Getenv("STORAGE_TEST_DIR"); dir != "" {
		if err := writeAway(dir, os.Getenv("STORAGE_TEST_FIRST")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeAway adds twenty batches and says after each that it is stored.
func writeAway(dir, from string) error {
	first, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	// The one that is killed knows a key only while it lives: what it sealed
	// need not be read, but must be there.
	db, err := storage.Open(context.Background(), dir, storage.Options{Vault: deaf{}, SealAll: os.Getenv("STORAGE_TEST_SEALED") != ""})
	if err != nil {
		return err
	}
	c := newCrowd(uint64(first))
	for i := range 20 {
		if _, err := db.Add(context.Background(), home, c.batch(first+i*20, 20, 300)); err != nil {
			return err
		}
		fmt.Println("stored", (i+1)*20)
	}
	return db.Close()
}

func other(t *testing.T, dir string, first int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), "STORAGE_TEST_DIR="+dir, "STORAGE_TEST_FIRST="+strconv.Itoa(first))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	return c, bufio.NewScanner(out)
}

func TestTwoProcessesWriteAtOnce(t *testing.T) {
	db := opened(t)
	c, _ := other(t, dirOf(db), 100_000)
	crowd := newCrowd(5)
	for i := range 20 {
		if _, err := db.Add(t.Context(), home, crowd.batch(i*20, 20, 300)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, c.Wait())
	if s, err := db.Stats(t.Context()); err != nil || s.Messages != 800 || s.Copies != 800 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	if foreign, err := db.Foreign(t.Context()); err != nil || !foreign {
		t.Fatalf("the other's writes went unnoticed: %v", err)
	}
	if foreign, err := db.Foreign(t.Context()); err != nil || foreign {
		t.Fatalf("noticed twice: %v", err)
	}
	sound(t, db)
}

func TestKilledWhileWriting(t *testing.T) {
	for round := range 4 {
		if round%2 == 1 {
			t.Setenv("STORAGE_TEST_SEALED", "1")
		}
		db := opened(t)
		c, lines := other(t, dirOf(db), 0)
		stored := 0
		for lines.Scan() {
			stored, _ = strconv.Atoi(strings.TrimPrefix(lines.Text(), "stored "))
			if stored >= (round+1)*40 {
				break
			}
		}
		must(t, c.Process.Kill())
		_ = c.Wait()
		s, err := db.Stats(t.Context())
		must(t, err)
		if s.Messages < stored || s.Messages%20 != 0 {
			t.Fatalf("%d messages said to be stored, %d there", stored, s.Messages)
		}
		if sealed := db.Rows(t, "sealed"); sealed != s.Messages*min(round, 1) {
			t.Fatalf("%d messages, %d sealed", s.Messages, sealed)
		}
		sound(t, db)
	}
}

// deaf seals for nobody.
type deaf struct{}

func (deaf) Seal(_, _ []byte) ([]byte, error) { return []byte("sealed"), nil }
func (deaf) Open(_, _ []byte) ([]byte, error) { return nil, conversation.ErrSealed }
func (deaf) Unlocked() bool                   { return false }
func (deaf) Ready() bool                      { return true }

func TestPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	db := openAt(t, dir)
	furnish(t, db, home, own)
	check := func() {
		t.Helper()
		for path, want := range map[string]os.FileMode{dir: 0o700, db.Path(): 0o600, db.Path() + "-wal": 0o600, db.Path() + "-shm": 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	check()
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Chmod(db.Path(), 0o644))
	again := openAt(t, dir)
	if w := again.Warnings(); len(w) != 2 {
		t.Errorf("warnings %q", w)
	}
	check()
}

func exec1(t *testing.T, path, text string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", path)
	must(t, err)
	defer func() { _ = raw.Close() }()
	_, err = raw.ExecContext(t.Context(), text)
	must(t, err)
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	must(t, db.Close())
	exec1(t, db.Path(), "PRAGMA user_version = 999")
	if _, err := storage.Open(t.Context(), dir, storage.Options{}); !errors.Is(err, storage.ErrNewer) {
		t.Fatalf("opened: %v", err)
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, storage.FileName), []byte(strings.Repeat("not a database ", 100)), 0o600))
	if _, err := storage.Open(t.Context(), dir, storage.Options{}); !errors.Is(err, storage.ErrCorrupt) {
		t.Fatalf("opened: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	db := opened(t)
	l := hello()
	add(t, db, l)
	must(t, db.LimitPages(t.Context(), 200))
	_, err := db.Add(t.Context(), home, newCrowd(9).batch(10, 400, 5000))
	if !errors.Is(err, conversation.ErrFull) {
		t.Fatalf("no complaint: %v", err)
	}
	if s, err := db.Stats(t.Context()); err != nil || s.Messages != 1 {
		t.Fatalf("stats %+v, %v", s, err)
	}
	must(t, db.LimitPages(t.Context(), 1<<30))
	if c := add(t, db, letter{n: 5, from: "zoe@example.org", to: "me@example.org", date: start, subject: "x", text: "y"}); c.New != 1 {
		t.Fatal("cannot go on")
	}
	sound(t, db)
}

func TestLockedDatabase(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	hold, err := sql.Open("sqlite3", db.Path()+"?_txlock=immediate")
	must(t, err)
	defer func() { _ = hold.Close() }()
	tx, err := hold.BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { _ = tx.Rollback() }()
	quick, err := storage.Open(t.Context(), dir, storage.Options{BusyTimeout: 1})
	if err == nil {
		defer func() { _ = quick.Close() }()
		err = quick.SetSetting(t.Context(), "a", "b")
	}
	if !errors.Is(err, conversation.ErrLocked) {
		t.Fatalf("not locked: %v", err)
	}
}
