package composer

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// keeper saves one draft. Saves run outside the loop and can overlap; the
// keeper lets one in at a time, never lets an older text replace a newer one,
// gives the draft one id only, and lets nothing in once it was sent: else a
// late save would bring a sent message back as a draft.
type keeper struct {
	b    Backend
	mu   sync.Mutex
	id   conversation.DraftID
	last int // number of the newest text saved
	next int // number of the next text; only the loop uses it
	done bool
}

func (k *keeper) start(id conversation.DraftID) {
	k.mu.Lock()
	k.id = id
	k.mu.Unlock()
}

// turn gives the number of a text to be saved.
func (k *keeper) turn() int {
	k.next++
	return k.next
}

func (k *keeper) save(ctx context.Context, n int, d conversation.Draft) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.done || n < k.last {
		return nil
	}
	d.ID, d.ConfirmClear = k.id, false
	id, err := k.b.SaveDraft(ctx, d)
	if err == nil {
		k.id, k.last = id, n
	}
	return err
}

// send hands the draft over; when it was taken, nothing is saved any more.
func (k *keeper) send(ctx context.Context, d conversation.Draft) (conversation.Entry, conversation.Choice, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d.ID = k.id
	e, c, err := k.b.Send(ctx, d)
	k.done = k.done || err == nil
	return e, c, err
}

// drop forgets the draft for good.
func (k *keeper) drop(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done = true
	if k.id == "" {
		return nil
	}
	return k.b.DropDraft(ctx, k.id)
}

// changed begins the forecast and the saving once the typing rests.
func (s *Screen) changed() tea.Cmd {
	s.dirty = true
	s.d.ConfirmClear = false // what was confirmed was another text
	return tea.Batch(
		screen.After(&s.calm, forecastDelay, s.forecast),
		screen.After(&s.save, saveDelay, s.saveNow),
	)
}

// saveNow saves the draft.
func (s *Screen) saveNow() tea.Cmd {
	if !s.ready || !s.dirty {
		return nil
	}
	d, n := s.draft(), s.keep.turn()
	return screen.Ask(&s.save, func() (struct{}, error) {
		return struct{}{}, s.keep.save(s.env.Ctx, n, d)
	}, func(_ struct{}, err error) tea.Cmd {
		if s.locked = errors.Is(err, conversation.ErrSealed); s.locked {
			return screen.After(&s.save, 5*saveDelay, s.saveNow) // the status line says so meanwhile
		}
		if err != nil {
			return tea.Batch(s.env.Host.Fail(err), screen.After(&s.save, 5*saveDelay, s.saveNow))
		}
		s.dirty, s.saved = false, s.env.Now()
		return nil
	})
}

// Leave keeps what was written, however the screen is left.
func (s *Screen) Leave() tea.Cmd {
	if !s.ready || !s.dirty || s.sending || s.empty() {
		return nil
	}
	d, n := s.draft(), s.keep.turn()
	s.dirty = false
	var once screen.Slot
	return screen.Ask(&once, func() (struct{}, error) {
		// The program may be ending: its context must not cut the saving short.
		return struct{}{}, s.keep.save(context.WithoutCancel(s.env.Ctx), n, d)
	}, func(_ struct{}, err error) tea.Cmd {
		if errors.Is(err, conversation.ErrSealed) { // it is nowhere but here
			again := screen.To{Kind: screen.Compose, Text: unsaved, Conversation: s.to.Conversation, Draft: &d, Name: s.to.Name}
			return tea.Batch(s.env.Host.Open(again), s.env.Host.Fail(err))
		}
		return s.env.Host.Fail(err)
	})
}

// unsaved is the text that a composer is opened with for a draft that could
// not be saved.
const unsaved = "unsaved"

// unreadable leaves a draft that is sealed while the keys are locked: there is
// nothing of it to write on.
func (s *Screen) unreadable() tea.Cmd {
	closed := s.env.Host.Close()
	if s.to.Text == "take-back" {
		return tea.Batch(closed, s.env.Host.Toast(s.env.Cat.T("lock.taken", nil), nil))
	}
	return tea.Batch(closed, s.env.Host.Fail(conversation.ErrSealed))
}
