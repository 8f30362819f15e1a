package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

// benchSealed is how many sealed messages lie in the store whose index is built.
// CALIOPEN_BENCH_SEALED asks for another number.
func benchSealed() int {
	if n, err := strconv.Atoi(os.Getenv("CALIOPEN_BENCH_SEALED")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// sealedApp is the program with a store of sealed messages, which its own key
// opens without asking. The folder named by CALIOPEN_BENCH_PROFILE keeps it from
// run to run.
func sealedApp(b *testing.B) *app {
	b.Helper()
	dir := b.TempDir()
	if folder := os.Getenv("CALIOPEN_BENCH_PROFILE"); folder != "" {
		dir = filepath.Join(folder, "sealed"+strconv.Itoa(benchSealed()))
	}
	_, kept := os.Stat(filepath.Join(dir, "config.toml"))
	a := benchApp(b, dir)
	if kept != nil {
		fillSealed(b, a)
	}
	b.Cleanup(func() { _ = a.close() })
	return a
}

// benchApp opens the profile in a folder, as the interface does, with one
// account that stays offline.
func benchApp(b *testing.B, dir string) *app {
	b.Helper()
	cat, err := lang.Load("en")
	if err != nil {
		b.Fatal(err)
	}
	p := &program{now: time.Now, cat: cat, out: new(bytes.Buffer), err: new(bytes.Buffer), getenv: func(string) string { return "" }}
	p.flags.config, p.flags.data = filepath.Join(dir, "config.toml"), filepath.Join(dir, "data")
	if _, err := os.Stat(p.flags.config); err != nil {
		if err := accounts.AddAccount(p.flags.config, offline()); err != nil {
			b.Fatal(err)
		}
	}
	a, err := open(b.Context(), p, living)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

func fillSealed(b *testing.B, a *app) {
	b.Helper()
	if _, err := a.ring.Generate(b.Context(), conversation.MailAddress(servertest.Alice), "Alice", nil); err != nil {
		b.Fatal(err)
	}
	const step = 2000
	for from := 0; from < benchSealed(); from += step {
		batch := make([]accounts.Arrival, min(step, benchSealed()-from))
		parseAll(a.db, batch, from, func(i int) []byte { return servertest.Letter(1, i) })
		for i := range batch {
			batch[i].Parsed.Private, batch[i].Parsed.Outer = true, "..."
		}
		if _, err := a.db.Add(b.Context(), "alice", batch); err != nil {
			b.Fatal(err)
		}
	}
}

// frames tells when something was written to the terminal.
type frames chan time.Time

func (d frames) Write(p []byte) (int, error) {
	select {
	case d <- time.Now():
	default:
	}
	return len(p), nil
}

// typist sits at the interface of a program.
type typist struct {
	a      *app
	keys   io.Writer
	frames frames
	rows   []conversation.Conversation
	took   map[string][]time.Duration
}

// sit starts the interface as the program does, on a terminal that only notes
// when it is written to.
func sit(b *testing.B, a *app) *typist {
	b.Helper()
	cat, err := lang.Load("en")
	if err != nil {
		b.Fatal(err)
	}
	page, err := a.svc.List(b.Context(), conversation.Window{Limit: 50})
	if err != nil || len(page.Rows) == 0 {
		b.Fatal("nothing to show", err)
	}
	in, keys := io.Pipe()
	t := &typist{a: a, keys: keys, frames: make(frames, 1), rows: page.Rows}
	ctx, cancel := context.WithCancel(b.Context())
	model := ui.New(ui.Options{Context: ctx, Backend: a.svc, Catalogue: cat, Now: time.Now})
	loop := tea.NewProgram(model, tea.WithInput(in), tea.WithOutput(t.frames), tea.WithWindowSize(100, 30), tea.WithoutSignalHandler(),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "LANG=C.UTF-8"}))
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = loop.Run() }()
	go ui.Forward(ctx, a.svc, loop.Send)
	b.Cleanup(func() { cancel(); loop.Kill(); _ = keys.Close(); <-ended })
	return t
}

// press types a key and waits for what it draws.
func (t *typist) press(b *testing.B, key string) {
	select {
	case <-t.frames:
	default:
	}
	began := time.Now()
	_, _ = io.WriteString(t.keys, key)
	select {
	case at := <-t.frames:
		t.note("key", at.Sub(began))
	case <-time.After(5 * time.Second):
		b.Fatalf("%q draws nothing", key)
	}
}

func (t *typist) note(what string, d time.Duration) { t.took[what] = append(t.took[what], d) }

// types goes up and down the list and asks for what a key asks for, twenty
// times a second, so often or until something is done.
func (t *typist) types(b *testing.B, times int, done <-chan struct{}) map[string][]time.Duration {
	b.Helper()
	t.took = map[string][]time.Duration{}
	for n := 0; done != nil || n < times; n++ {
		t.press(b, []string{"j", "k"}[n%2])
		t.asks(b, n)
		select {
		case <-done:
			done = nil
		case <-time.After(time.Duration(33+7*n%17) * time.Millisecond): // not in step with the frames
		}
	}
	for _, d := range t.took {
		slices.Sort(d)
	}
	return t.took
}

func (t *typist) asks(b *testing.B, n int) {
	began := time.Now()
	if _, err := t.a.svc.List(b.Context(), conversation.Window{Limit: 50}); err != nil {
		b.Fatal(err)
	}
	t.note("list", time.Since(began))
	began = time.Now()
	if _, _, _, err := t.a.svc.Messages(b.Context(), t.rows[n%len(t.rows)].ID, conversation.Span{Limit: 50}); err != nil {
		b.Fatal(err)
	}
	t.note("page", time.Since(began))
}

// BenchmarkKeys types while 100,000 sealed messages are indexed after an
// unlocking, and afterwards, in one run: how long each key takes until it is
// drawn, and how long the list and a page take.
func BenchmarkKeys(b *testing.B) {
	a := sealedApp(b)
	t := sit(b, a)
	for b.Loop() {
		a.db.DropPrivateIndex()
		t.types(b, 40, nil) // the caches are warm before anything is measured
		done := make(chan struct{})
		began := time.Now()
		go func() { defer close(done); a.opened(b.Context()) }()
		busy := t.types(b, 0, done)
		b.ReportMetric(time.Since(began).Seconds(), "s-build")
		idle := t.types(b, len(busy["key"]), nil)
		for what := range busy {
			for name, share := range map[string]int{"p50": 50, "p99": 99, "max": 100} {
				is, was := percent(busy[what], share), percent(idle[what], share)
				b.ReportMetric(float64(is.Microseconds()), what+"-"+name+"-µs")
				b.ReportMetric(float64(is)/float64(was), what+"-"+name+"-x")
			}
		}
		if done, all := a.db.PrivateIndexed(); done != all || done < benchSealed() {
			b.Fatalf("%d of %d are indexed", done, all)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// percent gives the duration that so many percent of them do not exceed.
func percent(sorted []time.Duration, share int) time.Duration {
	return sorted[min(len(sorted)*share/100, len(sorted)-1)]
}

// BenchmarkMe asks for the user's own index, as the interface does at its start
// and when much changed.
func BenchmarkMe(b *testing.B) {
	a := sealedApp(b)
	for b.Loop() {
		if _, err := a.svc.Explain(b.Context(), "me"); err != nil {
			b.Fatal(err)
		}
	}
}
