package search

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// askName asks for the name under which the search is kept.
func (s *Screen) askName() tea.Cmd {
	query := s.query
	return s.env.Host.Open(screen.To{Kind: screen.Prompt, Name: s.env.Cat.T("search.name", nil), Text: s.saved, Pick: func(name string) tea.Cmd {
		if name = strings.TrimSpace(name); name == "" {
			return nil
		}
		return s.keep(conversation.SavedSearch{Name: name, Query: query})
	}})
}

// keep saves a search; undo forgets it again.
func (s *Screen) keep(saved conversation.SavedSearch) tea.Cmd {
	host := s.env.Host
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.SaveSearch(s.env.Ctx, saved)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return host.Fail(err)
		}
		s.saved = saved.Name
		var once screen.Slot
		undo := func() tea.Cmd {
			return screen.Ask(&once, func() (struct{}, error) { return struct{}{}, s.b.DropSearch(s.env.Ctx, saved.Name) },
				func(_ struct{}, err error) tea.Cmd { return told(s.env, err) })
		}
		return tea.Batch(spread(), host.Toast(s.env.Cat.T("search.kept", map[string]any{"Name": safe.Line(saved.Name).String()}), undo))
	})
}

// told says that something was taken back, or why not.
func told(env *screen.Env, err error) tea.Cmd {
	if err != nil {
		return env.Host.Fail(err)
	}
	return tea.Batch(spread(), env.Host.Toast(env.Cat.T("toast.undone", nil), nil))
}

// spread lets the other screens know that the saved searches changed.
func spread() tea.Cmd {
	return func() tea.Msg { return conversation.Event{} }
}

// Keeper is what the box of saved searches needs.
type Keeper interface {
	SavedSearches(ctx context.Context) ([]conversation.SavedSearch, error)
	SaveSearch(ctx context.Context, saved conversation.SavedSearch) error
	DropSearch(ctx context.Context, name string) error
}

// Saved is the box in which one of the saved searches is chosen.
type Saved struct {
	env       *screen.Env
	b         Keeper
	list      *kit.List[string, conversation.SavedSearch]
	read, act screen.Slot
	w, h      int
}

// NewSaved makes the box.
func NewSaved(env *screen.Env, b Keeper) *Saved {
	v := &Saved{env: env, b: b}
	v.list = kit.NewList(func(s conversation.SavedSearch) string { return s.Name }, v.row)
	return v
}

// Load reads the saved searches.
func (v *Saved) Load() tea.Cmd {
	return screen.Ask(&v.read, func() ([]conversation.SavedSearch, error) {
		return v.b.SavedSearches(v.env.Ctx)
	}, func(all []conversation.SavedSearch, err error) tea.Cmd {
		if err != nil {
			return v.env.Host.Fail(err)
		}
		v.list.Set(0, len(all), all)
		return nil
	})
}

// Box says how much room the box wants.
func (v *Saved) Box(w, h int) (int, int) {
	return min(w-4, 76), min(h-4, 2+max(v.list.Total(), 3))
}

// SetSize gives the box its room.
func (v *Saved) SetSize(w, h int) {
	v.w, v.h = w, h
	v.list.SetSize(w, h, 1)
}

// Restyle forgets what was drawn.
func (v *Saved) Restyle() { v.list.Restyle() }

func (v *Saved) row(s conversation.SavedSearch, w int, selected bool) []string {
	st := v.env.Styles
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	return []string{kit.Line{bar, kit.Got(style, safe.Line(s.Name)).To(w/3, st.Glyph.Ellipsis), kit.Gap(2), kit.Got(st.Dim, safe.Line(s.Query))}.Draw(w, st.Glyph.Ellipsis)}
}

// Draw gives the rows of the box.
func (v *Saved) Draw() []string {
	if v.list.Loaded() && v.list.Total() == 0 {
		words := v.env.Cat.T("search.saved.none", map[string]any{"Key": keyIn(v.env, key.Search, key.KeepSearch)})
		return kit.Fill(screen.Wrapped(1, safe.Line(words), v.env.Styles.Dim.On).Draw(v.w, false), v.w, v.h)
	}
	return v.list.Draw()
}

// Title names the box.
func (v *Saved) Title() kit.Line {
	return kit.Line{kit.Own(v.env.Styles.Title, v.env.Cat.T("context.saved", nil))}
}

// Remark has nothing to say.
func (v *Saved) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (v *Saved) Contexts() []key.Context { return []key.Context{key.Saved, key.Overlay} }

// State tells what there is.
func (v *Saved) State() key.State {
	_, ok := v.list.Current()
	return key.State{Row: ok}
}

// Do runs an action.
func (v *Saved) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(v.list, id) {
		return nil, true
	}
	s, ok := v.list.Current()
	switch {
	case ok && id == key.Open:
		closed := v.env.Host.Close()
		return tea.Batch(closed, v.env.Host.Open(screen.To{Kind: screen.Search, Text: s.Query, Name: s.Name})), true
	case ok && id == key.Discard:
		return v.forget(s), true
	}
	return nil, false
}

// forget drops a saved search; undo keeps it again.
func (v *Saved) forget(s conversation.SavedSearch) tea.Cmd {
	undo := func() tea.Cmd {
		return screen.Ask(&v.act, func() (struct{}, error) {
			return struct{}{}, v.b.SaveSearch(v.env.Ctx, s)
		}, func(_ struct{}, err error) tea.Cmd { return tea.Batch(told(v.env, err), v.Load()) })
	}
	return screen.Ask(&v.act, func() (struct{}, error) {
		return struct{}{}, v.b.DropSearch(v.env.Ctx, s.Name)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return v.env.Host.Fail(err)
		}
		words := v.env.Cat.T("search.forgotten", map[string]any{"Name": safe.Line(s.Name).String()})
		return tea.Batch(spread(), v.Load(), v.env.Host.Toast(words, undo))
	})
}

// keyIn gives the key of an action in a context.
func keyIn(env *screen.Env, c key.Context, id key.ID) string {
	if keys := env.Host.Keys().Keys([]key.Context{c}, id); len(keys) > 0 {
		return key.Show(keys[0])
	}
	return ""
}
