package imap

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// crowdedFor is how long no further connection is asked for after the
	// server refused one beside another.
	crowdedFor = 10 * time.Minute
	// freshFor is how long a connection that was just used is taken to stand.
	freshFor = 10 * time.Second
)

// lane is a place for one connection that does work. Sync has the first one
// for as long as it takes; what the user does goes over the second one then, so
// that it never waits for years of mail.
type lane struct {
	*Client
	current *session
	turn    chan struct{} // holds one token while nobody uses the lane
	waiting atomic.Int32  // how many wait for it
	idle    *time.Timer   // closes the connection when nobody comes, nil for never
	live    atomic.Bool   // there is a connection
}

func newLane(c *Client) *lane {
	l := &lane{Client: c, turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// try takes the lane if nobody uses it.
func (l *lane) try() bool {
	select {
	case <-l.turn:
		return true
	default:
		return false
	}
}

// take waits for the lane.
func (l *lane) take(ctx context.Context) error {
	if ctx.Err() == nil && l.try() {
		return nil
	}
	l.waiting.Add(1)
	defer l.waiting.Add(-1)
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release gives the lane to whoever comes next. The connection of the second
// lane is closed when nobody does.
func (l *lane) release() {
	if l == l.second && l.current != nil {
		l.expire()
	}
	l.turn <- struct{}{}
}

func (l *lane) expire() {
	if l.idle != nil {
		l.idle.Stop()
	}
	l.idle = time.AfterFunc(l.config.linger(), func() {
		if l.try() {
			if s := l.current; s != nil && time.Since(s.used) >= l.config.linger() {
				l.drop()
			}
			l.turn <- struct{}{}
		}
	})
}

// yield lets those who wait for the lane go first. The connection may have
// another folder open afterwards, or be gone.
func (l *lane) yield(ctx context.Context) error {
	if l.waiting.Load() == 0 {
		return nil
	}
	l.turn <- struct{}{}
	// Those who waited are served in order, and come before this one.
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		<-l.turn // whoever took it gives it back: the caller releases what it holds
		return ctx.Err()
	}
}

// borrow gives a lane for something short: the first one while no pass uses it,
// else the second, unless the server or the configuration allows no further
// connection. The caller releases it.
func (c *Client) borrow(ctx context.Context) (*lane, error) {
	if c.first.try() {
		return c.first, nil
	}
	if c.lines() < 3 || c.crowded() {
		return c.first, c.first.take(ctx)
	}
	if err := c.second.take(ctx); err != nil {
		return nil, err
	}
	_, err := c.second.connect(ctx)
	if err == nil {
		return c.second, nil
	}
	c.second.release()
	if ctx.Err() != nil || !c.first.live.Load() {
		return nil, err
	}
	c.crowd(err)
	return c.first, c.first.take(ctx)
}

// lines is how many connections the account may have: one that listens and two
// that work.
func (c *Client) lines() int {
	if n := c.config.Quirks.Lines; n > 0 {
		return min(n, 3)
	}
	return 3
}

// connect gives the connection in use, or a new one. One that has been idle
// for a while is asked whether it still stands. The caller holds the lane.
func (l *lane) connect(ctx context.Context) (*session, error) {
	if s := l.current; s != nil {
		unused := time.Now().Round(0).Sub(s.used.Round(0)) // by the wall's clock: the machine may have slept
		fresh := unused >= 0 && unused < freshFor && s.conn.failure() == nil
		if fresh || s.within(ctx, min(alive, s.quiet), "noop", func() error { return s.c.Noop().Wait() }) == nil {
			return s, nil
		}
		l.drop()
	}
	s, err := l.open(ctx)
	l.current = s
	l.live.Store(err == nil)
	return s, err
}

func (l *lane) drop() {
	if l.current != nil {
		l.current.close()
		l.current = nil
		l.live.Store(false)
	}
}

// after drops the connection when err says that it is of no use any more.
func (l *lane) after(err error) error {
	if err != nil && lost(err) {
		l.drop()
	}
	return err
}
