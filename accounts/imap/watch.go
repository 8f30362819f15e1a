package imap

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	// alive is how soon a connection in doubt has to answer.
	alive = 10 * time.Second
	// tick is how often it is looked whether the machine slept.
	tick = 10 * time.Second
	// idleless is how often a server without IDLE is asked at least.
	idleless = time.Minute
)

// Watch waits for news on a connection of its own. The inbox is watched with
// IDLE (RFC 2177) where the server has it; the other folders are looked at
// from time to time, which also shows whether the connection still stands and
// keeps servers from closing it. Where no further connection is to be had, all
// folders are looked at between passes.
func (c *Client) Watch(ctx context.Context, news func()) error {
	w := &watcher{c: c, heard: make(chan struct{}, 1), news: c.stirring(news), poll: c.config.poll()}
	for {
		if c.lines() == 1 || c.crowded() {
			if err := w.between(ctx); err != nil {
				return err
			}
			continue
		}
		err := w.own(ctx)
		if ctx.Err() != nil || w.s != nil || !c.first.live.Load() || !c.crowd(err) {
			return err
		}
	}
}

type watcher struct {
	c     *Client
	s     *session // the connection of its own, nil before it is opened
	heard chan struct{}
	news  func()
	poll  time.Duration
	inbox mailStatus // when it was opened
	last  map[string]mailStatus
}

// own watches on a connection of its own, until it breaks.
func (w *watcher) own(ctx context.Context) error {
	s, err := w.c.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	w.s = s
	s.mu.Lock()
	s.news = w.heard // from the start: what comes while the inbox is opened counts
	s.mu.Unlock()
	err = s.do(ctx, "examine inbox", func() error {
		data, err := s.c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
		if err == nil {
			w.inbox = mailStatus{data.UIDValidity, uint32(data.UIDNext), data.NumMessages, 0}
		}
		return err
	})
	for err == nil {
		err = w.round(ctx)
	}
	return err
}

// between looks at the folders on the connection for work, whenever no pass
// uses it.
func (w *watcher) between(ctx context.Context) error {
	for w.c.lines() == 1 || w.c.crowded() {
		if w.c.first.try() {
			s, err := w.c.first.connect(ctx)
			if err == nil {
				err = w.c.first.after(w.look(ctx, s))
			}
			w.c.first.release()
			if err != nil {
				return err
			}
		}
		if err := pause(ctx, w.poll); err != nil {
			return err
		}
	}
	return nil
}

// round looks at all folders, then listens until it is time to look again.
func (w *watcher) round(ctx context.Context) error {
	if err := w.s.do(ctx, "noop", func() error { return w.s.c.Noop().Wait() }); err != nil {
		return err
	}
	if err := w.look(ctx, w.s); err != nil {
		return err
	}
	if !w.s.caps.Has(imap.CapIdle) {
		return w.wait(ctx, min(w.poll, idleless))
	}
	var idle interface {
		Close() error
		Wait() error
	}
	err := w.s.do(ctx, "idle", func() (err error) {
		idle, err = w.s.c.Idle()
		return err
	})
	if err != nil {
		return err
	}
	waited := w.wait(ctx, w.poll)
	// The end of IDLE shows too whether the connection outlived a sleep.
	err = w.s.within(ctx, min(alive, w.s.quiet), "idle", func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	})
	if waited != nil {
		return waited
	}
	return err
}

// wait hands on what is heard until the next look is due, or until the machine
// has slept: nobody knows then what became of the connection.
func (w *watcher) wait(ctx context.Context, d time.Duration) error {
	due, ticks := time.NewTimer(d), time.NewTicker(min(tick, d))
	defer due.Stop()
	defer ticks.Stop()
	seen := w.c.now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.c.Closed():
			if ctx.Err() != nil { // we hung up ourselves
				return ctx.Err()
			}
			return w.s.explain(errBroken)
		case <-due.C:
			return nil
		case <-w.heard:
			w.news()
		case <-ticks.C:
			now := w.c.now()
			if slept(seen, now) {
				return nil
			}
			seen = now
		}
	}
}

// slept tells that more time passed between two ticks than the machine was
// awake for. The clock on the wall is asked: the other one stands still while
// the machine sleeps.
func slept(then, now time.Time) bool { return now.Round(0).Sub(then.Round(0)) > 3*tick }

// look compares the folders with what they were at the last look, the first
// time with what the last pass made of them.
func (w *watcher) look(ctx context.Context, s *session) error {
	now, err := w.c.statuses(ctx, s)
	if err != nil {
		return err
	}
	if _, told := now["INBOX"]; !told && s == w.s {
		now["INBOX"] = w.inbox // heard of while it is open
	}
	if w.last == nil && w.c.seen.missed(now) || w.last != nil && !maps.Equal(w.last, now) {
		w.news()
	}
	w.last = now
	return nil
}

// maxLooks bounds how many folders are asked about one by one.
const maxLooks = 50

// statuses gives the state of the folders, in one answer where the server can
// do that (RFC 5819), else one by one for the first ones. The inbox is left out
// where it is open, and folders of which nothing is brought here everywhere.
func (c *Client) statuses(ctx context.Context, s *session) (map[string]mailStatus, error) {
	boxes, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	now := map[string]mailStatus{}
	for _, b := range boxes {
		if c.config.Extent != nil && c.config.Extent(b.name, b.use).None {
			continue
		}
		if b.status == (mailStatus{}) {
			if b.name == "INBOX" && s.listens() || len(now) >= maxLooks {
				continue
			}
			err := s.do(ctx, "status", func() error {
				data, err := s.c.Status(b.name, s.statusItems()).Wait()
				b.status = statusOf(data)
				return err
			})
			if err != nil && lost(err) {
				return nil, err
			}
		}
		now[b.name] = b.status
	}
	return now, nil
}

// listens tells whether the connection is that of Watch, which has the inbox
// open.
func (s *session) listens() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.news != nil
}

// crowd notes that the server refused a connection beside another one. Servers
// say so in many ways, also by refusing the password they took for the first.
// It tells whether the error was such an answer.
func (c *Client) crowd(err error) bool {
	if err == nil || errors.Is(err, accounts.ErrOffline) || errors.Is(err, accounts.ErrCertificate) || errors.Is(err, accounts.ErrPlain) {
		return false
	}
	c.log.Info("imap: no further connection for a while", "host", c.endpoint.Host, "err", err)
	until := time.Now().Add(crowdedFor)
	c.alone.Store(&until)
	return true
}

// crowded tells whether the server refused a further connection lately.
func (c *Client) crowded() bool {
	until := c.alone.Load()
	return until != nil && time.Now().Before(*until)
}
