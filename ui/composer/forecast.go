package composer

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// forecast asks how the draft would go now.
func (s *Screen) forecast() tea.Cmd {
	if !s.ready {
		return nil
	}
	d := s.draft()
	return screen.Ask(&s.choose, func() (conversation.Choice, error) {
		return s.b.Choose(s.env.Ctx, d)
	}, s.chosen)
}

// chosen takes the forecast. In the review a new one has to be looked at again
// before it can be answered.
func (s *Screen) chosen(c conversation.Choice, err error) tea.Cmd {
	if err != nil {
		s.choice = nil
		return s.env.Host.Fail(err)
	}
	before := s.choice
	s.choice = &c
	cmd := s.wantChannel(before == nil)
	if s.review && (before == nil || before.Mark() != c.Mark()) {
		return tea.Batch(cmd, s.rearm(before != nil))
	}
	return cmd
}

// wantChannel opens the choice of channels when the reply was begun with it.
func (s *Screen) wantChannel(first bool) tea.Cmd {
	if !first || s.to.Text != "reply-via" {
		return nil
	}
	s.to.Text = "reply"
	return s.pickChannel()
}

// pickChannel lets one of the channels be chosen.
func (s *Screen) pickChannel() tea.Cmd {
	if s.choice == nil || len(s.choice.Candidates) == 0 {
		return s.env.Host.Toast(s.env.Cat.T("compose.nobody", nil), nil)
	}
	return s.env.Host.Open(screen.To{Kind: screen.Channels, Choice: s.choice, Pick: s.setVia})
}

func (s *Screen) setVia(id string) tea.Cmd {
	s.d.Via, s.d.ConfirmClear = id, false
	s.dirty, s.armed = true, false
	return tea.Batch(s.forecast(), screen.After(&s.save, saveDelay, s.saveNow))
}

// nextChannel goes to the next channel that could carry the draft, and behind
// the last one back to the program's own choice.
func (s *Screen) nextChannel() tea.Cmd {
	if s.choice == nil {
		return nil
	}
	ids := []string{""}
	for _, p := range s.choice.Candidates {
		if p.Rejected.Code == "" {
			ids = append(ids, p.Channel.ID)
		}
	}
	at := max(slices.Index(ids, s.d.Via), 0)
	if at == 0 && len(ids) > 1 && s.choice.Best() != nil {
		at = max(slices.Index(ids, s.choice.Best().Channel.ID), 0)
	}
	return s.setVia(ids[(at+1)%len(ids)])
}

// boxHeight gives the rows of the forecast: none for it in a low pane but one.
func (s *Screen) boxHeight() int {
	switch {
	case s.h >= 18:
		return 7
	case s.h >= 13:
		return 3
	case s.h >= 8:
		return 1
	}
	return 0
}

// box draws the forecast.
func (s *Screen) box() []string {
	st, cat := s.env.Styles, s.env.Cat
	switch s.boxHeight() {
	case 0:
		return nil
	case 1, 3:
		return s.short()
	}
	lines := append(s.live(s.w-4), s.reason()...)
	if l := s.advised(); l != nil {
		lines = append(lines, l)
	} else if l := s.facts(); l != nil && len(lines) < 3 {
		lines = append(lines, l)
	}
	lines = append(lines, s.others(max(5-len(lines), 1))...)
	rows := make([]string, 0, 5)
	for _, l := range lines[:min(len(lines), 5)] {
		rows = append(rows, append(kit.Line{kit.Gap(1)}, l...).Draw(s.w-2, st.Glyph.Ellipsis))
	}
	title := kit.Line{kit.Own(st.Label, cat.T("compose.forecast", nil))}
	return kit.Pane(st, title, kit.Line{kit.Own(st.Dim, cat.T("compose.updates", nil))}, kit.Fill(rows, s.w-2, 5), s.w, 7, false)
}

// short draws the forecast without a frame, for low panes: the one line, and
// where there is room what would help and what lost.
func (s *Screen) short() []string {
	lines := s.live(s.w - 2)
	if s.boxHeight() > 1 {
		if l := s.advised(); l != nil {
			lines = append(lines, l)
		} else {
			lines = append(lines, s.reason()...)
		}
		lines = append(lines, s.others(1)...)
	}
	var rows []string
	for _, l := range lines[:min(len(lines), s.boxHeight())] {
		rows = append(rows, append(kit.Line{kit.Gap(1)}, l...).Draw(s.w, s.env.Styles.Glyph.Ellipsis))
	}
	return kit.Fill(rows, s.w, s.boxHeight())
}

// live is the one line that says how the message would go, or why it would not:
// the latter on as many rows as it takes.
func (s *Screen) live(w int) []kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.choice == nil {
		return []kit.Line{{kit.Own(st.Dim, cat.T("review.choosing", nil))}}
	}
	best := s.choice.Best()
	switch {
	case best == nil && len(s.people[fieldTo].list) == 0:
		return []kit.Line{{kit.Own(st.Dim, cat.T("compose.nobody", nil))}}
	case best == nil:
		return s.wrapped(st.Glyph.Alert+" "+s.why(s.choice.Reason, "review.nochannel"), w, st.Error)
	}
	l := kit.Line{kit.Own(st.Bold, s.plain(safe.Line(cat.Reason(s.choice.Line())).String()))}
	others, _ := s.choice.Line().Args["Others"].(int)
	if k := s.keyOf(key.Channel); others > 0 && k != "" {
		more := kit.Line{kit.Gap(3), kit.Own(st.Key, k), kit.Own(st.Dim, " "+cat.N("route.others", others, nil))}
		if l.Width()+more.Width() <= w {
			l = append(l, more...)
		}
	}
	return []kit.Line{l}
}

// plain writes the signs of the one line as terminals without UTF-8 can.
func (s *Screen) plain(text string) string {
	if !s.env.Styles.Options.ASCII {
		return text
	}
	return strings.NewReplacer("→", "->", "≈", "~", " · ", " - ").Replace(text)
}

func (s *Screen) wrapped(text string, w int, style theme.Style) []kit.Line {
	var out []kit.Line
	for _, row := range kit.Wrap(safe.Line(text), max(w, 8)) {
		out = append(out, kit.Line{kit.Own(style, row)})
	}
	return out
}

func (s *Screen) why(r conversation.Reason, otherwise string) string {
	if r.Code == "" {
		return s.env.Cat.T(otherwise, nil)
	}
	return safe.Line(s.env.Cat.Reason(r)).String()
}

// reason says in words what the badge means, and why this channel.
func (s *Screen) reason() []kit.Line {
	if s.choice == nil || s.choice.Best() == nil {
		return nil
	}
	st := s.env.Styles
	sentence := safe.Line(s.env.Cat.Explain(s.choice.Best().Index, safe.Line(s.name()).String()).Sentence).String()
	if s.choice.Reason.Code == "" {
		return s.wrapped(sentence, s.w-4, st.Dim)
	}
	style := st.Plain
	if guarded(s.choice) {
		style = st.Warn
	}
	why, between := s.why(s.choice.Reason, ""), " "+st.Glyph.Sep+" "
	if kit.Width(sentence+between+why) <= s.w-4 {
		return []kit.Line{{kit.Own(st.Dim, sentence+between), kit.Own(style, why)}}
	}
	return append([]kit.Line{{kit.Own(st.Dim, sentence)}}, s.wrapped(why, s.w-4, style)...)
}

// facts lists what counts most.
func (s *Screen) facts() kit.Line {
	if s.choice == nil || s.choice.Best() == nil {
		return nil
	}
	st, ix := s.env.Styles, s.choice.Best().Index
	name := safe.Line(s.name()).String()
	fs := slices.Clone(ix.Factors)
	slices.SortStableFunc(fs, func(a, b privacy.Factor) int { return cmp.Compare(b.Points, a.Points) })
	var plus kit.Line
	for _, f := range fs[:min(len(fs), 2)] {
		if f.Points > 0 {
			plus = append(plus, kit.Own(st.Good, "+ "), kit.Own(st.Plain, safe.Line(s.env.Cat.Factor(f.ID, name)).String()+"   "))
		}
	}
	return plus
}

// others lists the channels not chosen on at most so many rows, each with why
// it lost; what does not fit is counted.
func (s *Screen) others(rows int) []kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.choice == nil || len(s.choice.Candidates) == 0 {
		return nil
	}
	words := cat.T("compose.others", nil) + " "
	lead := kit.Own(st.Label, words)
	var out []kit.Line
	left := 0
	for i, p := range s.choice.Candidates {
		switch {
		case i == s.choice.Chosen:
			continue
		case len(out) == rows:
			left++
			continue
		}
		l := kit.Line{lead, kit.Chip(st.Index(p.Index)), kit.Own(st.Plain, " "+ChannelName(cat, s.choice, p.Channel))}
		if why := Lost(cat, s.choice, p); why != "" {
			l = append(l, kit.Own(st.Dim, " ("+why+")"))
		}
		out, lead = append(out, l), kit.Gap(kit.Width(words))
	}
	switch {
	case len(out) == 0:
		return []kit.Line{{lead, kit.Own(st.Dim, cat.T("compose.noother", nil))}}
	case left > 0:
		out[len(out)-1] = append(out[len(out)-1], kit.Own(st.Dim, "  "+cat.T("list.more", map[string]any{"Count": left})))
	}
	return out
}

// ChannelName names a channel of a choice: with the own address it writes from
// where the word alone would fit several.
func ChannelName(cat kit.Catalogue, c *conversation.Choice, ch conversation.Channel) string {
	name := screen.ChannelName(cat, ch)
	for _, p := range c.Candidates {
		if p.Channel.ID != ch.ID && screen.ChannelName(cat, p.Channel) == name {
			return name + " " + safe.Line(ch.Own.ID).String()
		}
	}
	return name
}

// Lost says why a channel was not the one chosen, "" when none was and it could
// be.
func Lost(cat kit.Catalogue, c *conversation.Choice, p conversation.Prediction) string {
	best := c.Best()
	switch {
	case p.Rejected.Code != "":
		return safe.Line(cat.Reason(p.Rejected)).String()
	case p.Conflict:
		return cat.T("compose.doubt", nil)
	case p.Reach == conversation.Dead || p.Reach == conversation.Cold:
		return cat.T("compose.reach."+string(p.Reach), nil)
	case best == nil:
		return ""
	case p.Index.Score < best.Index.Score:
		return cat.T("compose.best_is", map[string]any{"Channel": ChannelName(cat, c, best.Channel)})
	case p.Index.Score > best.Index.Score:
		return cat.T("compose.better", map[string]any{"Channel": ChannelName(cat, c, best.Channel)})
	case !p.Proven:
		return cat.T("compose.unproven", nil)
	}
	return cat.T("compose.equal", nil)
}

// guarded tells whether the choice needs the user's word.
func guarded(c *conversation.Choice) bool {
	return c.Decision == conversation.Ask || c.Decision == conversation.Stop
}
