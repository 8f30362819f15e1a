package dashboard

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// The two periods that messages are counted over, in days.
const (
	recent = 30
	season = 90
)

// sorts are the four counts of a level, in the order of their columns.
type sorts int

const (
	receivedRecent sorts = iota
	receivedSeason
	sentRecent
	sentSeason
	sortCount
)

// level is how many messages of one level there were.
type level struct {
	privacy.Level
	count [sortCount]int
}

func levels() []privacy.Level {
	return []privacy.Level{privacy.LevelA, privacy.LevelB, privacy.LevelC, privacy.LevelD, privacy.LevelE}
}

// since gives the condition of a search for the last days.
func since(at time.Time, days int) string {
	return " after:" + at.AddDate(0, 0, -days).Format("2006-01-02")
}

// count counts the messages of each level that came and went.
func (s *Screen) count(at time.Time) ([]level, error) {
	of := [sortCount]string{
		receivedRecent: "is:received" + since(at, recent), receivedSeason: "is:received" + since(at, season),
		sentRecent: "is:sent" + since(at, recent), sentSeason: "is:sent" + since(at, season),
	}
	var out []level
	for _, l := range levels() {
		row := level{Level: l}
		for i, query := range of {
			n, err := s.b.SearchCount(s.env.Ctx, "level:"+string(l)+" "+query)
			if err != nil {
				return nil, err
			}
			row.count[i] = n
		}
		out = append(out, row)
	}
	return out, nil
}

// total adds up one column.
func (st *state) total(of sorts) int {
	n := 0
	for _, l := range st.levels {
		n += l.count[of]
	}
	return n
}

// middle gives the level of the message in the middle when all of a column are
// put in order, "" when there is none: half of them are as private, or more.
func (st *state) middle(of sorts) privacy.Level {
	all, n := st.total(of), 0
	for _, l := range st.levels {
		if n += l.count[of]; all > 0 && 2*n >= all {
			return l.Level
		}
	}
	return ""
}

// columnWidth is the width of a column of counts.
const columnWidth = 7

// levelItems lays out the counts: two columns of what came, two of what went.
func (s *Screen) levelItems() []kit.Item {
	st, cat := s.env.Styles, s.env.Cat
	heads := kit.Rows(func(w int) []string {
		group := func(word string) kit.Span {
			return kit.Own(st.Dim, kit.Left(kit.Cut(cat.T(word, nil), 2*columnWidth-1, st.Glyph.Ellipsis), 2*columnWidth))
		}
		lead := kit.Own(st.Title, " "+cat.T("dash.bylevel", nil)).To(6+s.barWidth(w), st.Glyph.Ellipsis)
		first := kit.Line{lead, group("dash.received"), group("dash.sent")}
		second := kit.Line{kit.Gap(6 + s.barWidth(w))}
		for _, days := range []int{recent, season, recent, season} {
			second = append(second, kit.Own(st.Dim, kit.Left(cat.T("dash.days", map[string]any{"Days": days}), columnWidth)))
		}
		return []string{first.Draw(w, st.Glyph.Ellipsis), second.Draw(w, st.Glyph.Ellipsis)}
	})
	items := []kit.Item{heads}
	for _, l := range s.st.levels {
		items = append(items, s.item("l:"+string(l.Level), func(w int, bar kit.Span, on bool) string { return s.level(l, w, bar, on) }))
	}
	items = append(items, s.middleItem(receivedSeason, "dash.middle.received")...)
	return append(items, s.middleItem(sentSeason, "dash.middle.sent")...)
}

func (s *Screen) barWidth(w int) int { return min(max(w/6, 8), 40) }

// level draws one level: a bar of its share of what came lately, the counts,
// and what the level means.
func (s *Screen) level(l level, w int, bar kit.Span, on bool) string {
	st, cat := s.env.Styles, s.env.Cat
	share := 0.0
	if all := s.st.total(receivedRecent); all > 0 {
		share = float64(l.count[receivedRecent]) / float64(all)
	}
	style := st.Plain
	if on {
		style = st.Cursor
	}
	line := kit.Line{bar, kit.Chip(s.letter(l.Level)), kit.Gap(1), screen.Bar(s.env, share, s.barWidth(w)), kit.Gap(1)}
	for _, n := range l.count {
		number := cat.Number(n)
		line = append(line, kit.Gap(columnWidth-kit.Width(number)), kit.Own(style, number))
	}
	line = append(line, kit.Gap(2), kit.Own(st.Dim, cat.Factor("level."+string(l.Level), "")))
	return line.Draw(w, st.Glyph.Ellipsis)
}

// middleItem tells the level that half of the messages reach.
func (s *Screen) middleItem(of sorts, word string) []kit.Item {
	l := s.st.middle(of)
	if l == "" {
		return nil
	}
	if l == privacy.LevelE { // "or better" would say nothing
		word += ".worst"
	}
	st := s.env.Styles
	words := s.env.Cat.N(word, s.st.total(of), map[string]any{"Days": season, "Level": string(l)})
	return []kit.Item{kit.Words(kit.Line{kit.Gap(1), kit.Chip(s.letter(l)), kit.Gap(1), kit.Own(st.Dim, words)}, st.Glyph.Ellipsis)}
}

func (s *Screen) letter(l privacy.Level) string {
	return s.env.Styles.Letter(privacy.Index{Level: l, Score: floor(l)})
}
