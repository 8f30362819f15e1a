//go:build unix

package storage_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// deeds are what the process of a fault test does one after another. It says of
// each that it is done.
func deeds(db *storage.DB) []func(context.Context) error {
	l := hello()
	crowd := newCrowd(3)
	return []func(context.Context) error{
		func(ctx context.Context) error {
			return db.SetOwn(ctx, []accounts.Own{{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{own}}})
		},
		func(ctx context.Context) error {
			return db.SaveFolder(ctx, home, accounts.Folder{Name: "Archive", Use: accounts.UseArchive})
		},
		func(ctx context.Context) error {
			_, err := db.Add(ctx, home, []accounts.Arrival{l.arrival()})
			return err
		},
		func(ctx context.Context) error {
			_, err := db.Act(ctx, conversation.Act{Kind: conversation.ActArchive, Messages: []conversation.MessageID{keyOf(l)}})
			return err
		},
		func(ctx context.Context) error {
			_, err := db.SaveDraft(ctx, conversation.Draft{ID: "d1", Text: "Half a letter"})
			return err
		},
		func(ctx context.Context) error {
			_, err := db.Enqueue(ctx, conversation.Entry{ID: "o1", Account: home, Wire: []byte("wire"), Draft: conversation.Draft{ID: "d1"}})
			return err
		},
		func(ctx context.Context) error {
			_, err := db.Add(ctx, home, crowd.batch(10, 60, 3000))
			return err
		},
		func(ctx context.Context) error { _, err := db.Sweep(ctx, home); return err },
	}
}

// kept checks that a deed that was said to be done is.
func keptDeeds(t *testing.T, db *storage.DB, done int) {
	t.Helper()
	ctx := t.Context()
	if done >= 3 {
		message(t, db, hello())
	}
	if done >= 4 && len(tasks(t, db)) != 1 {
		t.Errorf("the act is lost")
	}
	if es, err := db.Outbox(ctx); err != nil || done >= 6 && len(es) != 1 {
		t.Errorf("outbox %+v, %v", es, err)
	} else if ds, err := db.Drafts(ctx); err != nil || done >= 5 && len(es)+len(ds) != 1 {
		t.Errorf("%d drafts and %d entries, %v", len(ds), len(es), err)
	}
	if s, err := db.Stats(ctx); err != nil || done >= 7 && s.Messages != 61 || s.Messages > 1 && s.Messages != 61 {
		t.Errorf("stats %+v, %v", s, err)
	}
	sound(t, db)
}

// faulty is the other process: it dies at a step, or cannot write beyond a size.
func faulty(dir string) int {
	ctx, steps := context.Background(), 0
	at, _ := strconv.Atoi(os.Getenv("STORAGE_TEST_KILL_AT"))
	opt := storage.Options{Step: func(string) {
		if steps++; steps == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}}
	if size, err := strconv.ParseUint(os.Getenv("STORAGE_TEST_SIZE"), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
			return 3
		}
	}
	db, err := storage.Open(ctx, dir, opt)
	if err != nil {
		fmt.Println("open", errors.Is(err, conversation.ErrFull), err)
		return 0
	}
	for i, deed := range deeds(db) {
		if err := deed(ctx); err != nil {
			fmt.Println("failed", errors.Is(err, conversation.ErrFull), err)
			return 0
		}
		fmt.Println("done", i+1)
	}
	_ = db.Close()
	return 0
}

// runFaulty gives how many deeds were done, what went wrong, and whether the
// process came to its end.
func runFaulty(t *testing.T, dir string, env ...string) (done int, problem string, ended bool) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), "STORAGE_TEST_FAULT="+dir), env...)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "done "); ok {
			done, _ = strconv.Atoi(n)
		} else {
			problem = lines.Text()
		}
	}
	return done, problem, c.Wait() == nil
}

// The process is killed right before and right after each commit, those of the
// schema's own among them: what was said to be done is, and nothing is by half.
func TestKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		dir := t.TempDir()
		done, _, ended := runFaulty(t, dir, "STORAGE_TEST_KILL_AT="+strconv.Itoa(at))
		db := openAt(t, dir)
		keptDeeds(t, db, done)
		if _, err := db.Mend(t.Context()); err != nil {
			t.Fatal(err)
		}
		must(t, db.Close())
		if t.Failed() {
			t.Fatalf("killed at step %d after %d deeds", at, done)
		}
		if ended {
			if at < 30 || done != 8 {
				t.Fatalf("%d steps, %d deeds", at, done)
			}
			return
		}
	}
}

// An upgrade is killed at each of its steps: the schema is that of one version
// or of the next, and the one who comes after goes on from there.
func TestUpgradeKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		dir := t.TempDir()
		path := filepath.Join(dir, storage.FileName)
		must(t, storage.MakeOld(t.Context(), path, `INSERT INTO draft (key, saved, data) VALUES ('d0', 5, '{"id":"d0","text":"Pflaume"}')`))
		_, _, ended := runFaulty(t, dir, "STORAGE_TEST_KILL_AT="+strconv.Itoa(at))
		if want, err := storage.SchemaBetween(t.Context(), path); err != nil || want != "" {
			t.Fatalf("killed at step %d: %s, %v", at, want, err)
		}
		db := openAt(t, dir)
		if d, err := db.Draft(t.Context(), "d0"); err != nil || d.Text != "Pflaume" {
			t.Fatalf("killed at step %d: %+v, %v", at, d, err)
		}
		sound(t, db)
		must(t, db.Close())
		if ended || at > 12 {
			return
		}
	}
}

// No file may grow beyond a size, which stands for a disk that is full at any
// moment: that is told as such, and when there is room again all goes on.
func TestDiskFullAtAnyMoment(t *testing.T) {
	t.Parallel()
	sizes := []int{1, 40_000, 300_000, 440_000}
	for n := 460_000; n < 1_300_000; n += 66_000 {
		sizes = append(sizes, n)
	}
	failed := map[int]bool{}
	for _, size := range sizes {
		dir := t.TempDir()
		done, problem, _ := runFaulty(t, dir, "STORAGE_TEST_SIZE="+strconv.Itoa(size))
		if problem != "" {
			failed[done] = true
			if _, full, _ := strings.Cut(problem, " "); !strings.HasPrefix(full, "true ") {
				t.Errorf("%d bytes, after %d deeds: %s", size, done, problem)
			}
		}
		db := openAt(t, dir)
		keptDeeds(t, db, done)
		must(t, db.Close())
		if again, problem, _ := runFaulty(t, dir); again != 8 && done < 6 { // what is in the outbox cannot be put there twice
			t.Errorf("%d bytes: with room again %d deeds, %s", size, again, problem)
		}
	}
	if len(failed) < 4 {
		t.Fatalf("it never failed but after %v", failed)
	}
}

func TestLockedForLong(t *testing.T) {
	t.Parallel()
	db := opened(t)
	add(t, db, hello())
	quick, err := storage.Open(t.Context(), dirOf(db), storage.Options{BusyTimeout: 50_000_000})
	must(t, err)
	t.Cleanup(func() { _ = quick.Close() })
	release := db.Hold(t)
	_, err = quick.Act(t.Context(), conversation.Act{Kind: conversation.ActStar, Messages: []conversation.MessageID{keyOf(hello())}})
	if !errors.Is(err, conversation.ErrLocked) {
		t.Fatalf("not locked: %v", err)
	}
	message(t, quick, hello()) // what is here can be read all the time
	release()
	act(t, quick, conversation.ActStar, "", hello())
	sound(t, quick)
}

// The file is taken away under the running program: nothing is written where
// nobody will find it.
func TestFileTakenAway(t *testing.T) {
	t.Parallel()
	for _, put := range []bool{false, true} {
		db := opened(t)
		add(t, db, hello())
		must(t, os.Rename(db.Path(), db.Path()+".away"))
		if put {
			must(t, os.WriteFile(db.Path(), nil, 0o600))
		}
		_, err := db.SaveDraft(t.Context(), conversation.Draft{Text: "x"})
		if !errors.Is(err, storage.ErrGone) || !errors.Is(err, conversation.ErrReadOnly) {
			t.Fatalf("written: %v", err)
		}
	}
}

// Acts, outbox and drafts are on the disk when a call returns, not only with
// the system.
func TestEverythingIsSynced(t *testing.T) {
	t.Parallel()
	db := opened(t)
	const full = 2
	got, err := db.Settings(t.Context(), "synchronous", "journal_mode")
	if err != nil || !slices.Equal(got, []string{strconv.Itoa(full), "wal"}) {
		t.Fatal(got, err)
	}
}
