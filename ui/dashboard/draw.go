package dashboard

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// items lays the parts out.
func (s *Screen) items() []kit.Item {
	items := append(s.levelItems(), kit.Blank(), screen.Head(s.env, "dash.steps"))
	for _, st := range s.st.steps {
		items = append(items, s.item("s:"+string(st.who.ID), func(w int, bar kit.Span, on bool) string { return s.step(st, w, bar, on) }))
	}
	if len(s.st.steps) == 0 {
		items = append(items, s.nothing("dash.steps.none"))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "dash.accounts"))
	for _, a := range s.st.accounts {
		items = append(items, kit.Item{Key: "a:" + string(a.Account), Draw: func(w int, on bool) []string { return s.account(a, w, on) }})
	}
	if len(s.st.accounts) == 0 {
		items = append(items, s.nothing("account.empty"))
	}
	items = append(items, s.contacts("dash.most", "m:", s.st.most)...)
	return append(items, s.contacts("dash.least", "n:", s.st.least)...)
}

func (s *Screen) nothing(word string) kit.Item {
	return screen.Wrapped(2, safe.Line(s.env.Cat.T(word, nil)), s.env.Styles.Dim.On)
}

func (s *Screen) item(id string, draw func(w int, bar kit.Span, on bool) string) kit.Item {
	return kit.Item{Key: id, Draw: func(w int, on bool) []string {
		bar := kit.Gap(1)
		if on {
			bar = kit.Own(s.env.Styles.Focused, s.env.Styles.Glyph.Cursor)
		}
		return []string{draw(w, bar, on)}
	}}
}

// account draws an account, and below it what its index lacks: what could be
// better, what bounds it, and how much of it nobody could look at.
func (s *Screen) account(a account, w int, on bool) []string {
	st, cat := s.env.Styles, s.env.Cat
	bar, style := kit.Gap(1), st.Plain
	if on {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	first := kit.Line{
		bar, kit.Chip(st.Index(a.index)), kit.Gap(1), kit.Own(st.Label, cat.T("short."+string(a.Protocol), nil)).To(6, ""),
		kit.Got(style, safe.Line(a.Address.ID)),
	}
	rows := []string{first.Draw(w, st.Glyph.Ellipsis)}
	for _, row := range kit.Wrap(safe.Line(strings.Join(s.remarks(a), " "+st.Glyph.Sep+" ")), max(w-9, 8)) {
		if row != "" {
			rows = append(rows, kit.Line{bar, kit.Gap(7), kit.Own(st.Dim, row)}.Draw(w, st.Glyph.Ellipsis))
		}
	}
	return rows
}

// remarks tells what an account lacks, with the points that each would bring.
func (s *Screen) remarks(a account) []string {
	cat := s.env.Cat
	var out []string
	if a.index.DecidedBy != "" {
		out = append(out, cat.Factor(a.index.DecidedBy, ""))
	}
	for _, f := range a.index.Factors {
		if f.Points < f.Max {
			out = append(out, cat.Factor(f.Key(), "")+" ("+strconv.Itoa(f.Points)+"/"+strconv.Itoa(f.Max)+")")
		}
	}
	if percent := a.looked(); percent > 0 && percent < 100 {
		out = append(out, cat.T("dash.looked", map[string]any{"Percent": percent}))
	}
	return out
}

// looked gives how much of what counts could be looked at, in percent.
func (a account) looked() int {
	n := 0
	for _, f := range a.index.Factors {
		n += f.Max
	}
	return n
}

// floor gives a score of the level, since a badge is drawn only for a letter
// and a score that agree.
func floor(l privacy.Level) int {
	for n := 0; n <= 100; n++ {
		if privacy.LevelOf(n) == l {
			return n
		}
	}
	return 0
}

func (s *Screen) step(st stepUp, w int, bar kit.Span, on bool) string {
	style := s.env.Styles.Plain
	if on {
		style = s.env.Styles.Cursor
	}
	words := ""
	if st.way != nil {
		words = s.env.Cat.T("dash.otherway", map[string]any{"Name": name(st.who).String(), "Channel": screen.ChannelName(s.env.Cat, *st.way)})
	} else {
		words = s.env.Cat.Factor(st.advice.ID, name(st.who).String())
	}
	l := kit.Line{bar, kit.Own(s.env.Styles.Bold, kit.Left("+"+strconv.Itoa(st.advice.Gain), 4)), kit.Gap(2)}
	if !general(st.advice.ID) && !strings.Contains(words, name(st.who).String()) {
		words = s.env.Cat.T("dash.step", map[string]any{"Name": name(st.who).String(), "Text": words})
	}
	l = append(l, kit.Got(style, safe.Line(words)))
	return l.Draw(w, s.env.Styles.Glyph.Ellipsis)
}

func (s *Screen) contacts(head, prefix string, cs []conversation.Contact) []kit.Item {
	if len(cs) == 0 {
		return nil
	}
	items := []kit.Item{kit.Blank(), screen.Head(s.env, head)}
	for _, c := range cs {
		items = append(items, s.item(prefix+string(c.ID), func(w int, bar kit.Span, on bool) string {
			st := s.env.Styles
			style := st.Plain
			if on {
				style = st.Cursor
			}
			l := kit.Line{
				bar, kit.Chip(st.Index(c.Index)), kit.Gap(1), kit.Got(style, name(c)).To(max(w/3, 16), st.Glyph.Ellipsis), kit.Gap(1),
				kit.Own(st.Dim, screen.Sentence(s.env, c.Index, name(c).String())),
			}
			return l.Draw(w, st.Glyph.Ellipsis)
		}))
	}
	return items
}

func name(c conversation.Contact) safe.Text {
	if c.Name == "" && len(c.Addresses) > 0 {
		return safe.Line(c.Addresses[0].ID)
	}
	return safe.Line(c.Name)
}

// Index gives the badge under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	sort, id, _ := strings.Cut(s.sheet.Current(), ":")
	for _, a := range s.st.accounts {
		if sort == "a" && string(a.Account) == id {
			return a.index, a.Address.ID, true
		}
	}
	for _, c := range append(append([]conversation.Contact(nil), s.st.most...), s.st.least...) {
		if (sort == "m" || sort == "n") && string(c.ID) == id {
			return c.Index, name(c).String(), true
		}
	}
	return privacy.Index{}, "", false
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	sort, what, _ := strings.Cut(s.sheet.Current(), ":")
	if id != key.Open && id != key.Why {
		return nil, false
	}
	host := s.env.Host
	switch sort {
	case "a":
		ix, name, _ := s.Index()
		return host.Open(screen.To{Kind: screen.Why, Index: &ix, Name: name}), true
	case "l":
		return host.Open(screen.To{Kind: screen.Search, Text: "level:" + what + since(s.env.Now(), recent)}), true
	case "s", "m", "n":
		if id == key.Why {
			return host.Open(screen.To{Kind: screen.Why, Who: what}), true
		}
		return host.Open(screen.To{Kind: screen.Card, Who: what}), true
	}
	return nil, false
}
