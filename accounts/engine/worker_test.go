package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// run starts the engine inside a synctest bubble and gives what ends it.
func run(t *testing.T, e *Engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	synctest.Wait()
	return func() { cancel(); <-done }
}

func holdTime(t *testing.T) {
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateHeld, NextTry: time.Now().Add(10 * time.Second)})
	s := &script{send: func(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() }}
	stop := run(t, testEngine(t, m, s))
	defer stop()
	time.Sleep(9 * time.Second)
	synctest.Wait()
	if s.sends.n() != 0 {
		t.Error("sent during its hold time")
	}
	time.Sleep(2 * time.Second)
	synctest.Wait()
	if s.sends.n() != 1 {
		t.Errorf("sent %d times after its hold time, want once", s.sends.n())
	}
}

// A server that is away is tried again with growing pauses, and at once when
// the user asks.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{sync: func(accounts.Mirror) error { return accounts.ErrOffline }}
		e := testEngine(t, newMemory(), s)
		stop := run(t, e)
		defer stop()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s.passes.n() < 5 || s.passes.n() > 15 {
			t.Errorf("%d passes in ten minutes of a server away, want 5 to 15", s.passes.n())
		}
		if st := e.Statuses()[0]; st.Phase != conversation.PhaseOffline || st.Err == nil {
			t.Errorf("status %+v, want offline with its error", st)
		}
		before := s.passes.n()
		e.Wake("home")
		synctest.Wait()
		if s.passes.n() != before+1 {
			t.Error("did not try at once when asked")
		}
	})
}

// A refused login is not repeated for a while: servers lock accounts out.
func TestAnErrorIsOverOnceMessagesComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		s := &script{}
		s.sync = func(m accounts.Mirror) error {
			if s.passes.n() == 1 {
				return accounts.ErrOffline
			}
			m.Progress(0, 10, "")
			<-hold
			m.Progress(1, 10, "")
			<-hold
			return nil
		}
		e := testEngine(t, newMemory(), s)
		stop := run(t, e)
		defer stop()
		synctest.Wait()
		e.Wake("home")
		synctest.Wait()
		if st := e.Statuses()[0]; st.Err == nil {
			t.Errorf("status %+v before anything came, want the error", st)
		}
		hold <- struct{}{}
		synctest.Wait()
		if st := e.Statuses()[0]; st.Err != nil || st.Phase != conversation.PhaseSync {
			t.Errorf("status %+v while messages come, want no error", st)
		}
		close(hold)
	})
}

func TestRefusedLoginWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{sync: func(accounts.Mirror) error { return accounts.ErrAuth }}
		e := testEngine(t, newMemory(), s)
		stop := run(t, e)
		defer stop()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s.passes.n() != 1 {
			t.Errorf("%d logins in ten minutes, want one", s.passes.n())
		}
		if p := e.Statuses()[0].Phase; p != conversation.PhaseRefused {
			t.Errorf("phase %s, want refused", p)
		}
	})
}

// News from the server bring a pass; a connection that breaks brings one too.
func TestNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{watch: func(ctx context.Context, news func()) error {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
				news()
				<-ctx.Done()
			}
			return nil
		}}
		stop := run(t, testEngine(t, newMemory(), s))
		defer stop()
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		if s.passes.n() != 2 {
			t.Errorf("%d passes, want the first one and one for the news", s.passes.n())
		}
	})
}

// Writing to the store from elsewhere is served without a pass.
func TestPoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var got []accounts.Task
		s := &script{apply: func(l []accounts.Task) ([]int64, error) { got = l; return []int64{l[0].ID}, nil }}
		e := testEngine(t, m, s)
		stop := run(t, e)
		defer stop()
		m.tasks = []accounts.Task{{ID: 7, Kind: conversation.ActRead}}
		e.Poke()
		synctest.Wait()
		if len(got) != 1 || len(m.tasks) != 0 || s.passes.n() != 1 {
			t.Errorf("replayed %v, %d left, %d passes; want the act, none, one", got, len(m.tasks), s.passes.n())
		}
	})
}

// An act that the server refuses for good does not block the ones behind it.
func TestRefusedActIsGivenUp(t *testing.T) {
	m := newMemory()
	m.tasks = []accounts.Task{{ID: 1}, {ID: 2}, {ID: 3}}
	s := &script{apply: func(l []accounts.Task) ([]int64, error) {
		var done []int64
		for _, x := range l {
			if x.ID == 2 {
				return done, accounts.ErrRefused
			}
			done = append(done, x.ID)
		}
		return done, nil
	}}
	if sum := testEngine(t, m, s).SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Error(sum.Err)
	}
	if len(m.tasks) != 0 || len(m.failed) != 1 || m.failed[0] != 2 {
		t.Errorf("left %v, failed %v; want none, and 2", m.tasks, m.failed)
	}
}

// Only one process serves an account.
func TestLock(t *testing.T) {
	dir := t.TempDir() + "/made" // made when it is not there
	a, b := testEngine(t, newMemory(), &script{}), testEngine(t, newMemory(), &script{})
	a.o.LockDir, b.o.LockDir = dir, dir
	unlock, ok := a.pick("home")[0].tryLock()
	if !ok {
		t.Fatal("the lock of a new folder is taken")
	}
	if sum := b.SyncOnce(t.Context(), nil)[0]; sum.Err != ErrElsewhere {
		t.Errorf("the second engine got %v, want ErrElsewhere", sum.Err)
	}
	unlock()
	if sum := b.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Errorf("after the first let go: %v", sum.Err)
	}
}

// An unknown account is named in the answer.
func TestUnknownAccount(t *testing.T) {
	e := testEngine(t, newMemory(), &script{})
	if sum := e.SyncOnce(t.Context(), []conversation.AccountID{"nope"})[0]; sum.Err == nil || sum.Account != "nope" {
		t.Errorf("got %+v, want an error naming the account", sum)
	}
	if err := e.Remove(t.Context(), "nope"); err == nil {
		t.Error("removing an unknown account went well")
	}
}
