package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func taken(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() }

func applied(l []accounts.Task) (done []int64, err error) {
	for _, t := range l {
		done = append(done, t.ID)
	}
	return done, nil
}

// endless is a first sync that goes on until the test is over.
func endless(ctx context.Context) func(accounts.Mirror) error {
	return func(m accounts.Mirror) error {
		for i := 0; ctx.Err() == nil; i++ {
			m.Progress(i, 500_000, "INBOX")
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
		return ctx.Err()
	}
}

// While years of mail are fetched, acts are replayed, mail is sent and news are
// listened for.
func TestErrandsDoNotWaitForALongPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		m := newMemory()
		watched := 0
		s := &script{send: taken, apply: applied, sync: endless(ctx), watch: func(ctx context.Context, _ func()) error {
			watched++
			<-ctx.Done()
			return nil
		}}
		e := testEngine(t, m, s)
		stop := run(t, e)
		defer stop()
		defer cancel()
		time.Sleep(time.Minute)
		m.tasks = []accounts.Task{{ID: 1, Kind: conversation.ActArchive}}
		m.entries["e"] = &conversation.Entry{ID: "e", State: conversation.StateHeld, NextTry: time.Now().Add(10 * time.Second), Created: time.Now()}
		e.Poke()
		synctest.Wait()
		if len(m.tasks) != 0 || s.sends.n() != 0 {
			t.Errorf("%d acts left, %d sent; want the act done at once and the mail held", len(m.tasks), s.sends.n())
		}
		time.Sleep(10100 * time.Millisecond)
		synctest.Wait()
		if s.sends.n() != 1 || s.passes.n() != 1 || watched != 1 {
			t.Errorf("sent %d, passes %d, watched %d; want one each", s.sends.n(), s.passes.n(), watched)
		}
	})
}

// Acts come before the outbox: a message answered and archived is archived.
func TestActsComeFirst(t *testing.T) {
	var order []string
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued})
	m.tasks = []accounts.Task{{ID: 1}}
	s := &script{
		send:  func(h accounts.Handover) (accounts.Receipt, error) { order = append(order, "send"); return taken(h) },
		apply: func(l []accounts.Task) ([]int64, error) { order = append(order, "act"); return applied(l) },
		sync:  func(accounts.Mirror) error { order = append(order, "fetch"); return nil },
	}
	testEngine(t, m, s).SyncOnce(t.Context(), nil)
	if !slices.Equal(order, []string{"act", "send", "fetch"}) {
		t.Errorf("in the order %v", order)
	}
}

// News that come in the course of a pass bring another one after it.
func TestNewsDuringAPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			sync: func(m accounts.Mirror) error {
				m.Progress(0, 1, "")
				time.Sleep(10 * time.Second)
				return nil
			},
			watch: func(ctx context.Context, news func()) error {
				time.Sleep(2 * time.Second)
				news()
				<-ctx.Done()
				return nil
			},
		}
		stop := run(t, testEngine(t, newMemory(), s))
		defer stop()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if s.passes.n() != 2 {
			t.Errorf("%d passes, want the first and one for the news", s.passes.n())
		}
	})
}

// A submission server that is away keeps nothing from being fetched, and one
// that gives no mail out keeps nothing from being sent. The status tells both.
func TestServersFailAlone(t *testing.T) {
	for _, c := range []struct {
		name         string
		fetch, send  error
		phase        conversation.Phase
		sent, passes bool
	}{
		{"sending is down", nil, accounts.ErrOffline, conversation.PhaseIdle, false, true},
		{"fetching is down", accounts.ErrOffline, nil, conversation.PhaseOffline, true, false},
		{"sending refuses the login", nil, accounts.ErrAuth, conversation.PhaseRefused, false, true},
		{"fetching refuses the login", accounts.ErrAuth, nil, conversation.PhaseRefused, true, false},
		{"both are down", fmt.Errorf("imap: %w", accounts.ErrOffline), fmt.Errorf("smtp: %w", accounts.ErrCertificate), conversation.PhaseOffline, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued})
				s := &script{
					send: func(h accounts.Handover) (accounts.Receipt, error) {
						if c.send != nil {
							return accounts.Receipt{}, c.send
						}
						return taken(h)
					},
					sync: func(accounts.Mirror) error { return c.fetch },
				}
				e := testEngine(t, m, s)
				stop := run(t, e)
				defer stop()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				st := e.Statuses()[0]
				if st.Phase != c.phase || st.Err == nil || st.Detail == "" {
					t.Errorf("status %+v, want %s and an error", st, c.phase)
				}
				for _, want := range []error{c.fetch, c.send} {
					if want != nil && !errors.Is(st.Err, want) {
						t.Errorf("the status says %v and not %v", st.Err, want)
					}
				}
				if sent := m.entries["e"].State == conversation.StateSent; sent != c.sent || st.Last.IsZero() == c.passes {
					t.Errorf("sent %v, last good pass %v", sent, st.Last)
				}
			})
		})
	}
}

// Whatever there is to do, a server that does not answer well is tried once in
// five seconds at most, and a refused login not again by itself.
func TestTriesAreSpaced(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		most int
	}{{"away", accounts.ErrOffline, 30}, {"refused", accounts.ErrAuth, 1}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var tries []time.Time
				try := func() error { tries = append(tries, time.Now()); return c.err }
				m := newMemory()
				m.tasks = []accounts.Task{{ID: 1}}
				s := &script{
					sync:  func(accounts.Mirror) error { return try() },
					apply: func([]accounts.Task) ([]int64, error) { return nil, try() },
					watch: func(context.Context, func()) error { return try() },
				}
				e := testEngine(t, m, s)
				stop := run(t, e)
				defer stop()
				for range 100 {
					time.Sleep(time.Second)
					e.Poke()
				}
				synctest.Wait()
				if len(tries) == 0 || len(tries) > c.most {
					t.Errorf("%d tries in 100 seconds", len(tries))
				}
				for i := 1; i < len(tries); i++ {
					if gap := tries[i].Sub(tries[i-1]); gap < 5*time.Second {
						t.Errorf("tried again after %v", gap)
					}
				}
			})
		})
	}
}

// A connection that breaks is noticed by a pass at once, and listened on again.
func TestWatchBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watches := 0
		s := &script{watch: func(ctx context.Context, _ func()) error {
			watches++
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(30 * time.Second):
				return accounts.ErrOffline
			}
		}}
		e := testEngine(t, newMemory(), s)
		stop := run(t, e)
		defer stop()
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if s.passes.n() != 2 {
			t.Errorf("%d passes right after the connection broke, want 2", s.passes.n())
		}
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if watches != 2 || e.Statuses()[0].Phase != conversation.PhaseIdle {
			t.Errorf("listened %d times, %+v", watches, e.Statuses()[0])
		}
	})
}

// flagged notes what the mirror stores of flags.
type flagged struct {
	*memory
	set    []uint32
	folder accounts.Folder
}

func (f *flagged) SetFlags(_ context.Context, _ conversation.AccountID, _ string, _ uint32, ch []accounts.FlagChange) (Change, error) {
	for _, c := range ch {
		f.set = append(f.set, c.UID)
	}
	return Change{}, nil
}

func (f *flagged) SaveFolder(_ context.Context, _ conversation.AccountID, folder accounts.Folder) error {
	f.folder = folder
	return nil
}

// What an act changed on the server in the course of a pass is not undone by
// what the pass was told before, and is asked for again in the next one.
func TestActsDuringAPassKeepTheirFlags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &flagged{memory: newMemory()}
		m.folders = []accounts.Folder{{Name: "INBOX", Validity: 3, ModSeq: 70}}
		poked := make(chan struct{})
		s := &script{apply: applied, sync: func(mi accounts.Mirror) error {
			if _, err := mi.Folders(t.Context()); err != nil {
				return err
			}
			mi.Progress(0, 2, "")
			<-poked // the server was asked for the flags before that
			time.Sleep(time.Second)
			if err := mi.SetFlags(t.Context(), "INBOX", 3, []accounts.FlagChange{{UID: 5}, {UID: 6}}); err != nil {
				return err
			}
			return mi.SaveFolder(t.Context(), accounts.Folder{Name: "INBOX", Validity: 3, ModSeq: 90})
		}}
		e := testEngine(t, m.memory, s)
		e.o.Store = m
		stop := run(t, e)
		defer stop()
		m.tasks = []accounts.Task{{ID: 1, Kind: conversation.ActStar, Folder: "INBOX", Validity: 3, UID: 5}}
		e.Poke()
		synctest.Wait()
		close(poked)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !slices.Equal(m.set, []uint32{6}) || m.folder.ModSeq != 70 {
			t.Errorf("flags of %v were stored, up to change %d; want those of 6, and 70", m.set, m.folder.ModSeq)
		}
		e.Wake("home")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !slices.Equal(m.set, []uint32{6, 5, 6}) || m.folder.ModSeq != 90 {
			t.Errorf("after the next pass: %v, %d", m.set, m.folder.ModSeq)
		}
	})
}

// No message is swept while an act is on its way: it may be in no folder that
// was looked at.
func TestNothingIsSweptWhileActsAreOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		sweptBefore := -1
		s := &script{
			sync: func(mi accounts.Mirror) error { mi.Progress(0, 1, ""); time.Sleep(2 * time.Second); return nil },
			apply: func(l []accounts.Task) ([]int64, error) {
				time.Sleep(5 * time.Second)
				sweptBefore = m.swept
				return applied(l)
			},
		}
		e := testEngine(t, m, s)
		stop := run(t, e)
		defer stop()
		m.tasks = []accounts.Task{{ID: 1}}
		e.Poke()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if sweptBefore != 0 || m.swept != 1 {
			t.Errorf("swept %d times before the act was done, %d in all; want none, and once", sweptBefore, m.swept)
		}
	})
}

// Acts on one message are replayed in order, also when one of them had to wait
// for a pass and the next one was done after the message was found again.
func TestActsStayInOrderWhileOneWaits(t *testing.T) {
	m := newMemory()
	var order []int64
	stale := true
	s := &script{apply: func(l []accounts.Task) ([]int64, error) {
		if stale {
			return nil, fmt.Errorf("%w: %w", accounts.ErrStale, accounts.ErrRefused)
		}
		done, err := applied(l)
		order = append(order, done...)
		return done, err
	}}
	e := testEngine(t, m, s)
	w := e.pick("home")[0]
	first := accounts.Task{ID: 1, Kind: conversation.ActRead, Folder: "INBOX", Validity: 3, UID: 5}
	other := accounts.Task{ID: 3, Kind: conversation.ActRead, Folder: "INBOX", Validity: 4, UID: 8}
	m.tasks = []accounts.Task{first}
	if err := w.replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The pass under way has found the message under its new name by now.
	stale = false
	first.Validity, first.UID = 4, 7
	next := first
	next.ID, next.Kind = 2, conversation.ActUnread
	m.tasks = []accounts.Task{first, next, other}
	if err := w.replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.acts.ended()
	if err := w.replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, []int64{3, 1, 2}) {
		t.Errorf("replayed in the order %v", order)
	}
}

func (m *memory) AttemptTasks(context.Context, []int64) error { return nil }
