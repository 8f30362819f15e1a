package dashboard

import (
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// mine draws the user's own index: where it stands, how it went.
func (s *Screen) mine() []kit.Item {
	me := s.st.Me
	if me.Level == "" || me.Level == privacy.LevelUnknown {
		return []kit.Item{s.nothing("dash.me.none")}
	}
	items := []kit.Item{s.item("me:", s.overall)}
	if len(s.st.Trend) > 1 {
		items = append(items, kit.Rows(func(w int) []string { return []string{s.trend(w)} }))
	}
	if s.st.Sent > 0 {
		words := s.env.Cat.N("dash.sealed", s.st.Sealed, map[string]any{"Sent": s.st.Sent, "Days": recent})
		items = append(items, kit.Words(kit.Line{kit.Gap(7), kit.Own(s.env.Styles.Dim, words)}, s.env.Styles.Glyph.Ellipsis))
	}
	return items
}

func (s *Screen) overall(w int, bar kit.Span, on bool) string {
	st, cat := s.env.Styles, s.env.Cat
	style := st.Bold
	if on {
		style = st.Cursor
	}
	l := kit.Line{bar, kit.Chip(st.Index(s.st.Me)), kit.Gap(1), kit.Own(style, cat.T("dash.me", nil)), kit.Gap(1), screen.Bar(s.env, float64(s.st.Me.Score)/100, s.barWidth(w))}
	if s.st.Since > 0 { // a fall is no news worth telling: only its causes are, with what helps
		l = append(l, kit.Gap(1), kit.Own(st.Bold, st.Glyph.Up+strconv.Itoa(s.st.Since)), kit.Gap(1), kit.Own(st.Dim, cat.T("dash.since", nil)))
	}
	if s.st.Best > 0 {
		l = append(l, kit.Gap(2), kit.Own(st.Dim, cat.T("dash.best", map[string]any{"Score": s.st.Best})))
	}
	return l.Draw(w, st.Glyph.Ellipsis)
}

// trend draws one column a day or more, the newest at the right.
func (s *Screen) trend(w int) string {
	st := s.env.Styles
	room := min(max(w-24, 8), season)
	var b strings.Builder
	for _, score := range columns(s.st.Trend, s.env.Now(), room) {
		b.WriteString(st.Glyph.Spark(score))
	}
	words := s.env.Cat.T("dash.trend", map[string]any{"Days": season})
	return kit.Line{kit.Gap(7), kit.Own(st.Focused, b.String()), kit.Gap(1), kit.Own(st.Dim, words)}.Draw(w, st.Glyph.Ellipsis)
}

// columns spreads the last days over a number of columns, each with the last
// score known in it; -1 where nothing was known yet.
func columns(points []conversation.Point, now time.Time, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	begin := now.AddDate(0, 0, -season)
	for _, p := range points {
		if days := int(p.Day.Sub(begin).Hours() / 24); days >= 0 {
			out[min(days*n/season, n-1)] = p.Score
		}
	}
	for i := 1; i < n; i++ {
		if out[i] < 0 {
			out[i] = out[i-1]
		}
	}
	return out
}

// account draws an own account.
func (s *Screen) account(a conversation.AccountOverview) kit.Item {
	m := a.Measured
	m.Name = a.Address.ID
	return s.measured("a:"+string(a.Account), m, s.env.Cat.T("short."+string(a.Protocol), nil))
}

// measured draws something that was looked at, and below it what its index
// lacks: what bounds it, what could be better, how much nobody could look at.
func (s *Screen) measured(id string, m conversation.Measured, label string) kit.Item {
	return kit.Item{Key: id, Draw: func(w int, on bool) []string {
		st, cat := s.env.Styles, s.env.Cat
		bar, style := kit.Gap(1), st.Plain
		if on {
			bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
		}
		name := m.Name
		if name == "" {
			name = cat.T("dash.this", nil)
		}
		first := kit.Line{bar, kit.Chip(st.Index(m.Index)), kit.Gap(1)}
		if label != "" {
			first = append(first, kit.Own(st.Label, label).To(max(6, kit.Width(label)+1), ""))
		}
		rows := []string{append(first, kit.Got(style, safe.Line(name))).Draw(w, st.Glyph.Ellipsis)}
		for _, row := range kit.Wrap(safe.Line(strings.Join(s.remarks(m), " "+st.Glyph.Sep+" ")), max(w-9, 8)) {
			if row != "" {
				rows = append(rows, kit.Line{bar, kit.Gap(7), kit.Own(st.Dim, row)}.Draw(w, st.Glyph.Ellipsis))
			}
		}
		return rows
	}}
}

// remarks tells what is lacking, with the points that each would bring.
func (s *Screen) remarks(m conversation.Measured) []string {
	cat := s.env.Cat
	var out []string
	if m.Index.DecidedBy != "" {
		out = append(out, cat.Factor(m.Index.DecidedBy, ""))
	}
	for _, f := range m.Index.Factors {
		if f.Points < f.Max {
			out = append(out, cat.Factor(f.Key(), "")+" ("+strconv.Itoa(f.Points)+"/"+strconv.Itoa(f.Max)+")")
		}
	}
	if m.Decided < 100 {
		out = append(out, cat.T("dash.looked", map[string]any{"Percent": m.Decided}))
	}
	return out
}

// milestones lists what was reached once and for all.
func (s *Screen) milestones() []kit.Item {
	if len(s.st.Milestones) == 0 {
		return nil
	}
	st, cat := s.env.Styles, s.env.Cat
	items := []kit.Item{kit.Blank(), screen.Head(s.env, "dash.milestones")}
	for _, m := range s.st.Milestones {
		items = append(items, kit.Words(kit.Line{
			kit.Gap(1), kit.Own(st.Bold, st.Glyph.Bullet), kit.Gap(1), kit.Own(st.Plain, cat.T("dash.milestone."+m.ID, nil)),
			kit.Gap(2), kit.Own(st.Dim, cat.Day(m.At, s.env.Now())),
		}, st.Glyph.Ellipsis))
	}
	return items
}
