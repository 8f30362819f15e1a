package composer

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
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
	case 1:
		return []string{append(kit.Line{kit.Gap(1)}, s.ifSent()...).Draw(s.w, st.Glyph.Ellipsis)}
	}
	lines := append([]kit.Line{s.ifSent(), s.reason()}, s.facts()...)
	lines = append(lines, s.others())
	rows := make([]string, 0, 5)
	for _, l := range lines {
		rows = append(rows, append(kit.Line{kit.Gap(1)}, l...).Draw(s.w-2, st.Glyph.Ellipsis))
	}
	title := kit.Line{kit.Own(st.Label, cat.T("compose.forecast", nil))}
	return kit.Pane(st, title, kit.Line{kit.Own(st.Dim, cat.T("compose.updates", nil))}, kit.Fill(rows, s.w-2, 5), s.w, 7, false)
}

// ifSent is the badge that the message would get, in words.
func (s *Screen) ifSent() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.choice == nil {
		return kit.Line{kit.Own(st.Dim, cat.T("review.choosing", nil))}
	}
	best := s.choice.Best()
	switch {
	case best == nil && len(s.people[fieldTo].list) == 0:
		return kit.Line{kit.Own(st.Dim, cat.T("compose.nobody", nil))}
	case best == nil:
		return kit.Line{kit.Own(st.Error, st.Glyph.Alert+" "+s.why(s.choice.Reason, "review.nochannel"))}
	}
	l := kit.Line{kit.Own(st.Bold, cat.T("compose.ifsent", nil)+"  "), kit.Chip(st.Index(best.Index)), kit.Gap(1)}
	if !best.Proven {
		l = append(l, kit.Own(st.Dim, approx(st.Options.ASCII)+" "))
	}
	l = append(l, kit.Own(st.Plain, screen.ChannelName(cat, best.Channel)+cat.T("list.colon", nil)))
	sentence := cat.Explain(best.Index, safe.Line(s.name()).String()).Sentence
	return append(l, kit.Own(st.Dim, safe.Line(sentence).String()))
}

// approx marks a prediction that no message has proven yet.
func approx(ascii bool) string {
	if ascii {
		return "~"
	}
	return "≈"
}

func (s *Screen) why(r conversation.Reason, otherwise string) string {
	if r.Code == "" {
		return s.env.Cat.T(otherwise, nil)
	}
	return safe.Line(s.env.Cat.Reason(r)).String()
}

// reason is the one line that says why this channel.
func (s *Screen) reason() kit.Line {
	if s.choice == nil || s.choice.Best() == nil || s.choice.Reason.Code == "" {
		return nil
	}
	style := s.env.Styles.Plain
	if guarded(s.choice) {
		style = s.env.Styles.Warn
	}
	return kit.Line{kit.Own(style, s.why(s.choice.Reason, ""))}
}

// facts lists what counts most for and against, two lines.
func (s *Screen) facts() []kit.Line {
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
	var out []kit.Line
	if len(plus) > 0 {
		out = append(out, plus)
	}
	if ix.DecidedBy != "" {
		out = append(out, kit.Line{kit.Own(st.Warn, "- "), kit.Own(st.Plain, safe.Line(s.env.Cat.Factor(ix.DecidedBy, name)).String())})
	}
	return out
}

// others lists the channels not chosen, with why each lost.
func (s *Screen) others() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.choice == nil || len(s.choice.Candidates) == 0 {
		return nil
	}
	l := kit.Line{kit.Own(st.Label, cat.T("compose.others", nil)+" ")}
	for i, p := range s.choice.Candidates {
		if i == s.choice.Chosen {
			continue
		}
		l = append(l, kit.Chip(st.Index(p.Index)), kit.Own(st.Plain, " "+ChannelName(cat, s.choice, p.Channel)))
		if why := Lost(cat, s.choice, p); why != "" {
			l = append(l, kit.Own(st.Dim, " ("+why+")"))
		}
		l = append(l, kit.Gap(2))
	}
	if len(l) == 1 {
		return append(l, kit.Own(st.Dim, cat.T("compose.noother", nil)))
	}
	return l
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
