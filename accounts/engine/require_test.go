package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// asked is a transport that has to be asked what its server offers.
type asked struct {
	script
	known atomic.Bool
	times atomic.Int32
	err   error
}

func (a *asked) RequireTLS() (able, known bool) { return a.known.Load(), a.known.Load() }

func (a *asked) Probe(context.Context) error {
	a.times.Add(1)
	if a.err == nil {
		a.known.Store(true)
	}
	return a.err
}

func TestServerIsAskedWhatItOffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asked{script: script{security: accounts.Security{TLS: "1.3"}}, err: errors.New("no network")}
		e := testEngine(t, newMemory(), &a.script)
		e.workers["home"].acc.Transport = a
		if e.RequireTLS("home") || a.times.Load() != 0 {
			t.Error("asked before the engine runs")
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { e.Run(ctx); close(done) }()
		synctest.Wait()
		for range 3 {
			if e.RequireTLS("home") {
				t.Error("able at once")
			}
			time.Sleep(time.Minute)
		}
		if n := a.times.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		time.Sleep(2 * probeAgain)
		a.err = nil
		e.RequireTLS("home")
		synctest.Wait()
		if !e.RequireTLS("home") || a.times.Load() != 2 || e.RequireTLS("other") {
			t.Errorf("after an hour: asked %d times", a.times.Load())
		}
		stop()
		<-done
	})
}
