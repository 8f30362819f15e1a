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
	items := []kit.Item{screen.Head(s.env, "dash.accounts")}
	for _, a := range s.st.accounts {
		items = append(items, s.item("a:"+string(a.Account), func(w int, bar kit.Span, on bool) string { return s.account(a, w, bar, on) }))
	}
	if len(s.st.accounts) == 0 {
		items = append(items, s.nothing("account.empty"))
	}
	head := s.env.Cat.N("dash.levels", s.st.total, map[string]any{"Days": days})
	items = append(items, kit.Blank(), kit.Words(kit.Line{kit.Gap(1), kit.Own(s.env.Styles.Title, head)}, s.env.Styles.Glyph.Ellipsis))
	for _, l := range s.st.levels {
		items = append(items, s.item("l:"+string(l.Level), func(w int, bar kit.Span, on bool) string { return s.level(l, w, bar, on) }))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "dash.steps"))
	for _, st := range s.st.steps {
		items = append(items, s.item("s:"+string(st.who.ID), func(w int, bar kit.Span, on bool) string { return s.step(st, w, bar, on) }))
	}
	if len(s.st.steps) == 0 {
		items = append(items, s.nothing("dash.steps.none"))
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

// account draws an account with the first thing that its index lacks.
func (s *Screen) account(a account, w int, bar kit.Span, on bool) string {
	st, cat := s.env.Styles, s.env.Cat
	style := st.Plain
	if on {
		style = st.Cursor
	}
	lacks := ""
	for _, f := range a.index.Factors {
		if f.Points < f.Max {
			lacks = cat.Factor(f.Key(), "")
			break
		}
	}
	if percent := a.looked(); lacks == "" && percent > 0 && percent < 100 {
		lacks = cat.T("dash.looked", map[string]any{"Percent": percent})
	}
	l := kit.Line{bar, kit.Chip(st.Index(a.index)), kit.Gap(1), kit.Own(st.Label, cat.T("short."+string(a.Protocol), nil)).To(6, ""),
		kit.Got(style, safe.Line(a.Address.ID)).To(min(max(w/2-14, 16), 40), st.Glyph.Ellipsis), kit.Gap(2), kit.Own(st.Dim, lacks)}
	return l.Draw(w, st.Glyph.Ellipsis)
}

// looked gives how much of what counts could be looked at, in percent.
func (a account) looked() int {
	n := 0
	for _, f := range a.index.Factors {
		n += f.Max
	}
	return n
}

// level draws one level with a bar of its share and what it means.
func (s *Screen) level(l level, w int, bar kit.Span, on bool) string {
	st, cat := s.env.Styles, s.env.Cat
	share := 0.0
	if s.st.total > 0 {
		share = float64(l.count) / float64(s.st.total)
	}
	style := st.Plain
	if on {
		style = st.Cursor
	}
	long := min(max(w/4, 10), 40)
	sample := privacy.Index{Level: l.Level, Score: floor(l.Level)}
	line := kit.Line{bar, kit.Chip(st.Letter(sample)), kit.Gap(1), screen.Bar(s.env, share, long), kit.Gap(1),
		kit.Own(style, kit.Left(cat.Number(l.count), 6)), kit.Own(st.Dim, kit.Left(strconv.Itoa(int(share*100+0.5))+" %", 7)), kit.Gap(2),
		kit.Own(st.Dim, cat.Factor("level."+string(l.Level), ""))}
	return line.Draw(w, st.Glyph.Ellipsis)
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
			l := kit.Line{bar, kit.Chip(st.Index(c.Index)), kit.Gap(1), kit.Got(style, name(c)).To(max(w/3, 16), st.Glyph.Ellipsis), kit.Gap(1),
				kit.Own(st.Dim, screen.Sentence(s.env, c.Index, name(c).String()))}
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
		since := s.env.Now().AddDate(0, 0, -days).Format("2006-01-02")
		return host.Open(screen.To{Kind: screen.Search, Text: "level:" + what + " after:" + since}), true
	case "s", "m", "n":
		if id == key.Why {
			return host.Open(screen.To{Kind: screen.Why, Who: what}), true
		}
		return host.Open(screen.To{Kind: screen.Card, Who: what}), true
	}
	return nil, false
}
