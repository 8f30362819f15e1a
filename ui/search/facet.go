package search

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// labels are the keys that narrow the search by one of the values. Those that
// move the cursor or leave are not among them.
const labels = "123456789abcdefgimnoprstuvwxyz"

// The pane of the facets beside the hits, where there is room for it.
const (
	paneFrom  = 98
	paneSize  = 30
	perFacet  = 6
	pickLines = 4
)

// choice is one value that narrows the search.
type choice struct {
	field, label, count string
	value               conversation.FacetValue
}

// choices lists what narrows the search, in the order in which it is shown. A
// value that all hits share, or that stands in the search, does not narrow it.
func (s *Screen) choices() []choice {
	var out []choice
	for _, name := range []string{"year", "with", "level", "account", "has", "is", "tag"} {
		for _, f := range s.facets {
			if f.Field == name {
				out = append(out, s.ofFacet(f)...)
			}
		}
	}
	return out[:min(len(out), len(labels))]
}

func (s *Screen) ofFacet(f conversation.Facet) []choice {
	var out []choice
	have := strings.Fields(s.query)
	for _, v := range f.Values {
		if len(out) == perFacet || v.Count >= s.count && !f.Bounded || slices.Contains(have, v.Term) || v.Count <= 0 {
			continue
		}
		count := s.env.Cat.Number(v.Count)
		if f.Bounded {
			count += "+"
		}
		out = append(out, choice{f.Field, s.valueName(f.Field, v), count, v})
	}
	return out
}

// valueName puts a value into words.
func (s *Screen) valueName(field string, v conversation.FacetValue) string {
	if word := "facet." + field + "." + v.Label; (field == "has" || field == "is") && s.env.Cat.Has(word) {
		return s.env.Cat.T(word, nil)
	}
	return safe.Line(v.Label).String()
}

// paneWidth gives the columns of the pane, 0 for none.
func (s *Screen) paneWidth() int {
	if s.w < paneFrom || s.err != nil || len(s.choices()) == 0 {
		return 0
	}
	return paneSize
}

// pane draws the facets in h rows.
func (s *Screen) pane(h int) []string {
	st := s.env.Styles
	edge := st.Rule.On(st.Glyph.Bar)
	var rows []string
	field := ""
	for i, c := range s.choices() {
		if c.field != field {
			if field != "" {
				rows = append(rows, kit.Spaces(paneSize-1))
			}
			field = c.field
			rows = append(rows, kit.Line{kit.Gap(1), kit.Own(st.Title, s.env.Cat.T("facet."+field, nil))}.Draw(paneSize-1, st.Glyph.Ellipsis))
		}
		rows = append(rows, s.paneRow(c, i))
	}
	rows = append(rows, kit.Spaces(paneSize-1), kit.Line{kit.Gap(1), kit.Own(st.Dim, s.env.Cat.T("search.narrow", map[string]any{"Key": keyIn(s.env, key.Search, key.Narrow)}))}.Draw(paneSize-1, st.Glyph.Ellipsis))
	rows = kit.Fill(rows, paneSize-1, h)
	for i := range rows {
		rows[i] = edge + rows[i]
	}
	return rows
}

func (s *Screen) paneRow(c choice, i int) string {
	st := s.env.Styles
	bar, style := kit.Gap(1), st.Plain
	if s.picking && i == s.pick {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	l := kit.Line{bar, kit.Own(st.Key, s.labelOf(i)).To(2, "")}
	room := paneSize - 1 - l.Width() - kit.Width(c.count) - 2
	l = append(l, kit.Own(style, c.label).To(room, st.Glyph.Ellipsis), kit.Gap(1), kit.Own(st.Dim, c.count), kit.Gap(1))
	return l.Draw(paneSize-1, st.Glyph.Ellipsis)
}

// labelOf gives the key of a value while one is chosen.
func (s *Screen) labelOf(i int) string {
	if s.picking {
		return labels[i : i+1]
	}
	return ""
}

// narrowing draws the facets on a line below the field, where there is no room
// for a pane; on more lines while one is chosen.
func (s *Screen) narrowing() []string {
	all := s.choices()
	if len(all) == 0 || s.paneWidth() > 0 {
		return nil
	}
	st := s.env.Styles
	lines := []kit.Line{{kit.Gap(3)}}
	for _, i := range s.mixed(all) {
		style, now := st.Plain, &lines[len(lines)-1]
		if s.picking && i == s.pick {
			style = st.Cursor
		}
		var one kit.Line
		if s.picking {
			one = append(one, kit.Own(st.Key, s.labelOf(i)+")"), kit.Gap(1))
		}
		one = append(one, kit.Own(style, kit.Cut(all[i].label, 24, st.Glyph.Ellipsis)), kit.Own(st.Dim, " "+all[i].count))
		sep := kit.Own(st.Dim, " "+st.Glyph.Sep+" ")
		if now.Width()+3+one.Width() > s.w-2 {
			if !s.picking || len(lines) == pickLines {
				break
			}
			lines = append(lines, kit.Line{kit.Gap(3)})
			now = &lines[len(lines)-1]
		}
		if len(*now) > 1 {
			*now = append(*now, sep)
		}
		*now = append(*now, one...)
	}
	var rows []string
	for _, l := range lines {
		rows = append(rows, l.Draw(s.w, st.Glyph.Ellipsis))
	}
	return rows
}

// mixed gives the order on a line: while nothing is chosen the first ones of
// every facet come first, since few fit.
func (s *Screen) mixed(all []choice) []int {
	var out []int
	for round := 0; len(out) < len(all); round += 2 {
		at := map[string]int{}
		for i, c := range all {
			if n := at[c.field]; s.picking && round == 0 || !s.picking && n >= round && n < round+2 {
				out = append(out, i)
			}
			at[c.field]++
		}
	}
	return out
}

// choose begins to choose a value, or says that there is none.
func (s *Screen) choose() tea.Cmd {
	if len(s.choices()) == 0 {
		return s.env.Host.Toast(s.env.Cat.T("search.narrow.none", nil), nil)
	}
	s.focus(false)
	s.picking, s.pick = true, 0
	s.list.Restyle()
	s.resize()
	return nil
}

// chosen ends the choosing.
func (s *Screen) chosen() {
	s.picking = false
	s.resize()
}

// narrow adds a value to what is searched for. Alternatives are put into
// parentheses, since what follows would belong to the last of them only.
func (s *Screen) narrow(i int) tea.Cmd {
	all := s.choices()
	s.chosen()
	if i < 0 || i >= len(all) {
		return nil
	}
	was, query := s.asking(), s.query
	if slices.ContainsFunc(strings.Fields(query), func(w string) bool { return strings.EqualFold(w, "or") }) {
		query = "(" + query + ")"
	}
	s.before = append(s.before, was)
	s.typed = false
	s.field.Set(query + " " + all[i].value.Term)
	now := s.asking()
	undo := func() tea.Cmd {
		if s.asking() != now {
			return nil
		}
		return s.widen()
	}
	toast := s.env.Host.Toast(s.env.Cat.T("search.narrowed", map[string]any{"Label": all[i].label}), undo)
	return tea.Batch(s.ask(), toast)
}

// widen takes the last narrowing back; without one the field gets the keys.
func (s *Screen) widen() tea.Cmd {
	n := len(s.before)
	if n == 0 {
		s.focus(true)
		return nil
	}
	s.field.Set(s.before[n-1])
	s.before, s.typed = s.before[:n-1], true
	return s.ask()
}

// typePick takes a key while a value is chosen.
func (s *Screen) typePick(text string) tea.Cmd {
	switch text {
	case "j":
		s.movePick(1)
		return nil
	case "k":
		s.movePick(-1)
		return nil
	}
	i := strings.Index(labels, text)
	if i < 0 || len(text) != 1 || i >= len(s.choices()) {
		s.chosen()
		return nil
	}
	return s.narrow(i)
}

func (s *Screen) movePick(by int) { s.pick = min(max(s.pick+by, 0), max(len(s.choices())-1, 0)) }

func (s *Screen) doPicking(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Down:
		s.movePick(1)
	case key.Up:
		s.movePick(-1)
	case key.Open:
		return s.narrow(s.pick), true
	default:
		s.chosen()
	}
	return nil, true
}
