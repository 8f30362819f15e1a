// Package account is the place of the user's own accounts.
package account

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	Accounts(ctx context.Context) ([]conversation.Status, error)
	Explain(ctx context.Context, who string) (conversation.Explanation, error)
	SyncNow(ctx context.Context, a conversation.AccountID) error
	Keys(ctx context.Context) ([]conversation.Key, error)
	Maker
}

// Remover takes accounts away; nil where they cannot be changed.
type Remover interface {
	Remove(ctx context.Context, name string, keepMessages bool) error
}

// row is one account with its index.
type row struct {
	conversation.Status
	index   privacy.Index
	own     conversation.Key // zero for none
	foreign conversation.Key // that could be taken instead of making one, zero for none
}

// Screen is the place.
type Screen struct {
	env   *screen.Env
	b     Backend
	setup Remover
	rows  []row
	ready bool
	sheet kit.Sheet

	read, act, look screen.Slot
	w, h            int
}

// New makes the screen.
func New(env *screen.Env, b Backend, setup Remover) *Screen {
	return &Screen{env: env, b: b, setup: setup}
}

// Load reads the accounts.
func (s *Screen) Load() tea.Cmd {
	return screen.Ask(&s.read, s.find, func(rows []row, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.rows, s.ready = rows, true
		s.sheet.Set(s.items())
		return s.seek()
	})
}

func (s *Screen) find() ([]row, error) {
	all, err := s.b.Accounts(s.env.Ctx)
	if err != nil {
		return nil, err
	}
	keys, err := s.b.Keys(s.env.Ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(all))
	for i, st := range all {
		rows[i] = row{Status: st, index: privacy.Index{Level: privacy.LevelUnknown}, own: ownKey(keys, st.Address)}
		if e, err := s.b.Explain(s.env.Ctx, string(st.Account)); err == nil && e.Kind == "account" {
			rows[i].index = e.Index
		}
	}
	return rows, nil
}

// Changed reads them again.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	if !ev.All && len(ev.Accounts) == 0 {
		return nil
	}
	return s.Load()
}

func (s *Screen) items() []kit.Item {
	items := []kit.Item{kit.Blank()}
	for _, r := range s.rows {
		items = append(items, kit.Item{Key: string(r.Account), Draw: func(w int, on bool) []string { return s.draw(r, w, on) }}, kit.Blank())
	}
	if len(s.rows) == 0 {
		items = append(items, screen.Wrapped(2, safe.Line(s.env.Cat.T("account.empty", nil)), s.env.Styles.Dim.On))
	}
	return items
}

func (s *Screen) draw(r row, w int, on bool) []string {
	st, cat := s.env.Styles, s.env.Cat
	bar, style := kit.Gap(1), st.Plain
	if on {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	rows := []string{screen.AccountLine(s.env, r.Status, bar, style, w, kit.Chip(st.Index(r.index)), kit.Gap(1))}
	rows = append(rows, s.keyRow(r, bar, w)...)
	for i, f := range r.index.Factors {
		if f.Points == f.Max || i > 8 {
			continue
		}
		l := kit.Line{bar, kit.Gap(6), kit.Own(st.Dim, cat.Factor(f.Key(), ""))}
		rows = append(rows, l.Draw(w, st.Glyph.Ellipsis))
	}
	if r.index.Level != privacy.LevelUnknown {
		l := kit.Line{bar, kit.Gap(6), kit.Own(st.Dim, screen.Sentence(s.env, r.index, r.Address.ID))}
		rows = append(rows, l.Draw(w, st.Glyph.Ellipsis))
	}
	rows = append(rows, screen.AccountProgress(s.env, r.Status, bar, w)...)
	return append(rows, screen.AccountTrouble(s.env, r.Status, bar, w)...)
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
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("place.accounts", nil))}
}

// Remark has nothing to say.
func (s *Screen) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Accounts} }

// State tells what there is.
func (s *Screen) State() key.State {
	r, ok := s.current()
	return key.State{Row: ok, Own: ok && r.lacksKey()}
}

func (s *Screen) current() (row, bool) {
	for _, r := range s.rows {
		if string(r.Account) == s.sheet.Current() {
			return r, true
		}
	}
	return row{}, false
}

// Index gives the badge of the account under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	r, ok := s.current()
	return r.index, r.Address.ID, ok
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	host := s.env.Host
	if id == key.Add {
		return host.Open(screen.To{Kind: screen.Setup}), true
	}
	r, ok := s.current()
	if !ok {
		return nil, false
	}
	switch id {
	case key.Open, key.Why:
		return host.Open(screen.To{Kind: screen.Why, Index: &r.index, Name: r.Address.ID}), true
	case key.Sync:
		return s.sync(r), true
	case key.Remove:
		return s.remove(r), true
	case key.MakeKey:
		return s.making(r).begin(r.foreign), true
	}
	return nil, false
}

func (s *Screen) sync(r row) tea.Cmd {
	name := map[string]any{"Account": safe.Line(r.Address.ID).String()}
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.SyncNow(s.env.Ctx, r.Account)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return s.env.Host.Toast(s.env.Cat.T("account.syncing", name), nil)
	})
}

// remove asks, then takes the account away; the messages stay.
func (s *Screen) remove(r row) tea.Cmd {
	if s.setup == nil {
		return s.env.Host.Toast(s.env.Cat.T("need.setup", nil), nil)
	}
	name := map[string]any{"Account": safe.Line(r.Address.ID).String()}
	return s.env.Host.Ask(screen.Question{
		Title: s.env.Cat.T("account.remove.title", name),
		Rows:  []string{s.env.Cat.T("account.remove.text", nil)},
		Yes: func() tea.Cmd {
			return screen.Ask(&s.act, func() (struct{}, error) {
				return struct{}{}, s.setup.Remove(s.env.Ctx, string(r.Account), true)
			}, func(_ struct{}, err error) tea.Cmd {
				if err != nil {
					return s.env.Host.Fail(err)
				}
				return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("account.removed", name), nil))
			})
		},
	})
}
