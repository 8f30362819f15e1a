package palette

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// scattered is what it costs when the letters do not stand together.
const scattered = 40

// rank tells how well a text fits what was typed, lower is better: its letters
// have to occur in order, and those that begin a word or follow each other
// count most. ok is false when one is missing.
func rank(text, typed string) (cost int, ok bool) {
	runes := []rune(strings.ToLower(text))
	at, last := 0, -1
	for _, want := range typed {
		for at < len(runes) && runes[at] != want {
			at++
		}
		if at == len(runes) {
			return 0, false
		}
		switch {
		case at == 0 || runes[at-1] == ' ' || runes[at-1] == '-':
			cost++
		case at != last+1:
			cost += 6 + at - last
		}
		last = at
		at++
	}
	if !strings.Contains(strings.ToLower(text), typed) {
		cost += scattered
	}
	return cost + len(runes)/8, true
}

// usual lists the actions of the screen below, those that move left out.
func (s *Screen) usual() []entry {
	in, state := s.env.Host.Below()
	var out []entry
	for _, a := range s.env.Host.Keys().Of(in) {
		if a.Hidden || moves(a.ID) || a.ID == key.OpenPalette || a.ID == key.Command {
			continue
		}
		e := entry{id: "a:" + string(a.ID), action: a.ID, text: s.env.Cat.T(a.Title(), nil), keys: key.Show(a.Keys[0])}
		if ok, reason := a.Enabled(state); !ok {
			e.off, e.where = true, s.env.Cat.T(reason, nil)
		}
		out = append(out, e)
	}
	return out
}

func moves(id key.ID) bool {
	return slices.Contains([]key.ID{key.Down, key.Up, key.First, key.Last, key.HalfDown, key.HalfUp, key.PageDown, key.PageUp}, id)
}

// actions lists the actions that fit, those that can be done first.
func (s *Screen) actions(typed string) []entry {
	var out []entry
	for _, e := range s.usual() {
		cost, ok := rank(e.text, typed)
		if !ok {
			continue
		}
		if typed == "" {
			cost = 0 // the table's order
		}
		if e.rank = cost; e.off {
			e.rank += 1000
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.rank - b.rank })
	return out
}

// keptSearches lists the saved searches.
func (s *Screen) keptSearches(all []conversation.SavedSearch) []entry {
	var out []entry
	for _, saved := range all {
		out = append(out, entry{
			id: "s:" + saved.Name, to: screen.To{Kind: screen.Search, Text: saved.Query, Name: saved.Name},
			text: safe.Line(saved.Name).String(), where: s.env.Cat.T("palette.saved", nil),
		})
	}
	return out
}

// fitting gives the saved searches that hold what was typed.
func (s *Screen) fitting(typed string) []entry {
	return slices.DeleteFunc(slices.Clone(s.saved), func(e entry) bool { return !strings.Contains(strings.ToLower(e.text), typed) })
}

// look finds people and conversations by what was typed.
func (s *Screen) look(typed string) ([]entry, error) {
	people, err := s.b.Contacts(s.env.Ctx, typed, 6)
	if err != nil {
		return nil, err
	}
	var out []entry
	st, cat := s.env.Styles, s.env.Cat
	for _, c := range people {
		name := c.Name
		if name == "" && len(c.Addresses) > 0 {
			name = c.Addresses[0].ID
		}
		out = append(out, entry{
			id: "p:" + string(c.ID), to: screen.To{Kind: screen.Card, Who: string(c.ID)}, chip: st.Index(c.Index),
			text: safe.Line(name).String(), where: cat.T("palette.person", nil),
		})
	}
	page, err := s.b.List(s.env.Ctx, conversation.Window{Query: words(typed), Limit: 6})
	if err != nil {
		return nil, err
	}
	for _, c := range page.Rows {
		out = append(out, entry{
			id: "c:" + string(c.ID), to: screen.To{Kind: screen.Timeline, Conversation: c.ID}, chip: st.Index(c.Index),
			text: safe.Line(c.Title + "  " + c.Subject).String(), where: cat.T("palette.conversation", nil),
		})
	}
	return out, nil
}

// words makes a query of words that must all occur.
func words(text string) *conversation.Query {
	q := &conversation.Query{Text: text, Root: conversation.Node{Op: conversation.And}}
	for _, word := range strings.Fields(text) {
		q.Root.Kids = append(q.Root.Kids, conversation.Node{Op: conversation.Match, Text: word, Prefix: true})
	}
	return q
}

// commands lists the actions by their names; behind "search" comes what to
// look for.
func (s *Screen) commands(typed string) []entry {
	name, _, argued := strings.Cut(typed, " ")
	var out []entry
	for _, e := range s.usual() {
		id := string(e.action)
		if argued && id != name || !strings.HasPrefix(id, name) {
			continue
		}
		if e.where == "" {
			e.where = e.text
		}
		e.text = id
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.text, b.text) })
	return out
}

// complete takes over the name under the cursor.
func (s *Screen) complete() tea.Cmd {
	e, ok := s.list.Current()
	if !ok || !s.command {
		return nil
	}
	s.field.Set(e.text + " ")
	return s.later()
}

// take does what is under the cursor.
func (s *Screen) take() tea.Cmd {
	host := s.env.Host
	e, ok := s.list.Current()
	if !ok {
		return nil
	}
	if s.command && strings.TrimSpace(s.field.Value()) == "" {
		return host.Close() // nothing was typed: nothing is done
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(s.field.Value()), " ")
	closed := host.Close()
	switch {
	case e.to.Kind != "":
		return tea.Batch(closed, host.Open(e.to))
	case s.command && e.action == key.SearchFor && rest != "":
		return tea.Batch(closed, host.Open(screen.To{Kind: screen.Search, Text: rest}))
	}
	return tea.Batch(closed, host.Run(e.action))
}
