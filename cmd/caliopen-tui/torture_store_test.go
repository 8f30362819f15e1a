package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// noRoom lets the disk be full after so many bytes. The pass says that it
// failed, and goes on when there is room again.
func noRoom(k *rack) {
	user := k.filled(100)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	n := k.points(5, 200)
	for i := range n {
		size := uint64(8192 + 1_200_000*i/n)
		k.try(fmt.Sprintf("bytes=%d", size), func(t *testing.T) {
			v := k.victim(t, user, proxy.Addr)
			v.Files = size
			if _, said := v.dies(t, true); said == "" {
				t.Log("there was room enough")
			} else {
				t.Logf("it said: %.300s", said)
			}
			v.rises(t, proxy, want)
		})
	}
	smallDisk(k, want, proxy)
}

// beset has others work on the same data: a second process, somebody who holds
// the lock of the database, a page that is overwritten.
func beset(k *rack) {
	proxy := k.server.Proxy(k.t)
	k.try("second", func(t *testing.T) {
		user := k.filled(100)
		v := k.victim(t, user, proxy.Addr)
		proxy.Arm(servertest.Fault{Kind: servertest.Stall, At: 10_000, For: tortureQuiet / 2})
		cmd, out := v.spawn(t)
		<-proxy.Struck()
		p := v.run(t)
		if sum := p.sync(); !errors.Is(sum.Err, conversation.ErrElsewhere) {
			t.Errorf("two processes serve one account: %v", sum.Err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the first process: %v %s", err, out)
		}
		s := &scene{rack: k, t: t, user: user, proxy: proxy, p: p}
		s.pulls()
	})
	k.try("locked", func(t *testing.T) { held(t, k, proxy) })
	k.try("services", func(t *testing.T) { twoServices(t, k) })
	pages(k)
}

// held has somebody else hold the lock of the database during a pass.
func held(t *testing.T, k *rack, proxy *servertest.Proxy) {
	s := k.scene(t, proxy, 20)
	if err := s.p.db.Close(); err != nil {
		t.Fatal(err)
	}
	p, err := s.p.v.start(storage.Options{BusyTimeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() })
	k.server.Save(s.user, "INBOX", small(9, 1))
	holder, err := sql.Open("sqlite3", p.db.Path()+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := holder.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if sum := p.soundly(t, 20*time.Second); !errors.Is(sum.Err, conversation.ErrLocked) {
		t.Errorf("I8: it is not said that the database is locked: %v", sum.Err)
	}
	if err := errors.Join(tx.Rollback(), holder.Close()); err != nil {
		t.Fatal(err)
	}
	s.p = p
	s.pulls()
}

// upgraded kills the process at each step of the way from each older schema to
// that of now. It is one of them then, and never something between.
func upgraded(k *rack) {
	files, err := filepath.Glob("../../storage/migration/*.sql")
	if err != nil || len(files) < 2 {
		k.t.Fatalf("%v %v", files, err)
	}
	slices.Sort(files)
	user := k.filled(5)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	for from := range len(files) {
		if !k.long && from > 0 && from < len(files)-1 {
			continue
		}
		for step := 1; step <= 2*(len(files)-from); step++ {
			k.try(fmt.Sprintf("from=%d.%d", from, step), func(t *testing.T) {
				v := k.victim(t, user, proxy.Addr)
				old(t, v.Dir, files[:from])
				v.Step = step
				if killed, said := v.dies(t, false); !killed {
					t.Errorf("it was not killed: %s", said)
				}
				if got := version(t, v.Dir); got != from+step/2 {
					t.Errorf("I5: killed at step %d from version %d it is version %d", step, from, got)
				}
				v.rises(t, proxy, want)
			})
		}
	}
	k.try("newer", func(t *testing.T) {
		v := k.victim(t, user, proxy.Addr)
		old(t, v.Dir, files)
		statements(t, v.Dir, fmt.Sprintf("PRAGMA user_version = %d", len(files)+1))
		if p, err := v.start(storage.Options{}); !errors.Is(err, conversation.ErrNewer) {
			_ = p.db.Close()
			t.Errorf("a database of a later version is opened: %v", err)
		}
	})
}

// old makes a database of an older version.
func old(t *testing.T, dir string, files []string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text), fmt.Sprintf("PRAGMA user_version = %d", i+1))
	}
	statements(t, dir, all...)
}

func statements(t *testing.T, dir string, all ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, storage.FileName)+"?_journal_mode=WAL")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append([]string{"SELECT 1"}, all...) {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, storage.FileName), 0o600); err != nil && len(all) > 0 {
		t.Fatal(err)
	}
}

func version(t *testing.T, dir string) (n int) {
	t.Helper()
	if err := peek(t, dir).QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
