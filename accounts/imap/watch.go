package imap

import (
	"context"
	"maps"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Watch waits for news on a connection of its own. The inbox is watched with
// IDLE (RFC 2177) where the server has it; the other folders are looked at
// from time to time, which also shows whether the connection still stands and
// keeps servers from closing it.
func (c *Client) Watch(ctx context.Context, news func()) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	err = s.do(ctx, "examine inbox", func() error {
		_, err := s.c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	if err != nil {
		return err
	}
	heard := make(chan struct{}, 1)
	s.mu.Lock()
	s.news = heard
	s.mu.Unlock()
	w := &watcher{s: s, heard: heard, news: news, poll: c.config.poll()}
	for {
		if err := w.round(ctx); err != nil {
			return err
		}
	}
}

type watcher struct {
	s     *session
	heard chan struct{}
	news  func()
	poll  time.Duration
	last  map[string]mailStatus
}

// round looks at all folders, then listens until it is time to look again.
func (w *watcher) round(ctx context.Context) error {
	if err := w.look(ctx); err != nil {
		return err
	}
	if !w.s.caps.Has(imap.CapIdle) {
		return w.wait(ctx)
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
	waited := w.wait(ctx)
	err = w.s.do(ctx, "idle", func() error {
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

// wait hands on what is heard until the next look is due.
func (w *watcher) wait(ctx context.Context) error {
	due := time.NewTimer(w.poll)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.c.Closed():
			return w.s.explain(errBroken)
		case <-due.C:
			return nil
		case <-w.heard:
			w.news()
		}
	}
}

// look compares the folders with what they were at the last look. The first
// look tells news too when it cannot know that there are none.
func (w *watcher) look(ctx context.Context) error {
	if err := w.s.do(ctx, "noop", func() error { return w.s.c.Noop().Wait() }); err != nil {
		return err
	}
	now, err := w.s.statuses(ctx)
	if err != nil {
		return err
	}
	if w.last != nil && !maps.Equal(w.last, now) {
		w.news()
	}
	w.last = now
	return nil
}

// maxLooks bounds how many folders are asked about one by one.
const maxLooks = 50

// statuses gives the state of the folders, in one answer where the server can
// do that (RFC 5819), else one by one for the first ones. The inbox, which is
// open here, is left out.
func (s *session) statuses(ctx context.Context) (map[string]mailStatus, error) {
	boxes, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	now := map[string]mailStatus{}
	for _, b := range boxes[:min(len(boxes), maxLooks)] {
		if b.status == (mailStatus{}) && b.name != "INBOX" {
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
