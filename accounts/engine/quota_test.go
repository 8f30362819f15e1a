package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// filling is a transport whose mailbox gets fuller.
type filling struct {
	*script
	asked atomic.Int32
}

func (f *filling) Quota(context.Context) (int, error) {
	return 80 + int(f.asked.Add(1)), nil
}

func TestQuotaIsToldAfterAPassAndSeldomAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &filling{script: &script{sync: func(accounts.Mirror) error { return nil }}}
		e := New(Options{Store: newMemory()})
		if err := e.Add(t.Context(), Account{Own: Own{Account: "home"}, Transport: f}); err != nil {
			t.Fatal(err)
		}
		stop := run(t, e)
		defer stop()
		time.Sleep(30 * time.Minute) // many passes
		synctest.Wait()
		if got := e.Statuses()[0].Quota; got != 81 || f.asked.Load() != 1 {
			t.Errorf("%d per cent after %d questions, want 81 after one", got, f.asked.Load())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := e.Statuses()[0].Quota; got != 82 {
			t.Errorf("%d per cent an hour later, want 82", got)
		}
	})
}
