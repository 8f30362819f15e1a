package dashboard

import (
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// items lays the parts out: first what is, then what can be done, then why.
func (s *Screen) items() []kit.Item {
	items := append(s.mine(), kit.Blank(), screen.Head(s.env, "dash.steps"))
	for i, st := range s.st.Steps {
		items = append(items, s.item("s:"+strconv.Itoa(i), func(w int, bar kit.Span, on bool) string { return s.step(st, w, bar, on) }))
	}
	if len(s.st.Steps) == 0 {
		items = append(items, s.nothing("dash.steps.none"))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "dash.device"))
	items = append(items, s.measured("d:", s.st.Device, ""))
	for i, d := range s.st.Devices {
		items = append(items, s.measured("e:"+strconv.Itoa(i), d, s.env.Cat.T("dash.reported", map[string]any{"When": s.env.Cat.Day(d.At, s.env.Now())})))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "dash.accounts"))
	for _, a := range s.st.Accounts {
		items = append(items, s.account(a))
	}
	if len(s.st.Accounts) == 0 {
		items = append(items, s.nothing("account.empty"))
	}
	items = append(append(items, kit.Blank()), s.levelItems()...)
	items = append(items, s.milestones()...)
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

// step draws one thing that can be done, with what it brings and what it takes.
func (s *Screen) step(st conversation.Step, w int, bar kit.Span, on bool) string {
	styles, cat := s.env.Styles, s.env.Cat
	style := styles.Plain
	if on {
		style = styles.Cursor
	}
	who := stepName(st)
	words := st.Advice.Text
	if words == "" {
		words = cat.Factor(st.Advice.ID, who)
	}
	if who != "" && !strings.Contains(words, who) {
		words = cat.T("dash.step", map[string]any{"Name": who, "Text": words})
	}
	effort := cat.T("dash.key", nil)
	if st.Effort > 0 {
		effort = cat.N("dash.minutes", st.Effort, nil)
	}
	room := max(w-kit.Width(effort)-9, 8)
	return kit.Line{
		bar, kit.Own(styles.Bold, kit.Left("+"+strconv.Itoa(st.Advice.Gain), 4)), kit.Gap(2),
		kit.Got(style, safe.Line(words)).To(room, styles.Glyph.Ellipsis), kit.Gap(1), kit.Own(styles.Dim, effort),
	}.Draw(w, styles.Glyph.Ellipsis)
}

// stepName names whom or what a step is about.
func stepName(st conversation.Step) string {
	for _, name := range []string{st.Name, st.Address.ID, string(st.Account)} {
		if name != "" {
			return safe.Line(name).String()
		}
	}
	return ""
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
