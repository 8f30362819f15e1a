package engine

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// settable is a clock on the wall that can be set.
type settable struct{ off atomic.Int64 }

func (c *settable) now() time.Time       { return time.Now().Add(time.Duration(c.off.Load())) }
func (c *settable) set(by time.Duration) { c.off.Add(int64(by)) }
func (c *settable) of(e *Engine)         { e.o.Now = c.now }
func quiet(e *Engine)                    { e.o.Network = func() string { return "" } }
func held(wait, ago time.Duration) *conversation.Entry {
	return &conversation.Entry{ID: "e", State: conversation.StateHeld, Created: time.Now().Add(-ago), NextTry: time.Now().Add(wait)}
}

// A machine that slept, or is in another network, tries at once what rested.
func TestWakesUpAtOnce(t *testing.T) {
	for _, c := range []struct {
		name    string
		happens func(clock *settable, network *atomic.Int32)
		wakes   bool
	}{
		{"nothing happens", func(*settable, *atomic.Int32) {}, false},
		{"the clock drifts", func(c *settable, _ *atomic.Int32) { c.set(15 * time.Second) }, false},
		{"it slept", func(c *settable, _ *atomic.Int32) { c.set(8 * time.Hour) }, true},
		{"the clock was set back", func(c *settable, _ *atomic.Int32) { c.set(-time.Hour) }, true},
		{"it moved", func(_ *settable, n *atomic.Int32) { n.Add(1) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var clock settable
				var network atomic.Int32
				away := true
				m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued})
				s := &script{
					sync: func(accounts.Mirror) error {
						if away {
							return accounts.ErrOffline
						}
						return nil
					},
					send: func(h accounts.Handover) (accounts.Receipt, error) {
						if away {
							return accounts.Receipt{}, accounts.ErrOffline
						}
						return taken(h)
					},
				}
				e := testEngine(t, m, s)
				clock.of(e)
				e.o.Network = func() string { return string(rune('a' + network.Load())) }
				stop := run(t, e)
				defer stop()
				for e.Statuses()[0].Next.Sub(clock.now()) < 4*time.Minute { // until it rests for long
					time.Sleep(time.Second)
				}
				time.Sleep(20 * time.Second)
				before := s.passes.n()
				away = false
				c.happens(&clock, &network)
				time.Sleep(6 * time.Second)
				synctest.Wait()
				if woke := s.passes.n() > before; woke != c.wakes {
					t.Errorf("%d passes before, %d after", before, s.passes.n())
				}
				if sent := m.entries["e"].State == conversation.StateSent; c.wakes && !sent {
					t.Error("what could not be sent was not tried again")
				}
			})
		})
	}
}

// A clock that is set back holds no mail longer than it was to be held.
func TestClockSetBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry func() *conversation.Entry
		back  time.Duration
		by    time.Duration // sent that much later at the latest
	}{
		{"held, then set back", func() *conversation.Entry { return held(10*time.Second, 0) }, time.Hour, 15 * time.Second},
		{"made before the clock was set back", func() *conversation.Entry { return held(3*time.Hour+10*time.Second, -3*time.Hour) }, 0, 15 * time.Second},
		{"waiting for the next try", func() *conversation.Entry {
			return &conversation.Entry{ID: "e", State: conversation.StateQueued, Attempts: 1, Created: time.Now(), NextTry: time.Now().Add(1000 * time.Hour)}
		}, 0, 35 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var clock settable
				m := newMemory(*c.entry())
				s := &script{send: taken}
				e := testEngine(t, m, s)
				clock.of(e)
				quiet(e)
				stop := run(t, e)
				defer stop()
				if s.sends.n() != 0 {
					t.Fatal("sent at once")
				}
				clock.set(-c.back)
				time.Sleep(c.by)
				synctest.Wait()
				if s.sends.n() != 1 {
					t.Errorf("sent %d times within %v", s.sends.n(), c.by)
				}
			})
		})
	}
}

// A mail that is to leave at a moment leaves then, by the clock on the wall,
// also when that is set, and can be taken back until then.
func TestSendsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock settable
		entry := held(10*time.Hour, 0)
		entry.Draft.At = entry.NextTry
		m := newMemory(*entry)
		s := &script{send: taken}
		e := testEngine(t, m, s)
		clock.of(e)
		quiet(e)
		stop := run(t, e)
		defer stop()
		time.Sleep(9 * time.Hour)
		synctest.Wait()
		if s.sends.n() != 0 || !m.entries["e"].State.May(conversation.StateCancelled) {
			t.Fatal("left before its time")
		}
		clock.set(55 * time.Minute)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if s.sends.n() != 1 {
			t.Errorf("sent %d times after its time", s.sends.n())
		}
	})
}
