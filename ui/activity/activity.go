// Package activity is the place of what is on its way: the outbox, drafts, and
// the state of each account.
package activity

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	Outbox(ctx context.Context) ([]conversation.Entry, error)
	Retry(ctx context.Context, id conversation.EntryID) error
	Message(ctx context.Context, id conversation.MessageID) (conversation.Message, error)
	Drafts(ctx context.Context) ([]conversation.Draft, error)
	DropDraft(ctx context.Context, id conversation.DraftID) error
	SaveDraft(ctx context.Context, d conversation.Draft) (conversation.DraftID, error)
	Accounts(ctx context.Context) ([]conversation.Status, error)
	SyncNow(ctx context.Context, a conversation.AccountID) error
}

// now is everything that is shown.
type now struct {
	entries  []conversation.Entry
	drafts   []conversation.Draft
	statuses []conversation.Status
}

// Screen is the place.
type Screen struct {
	env   *screen.Env
	b     Backend
	now   now
	ready bool
	sheet kit.Sheet
	moved map[conversation.AccountID]step // when each fetch last got on

	read, act, ticks screen.Slot
	w, h             int
}

// New makes the screen.
func New(env *screen.Env, b Backend) *Screen { return &Screen{env: env, b: b} }

// Load reads everything that is shown.
func (s *Screen) Load() tea.Cmd {
	return screen.Ask(&s.read, s.find, func(n now, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.now, s.ready = n, true
		s.follow()
		s.sheet.Set(s.items())
		return s.countDown()
	})
}

func (s *Screen) find() (now, error) {
	var n now
	all, err := s.b.Outbox(s.env.Ctx)
	if err != nil {
		return n, err
	}
	for _, e := range all {
		if e.State != conversation.StateCancelled {
			n.entries = append(n.entries, e)
		}
	}
	if n.drafts, err = s.b.Drafts(s.env.Ctx); err != nil {
		return n, err
	}
	n.statuses, err = s.b.Accounts(s.env.Ctx)
	return n, err
}

// countDown draws again each second while something is held back.
func (s *Screen) countDown() tea.Cmd {
	for _, e := range s.now.entries {
		left := e.NextTry.Sub(s.env.Now())
		soon := e.State == conversation.StateHeld || e.State == conversation.StateQueued && left < time.Minute
		if soon && left > 0 && !screen.Scheduled(s.env, e) {
			return screen.After(&s.ticks, time.Second, s.countDown)
		}
	}
	for _, a := range s.now.statuses {
		if left := a.Next.Sub(s.env.Now()); a.Phase == conversation.PhaseOffline && left > 0 {
			return screen.After(&s.ticks, min(left, 5*time.Second), s.countDown)
		}
		if underWay(a) {
			return screen.After(&s.ticks, 5*time.Second, s.countDown)
		}
	}
	return nil
}

// Changed reads again whatever happened: each event can touch what is shown.
func (s *Screen) Changed(conversation.Event) tea.Cmd { return s.Load() }

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.sheet.SetSize(w, h)
}

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	if s.ready {
		return s.sheet.Draw()
	}
	return screen.Loading(s.env, s.w, s.h)
}

// Title names the screen.
func (s *Screen) Title() kit.Line {
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("place.activity", nil))}
}

// Remark has nothing to say.
func (s *Screen) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Activity} }

// State tells what there is.
func (s *Screen) State() key.State {
	e, ok := s.entry()
	_, draft := s.draft()
	return key.State{Row: s.sheet.Current() != "", Waiting: ok && screen.Waits(e), Draft: draft}
}

// entry gives the entry of the outbox under the cursor.
func (s *Screen) entry() (conversation.Entry, bool) {
	for _, e := range s.now.entries {
		if "e:"+string(e.ID) == s.sheet.Current() {
			return e, true
		}
	}
	return conversation.Entry{}, false
}

func (s *Screen) draft() (conversation.Draft, bool) {
	for _, d := range s.now.drafts {
		if "d:"+string(d.ID) == s.sheet.Current() {
			return d, true
		}
	}
	return conversation.Draft{}, false
}

func (s *Screen) status() (conversation.Status, bool) {
	for _, st := range s.now.statuses {
		if "a:"+string(st.Account) == s.sheet.Current() {
			return st, true
		}
	}
	return conversation.Status{}, false
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	if e, ok := s.entry(); ok {
		return s.withEntry(e, id)
	}
	if d, ok := s.draft(); ok && id == key.Open {
		return s.env.Host.Open(screen.To{Kind: screen.Compose, Conversation: d.Conversation, Draft: &d, Name: people(d)}), true
	} else if ok && id == key.Discard {
		return s.discard(d), true
	}
	st, ok := s.status()
	switch {
	case ok && id == key.Open:
		return s.env.Host.Open(screen.To{Kind: screen.Accounts}), true
	case ok && (id == key.Retry || id == key.Sync):
		return s.sync(st), true
	case id == key.Retry:
		return s.env.Host.Toast(s.env.Cat.T("activity.noretry", nil), nil), true
	}
	return nil, false
}

func (s *Screen) withEntry(e conversation.Entry, id key.ID) (tea.Cmd, bool) {
	host := s.env.Host
	switch id {
	case key.Open:
		return s.open(e), true
	case key.Retry:
		return s.retry(e), true
	case key.TakeBack:
		return host.Open(screen.To{Kind: screen.Compose, Text: "take-back", Who: string(e.ID), Conversation: e.Draft.Conversation, Name: people(e.Draft)}), true
	case key.Why:
		return host.Open(screen.To{Kind: screen.Why, Index: predicted(e), Name: people(e.Draft)}), true
	}
	return nil, false
}

// open shows the conversation of an entry: that which its message has got, else
// that in which it was written.
func (s *Screen) open(e conversation.Entry) tea.Cmd {
	host := s.env.Host
	switch {
	case e.Message != "":
		return screen.Ask(&s.act, func() (conversation.Message, error) {
			return s.b.Message(s.env.Ctx, e.Message)
		}, func(m conversation.Message, err error) tea.Cmd {
			if err != nil {
				return host.Fail(err)
			}
			return host.Open(screen.To{Kind: screen.Timeline, Conversation: m.Conversation, Message: m.ID})
		})
	case e.Draft.Conversation != "":
		return host.Open(screen.To{Kind: screen.Timeline, Conversation: e.Draft.Conversation})
	}
	return host.Toast(s.env.Cat.T("activity.noconversation", nil), nil)
}

// retry sends again. What may have arrived already is asked about first, since
// it would arrive twice.
func (s *Screen) retry(e conversation.Entry) tea.Cmd {
	switch e.State {
	case conversation.StateUnknown:
		return s.env.Host.Ask(screen.Question{
			Title: s.env.Cat.T("activity.again.title", nil),
			Rows:  []string{s.env.Cat.T("activity.again.text", nil)}, Yes: func() tea.Cmd { return s.again(e.ID) },
		})
	case conversation.StateFailed, conversation.StateQueued:
		if !screen.Scheduled(s.env, e) {
			return s.again(e.ID)
		}
	}
	return s.env.Host.Toast(screen.EntryStuck(s.env, e), nil)
}

func (s *Screen) again(id conversation.EntryID) tea.Cmd {
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.Retry(s.env.Ctx, id)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("activity.again.done", nil), nil))
	})
}

// discard throws a draft away; undo keeps it again.
func (s *Screen) discard(d conversation.Draft) tea.Cmd {
	again := func() tea.Cmd {
		back := d
		back.ID = "" // the old one is gone for good
		return screen.Ask(&s.act, func() (conversation.DraftID, error) {
			return s.b.SaveDraft(s.env.Ctx, back)
		}, func(_ conversation.DraftID, err error) tea.Cmd {
			if err != nil {
				return s.env.Host.Fail(err)
			}
			return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("toast.undone", nil), nil))
		})
	}
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.DropDraft(s.env.Ctx, d.ID)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("compose.discarded", nil), again))
	})
}

func (s *Screen) sync(st conversation.Status) tea.Cmd {
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.SyncNow(s.env.Ctx, st.Account)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		name := safe.Line(st.Address.ID).String()
		return s.env.Host.Toast(s.env.Cat.T("account.syncing", map[string]any{"Account": name}), nil)
	})
}
