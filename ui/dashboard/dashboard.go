// Package dashboard is the place of the privacy index: the user's own and how
// it went, the next best steps, the device, the accounts, messages by level,
// and people. Everything on it was computed from what is stored; nothing is
// guessed, and nobody is blamed.
package dashboard

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	Privacy(ctx context.Context) (conversation.Overview, error)
	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	SearchCount(ctx context.Context, query string) (int, error)
	Snooze(ctx context.Context, advice string, until time.Time) error
}

// shown is how many contacts of each end are shown.
const shown = 5

// calm is how long nothing has to happen before everything is counted again.
const calm = time.Second

// state is everything that is shown.
type state struct {
	conversation.Overview
	levels      []level
	most, least []conversation.Contact
}

// Screen is the place.
type Screen struct {
	env   *screen.Env
	b     Backend
	st    state
	ready bool
	sheet kit.Sheet
	w, h  int

	read, quiet, act screen.Slot
}

// New makes the screen.
func New(env *screen.Env, b Backend) *Screen { return &Screen{env: env, b: b} }

// Load reads everything that is shown.
func (s *Screen) Load() tea.Cmd {
	at := s.env.Now()
	return screen.Ask(&s.read, func() (state, error) { return s.find(at) }, func(st state, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.st, s.ready = st, true
		s.sheet.Set(s.items())
		return nil
	})
}

func (s *Screen) find(at time.Time) (state, error) {
	var st state
	var err error
	if st.Overview, err = s.b.Privacy(s.env.Ctx); err != nil {
		return st, err
	}
	if st.levels, err = s.count(at); err != nil {
		return st, err
	}
	return st, s.people(&st)
}

// people finds the contacts at both ends.
func (s *Screen) people(st *state) error {
	cs, err := s.b.Contacts(s.env.Ctx, "", 200)
	if err != nil {
		return err
	}
	cs = slices.DeleteFunc(cs, func(c conversation.Contact) bool {
		return c.ID == conversation.Me || c.Messages == 0 || c.Kind == conversation.KindBulk || c.Index.Level == "" || c.Index.Level == privacy.LevelUnknown
	})
	slices.SortStableFunc(cs, func(a, b conversation.Contact) int {
		return cmp.Or(b.Index.Score-a.Index.Score, cmp.Compare(a.Name, b.Name))
	})
	half := min(shown, len(cs)/2+len(cs)%2)
	st.most = cs[:half]
	st.least = slices.Clone(cs[max(len(cs)-shown, half):])
	slices.Reverse(st.least)
	return nil
}

// Changed reads again.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	if !ev.All && len(ev.Conversations) == 0 && len(ev.Accounts) == 0 {
		return nil
	}
	return screen.After(&s.quiet, calm, s.Load)
}

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
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("place.privacy", nil))}
}

// Remark has nothing to say.
func (s *Screen) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Privacy} }

// State tells what there is.
func (s *Screen) State() key.State {
	_, step := s.current()
	return key.State{Row: s.sheet.Current() != "", Step: step}
}
