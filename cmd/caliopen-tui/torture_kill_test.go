package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// killedAtSteps kills the process at steps of the store during a first sync of
// 300 messages, or of fewer in the short form, and at bytes of what the server says.
func killedAtSteps(k *rack) {
	user := k.filled(k.points(60, 300))
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	steps := k.steps(user, proxy)
	n := min(steps, k.points(12, 400))
	for i := range n {
		step := 1 + i*steps/n
		k.try(fmt.Sprintf("step=%d", step), func(t *testing.T) {
			v := k.victim(t, user, proxy.Addr)
			v.Step = step
			if killed, _ := v.dies(t, false); !killed {
				t.Log("the pass had fewer steps this time")
			}
			v.rises(t, proxy, want)
		})
	}
	total := int64(k.points(60_000, 300_000))
	for i := range k.points(6, 200) {
		k.try(fmt.Sprintf("byte=%d", i), func(t *testing.T) {
			v := k.victim(t, user, proxy.Addr)
			v.killedAt(t, proxy, servertest.Fault{Kind: servertest.Blackhole, At: rand.New(rand.NewPCG(7, uint64(i))).Int64N(total)})
			v.rises(t, proxy, want)
		})
	}
}

// steps counts the steps of a first sync.
func (k *rack) steps(user string, proxy *servertest.Proxy) (n int) {
	v := k.victim(k.t, user, proxy.Addr)
	p, err := v.start(storage.Options{Step: func(string) { n++ }})
	if err != nil {
		k.t.Fatal(err)
	}
	if sum := p.sync(); sum.Err != nil {
		k.t.Fatal(sum.Err)
	}
	if err := p.db.Close(); err != nil {
		k.t.Fatal(err)
	}
	return n
}

// rises opens what a killed process left behind and goes on.
func (v *victim) rises(t *testing.T, proxy *servertest.Proxy, want *truth) {
	t.Helper()
	var all faults
	p := v.run(t)
	p.intact(&all)
	here := len(p.held(t))
	proxy.Commands()
	p.settles(t, proxy)
	total := 0
	for _, box := range want.boxes {
		total += len(box.Messages)
	}
	log, bodies := proxy.Commands()
	if bodies > total-here {
		all.add("I9: %d of %d messages were here, and %d were fetched", here, total, bodies)
	}
	for _, c := range log {
		if writing.MatchString(c) {
			all.add("I6: nobody asked for %q", c)
		}
	}
	for _, text := range append(all, p.reached(t, proxy, want)...) {
		t.Error(text)
	}
}

// powerCut copies the files of the database at each step as they are then, and
// takes away from the end of the log what a disk may have kept in its cache.
func powerCut(k *rack) {
	user := k.filled(60)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	v := k.victim(k.t, user, proxy.Addr)
	var copies []*victim
	p, err := v.start(storage.Options{Step: func(what string) {
		c := k.victim(k.t, user, proxy.Addr)
		cut := int64(0)
		if before := what[0] == 'b'; before { // not committed: any of it may be missing
			cut = int64(len(copies) * 700)
		}
		snapshot(k.t, v.Dir, c.Dir, cut)
		copies = append(copies, c)
	}})
	if err != nil {
		k.t.Fatal(err)
	}
	if sum := p.sync(); sum.Err != nil {
		k.t.Fatal(sum.Err)
	}
	id := someMessage(k.t, p)
	if _, err := p.db.Act(k.t.Context(), conversation.Act{Kind: conversation.ActTag, Tag: "kept", Messages: []conversation.MessageID{id}}); err != nil {
		k.t.Fatal(err)
	}
	if err := p.db.Close(); err != nil {
		k.t.Fatal(err)
	}
	last := copies[len(copies)-1]
	for i, c := range copies[:len(copies)-2] {
		k.try(fmt.Sprintf("step=%d", i+1), func(t *testing.T) { c.rises(t, proxy, want) })
	}
	k.try("intent", func(t *testing.T) {
		tasks, err := last.run(t).db.Tasks(t.Context(), "alice")
		if err != nil || len(tasks) != 1 || tasks[0].Tag != "kept" {
			t.Errorf("I7: %v of what was asked for is left: %v", tasks, err)
		}
	})
}

// someMessage gives one that is here.
func someMessage(t *testing.T, p *process) (id conversation.MessageID) {
	t.Helper()
	if err := peek(t, p.v.Dir).QueryRowContext(t.Context(), "SELECT key FROM message ORDER BY id LIMIT 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// snapshot copies a database as it lies on the disk, without the last bytes of
// its log.
func snapshot(t testing.TB, from, to string, cut int64) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(filepath.Join(from, storage.FileName+suffix))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if suffix == "-wal" {
			data = data[:max(0, int64(len(data))-cut)]
		}
		if err := os.WriteFile(filepath.Join(to, storage.FileName+suffix), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
