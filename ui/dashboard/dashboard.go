// Package dashboard is the place of the privacy index: accounts, messages by
// level, the next best steps, and people. Everything on it was computed from
// what is stored; nothing is guessed.
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
	Accounts(ctx context.Context) ([]conversation.Status, error)
	Explain(ctx context.Context, who string) (conversation.Explanation, error)
	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	Contact(ctx context.Context, who string) (conversation.Contact, error)
	SearchCount(ctx context.Context, query string) (int, error)
}

// How many contacts are looked at for advice, and how many of each sort are
// shown.
const (
	advised = 12
	shown   = 5
)

// calm is how long nothing has to happen before everything is counted again.
const calm = time.Second

// stepUp is one thing to do, for one contact: an advice, or another channel.
type stepUp struct {
	advice privacy.Advice
	way    *conversation.Channel
	who    conversation.Contact
}

// account is one own account with its index.
type account struct {
	conversation.Status
	index privacy.Index
}

// state is everything that is shown.
type state struct {
	accounts    []account
	levels      []level
	steps       []stepUp
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

	read, quiet screen.Slot
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
	all, err := s.b.Accounts(s.env.Ctx)
	if err != nil {
		return st, err
	}
	for _, a := range all {
		row := account{Status: a, index: privacy.Index{Level: privacy.LevelUnknown}}
		if e, err := s.b.Explain(s.env.Ctx, string(a.Account)); err == nil && e.Kind == "account" {
			row.index = e.Index
		}
		st.accounts = append(st.accounts, row)
	}
	if st.levels, err = s.count(at); err != nil {
		return st, err
	}
	return st, s.people(&st)
}

// people finds the contacts at both ends, and what could be done for those
// written to last.
func (s *Screen) people(st *state) error {
	cs, err := s.b.Contacts(s.env.Ctx, "", 200)
	if err != nil {
		return err
	}
	cs = slices.DeleteFunc(cs, func(c conversation.Contact) bool {
		return c.ID == conversation.Me || c.Messages == 0 || c.Kind == conversation.KindBulk || c.Index.Level == "" || c.Index.Level == privacy.LevelUnknown
	})
	for _, c := range cs[:min(len(cs), advised)] {
		full, err := s.b.Contact(s.env.Ctx, string(c.ID))
		if err != nil || len(full.Channels) == 0 {
			continue // gone meanwhile, or nothing to advise about
		}
		st.steps = append(st.steps, steps(full)...)
	}
	slices.SortStableFunc(st.steps, func(a, b stepUp) int { return b.advice.Gain - a.advice.Gain })
	st.steps = once(st.steps)
	st.steps = st.steps[:min(len(st.steps), shown)]
	slices.SortStableFunc(cs, func(a, b conversation.Contact) int {
		return cmp.Or(b.Index.Score-a.Index.Score, cmp.Compare(a.Name, b.Name))
	})
	half := min(shown, len(cs)/2+len(cs)%2)
	st.most = cs[:half]
	st.least = slices.Clone(cs[max(len(cs)-shown, half):])
	slices.Reverse(st.least)
	return nil
}

// steps gives what can be done here and now for one contact. Advice that needs
// sealing counts only where there is a sealed channel: a step nobody can take
// is none.
func steps(c conversation.Contact) []stepUp {
	best := c.Channels[0]
	for _, a := range privacy.Advise(best.Facts) {
		if best.Channel.Sealed || general(a.ID) {
			return []stepUp{{advice: a, who: c}}
		}
	}
	for _, p := range c.Channels[1:] {
		if gain := best.Index.Score - p.Index.Score; p.LastUsed && gain > 0 && best.Reach != conversation.Dead {
			return []stepUp{{advice: privacy.Advice{Gain: gain}, way: &best.Channel, who: c}}
		}
	}
	return nil
}

// general tells whether an advice is about the own side, whoever is written to.
func general(id string) bool { return id == "adv.owntls" || id == "adv.blockremote" }

// once keeps an advice about the own side a single time.
func once(steps []stepUp) []stepUp {
	seen := map[string]bool{}
	return slices.DeleteFunc(steps, func(s stepUp) bool {
		again := general(s.advice.ID) && seen[s.advice.ID]
		seen[s.advice.ID] = true
		return again
	})
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
func (s *Screen) State() key.State { return key.State{Row: s.sheet.Current() != ""} }
