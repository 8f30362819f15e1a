package activity

import (
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// items lays out the three parts. A part that is empty says so.
func (s *Screen) items() []kit.Item {
	items := []kit.Item{screen.Head(s.env, "activity.outbox")}
	for _, e := range s.now.entries {
		items = append(items, kit.Item{Key: "e:" + string(e.ID), Draw: func(w int, on bool) []string { return s.entryRows(e, w, on) }})
	}
	if len(s.now.entries) == 0 {
		items = append(items, s.nothing("activity.outbox.empty"))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "activity.drafts"))
	for _, d := range s.now.drafts {
		items = append(items, kit.Item{Key: "d:" + string(d.ID), Draw: func(w int, on bool) []string { return s.draftRows(d, w, on) }})
	}
	if len(s.now.drafts) == 0 {
		items = append(items, s.nothing("activity.drafts.empty"))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "activity.sync"))
	for _, st := range s.now.statuses {
		items = append(items, kit.Item{Key: "a:" + string(st.Account), Draw: func(w int, on bool) []string { return s.statusRows(st, w, on) }})
	}
	if len(s.now.statuses) == 0 {
		items = append(items, s.nothing("account.empty"))
	}
	return items
}

func (s *Screen) nothing(word string) kit.Item {
	return screen.Wrapped(2, safe.Line(s.env.Cat.T(word, nil)), s.env.Styles.Dim.On)
}

func (s *Screen) bar(on bool) (kit.Span, theme.Style) {
	if on {
		return kit.Own(s.env.Styles.Focused, s.env.Styles.Glyph.Cursor), s.env.Styles.Cursor
	}
	return kit.Gap(1), s.env.Styles.Plain
}

// people names whom a draft is for.
func people(d conversation.Draft) string {
	var names []string
	for _, list := range [][]conversation.Recipient{d.To, d.Cc, d.Bcc} {
		for _, r := range list {
			name := r.Name
			if name == "" {
				name = r.Address.ID
			}
			names = append(names, name)
		}
	}
	return safe.Line(strings.Join(names, ", ")).String()
}

// predicted is the index that was promised when the message was sent.
func predicted(e conversation.Entry) *privacy.Index {
	ix := privacy.Message(e.Facts)
	if ix.Score != e.Score { // what was shown then counts, not what a newer formula says
		ix = privacy.Index{Version: privacy.Version, Score: e.Score, Raw: e.Score, Level: privacy.LevelOf(e.Score)}
	}
	return &ix
}

func (s *Screen) entryRows(e conversation.Entry, w int, on bool) []string {
	st, cat := s.env.Styles, s.env.Cat
	tail := st.Glyph.Ellipsis
	bar, style := s.bar(on)
	state, mark := screen.EntryState(s.env, e), s.urgency(e)
	date := cat.Date(e.Created, s.env.Now())
	first := kit.Line{bar, kit.Chip(st.Index(*predicted(e))), kit.Gap(1), kit.Own(style, people(e.Draft)).To(max(w/3, 12), tail), kit.Gap(1)}
	room := w - first.Width() - 9
	first = append(first, kit.Own(mark, state).To(room, tail), kit.Own(st.Dim, kit.Left(date, 8)), kit.Gap(1))
	words := e.Draft.Subject
	if words == "" {
		words = e.Draft.Text
	}
	rows := []string{first.Draw(w, tail), kit.Line{bar, kit.Gap(7), kit.Got(st.Dim, safe.Line(words))}.Draw(w, tail)}
	for _, why := range screen.EntryReason(s.env, e) {
		for _, row := range kit.Wrap(safe.Line(why), max(w-9, 8)) {
			rows = append(rows, kit.Line{bar, kit.Gap(7), kit.Own(st.Warn, row)}.Draw(w, tail))
		}
	}
	return rows
}

// urgency tells how much an entry wants to be looked at.
func (s *Screen) urgency(e conversation.Entry) theme.Style {
	switch e.State {
	case conversation.StateFailed:
		return s.env.Styles.Error
	case conversation.StateUnknown:
		return s.env.Styles.Warn
	}
	return s.env.Styles.Dim
}

func (s *Screen) draftRows(d conversation.Draft, w int, on bool) []string {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	bar, style := s.bar(on)
	name := people(d)
	if name == "" {
		name = s.env.Cat.T("activity.nobody", nil)
	}
	words := strings.TrimSpace(d.Subject + "  " + d.Text)
	if len(d.Sealed) > 0 {
		name, words = s.env.Cat.T("activity.sealed", nil), s.env.Cat.T("list.locked", nil)
	}
	l := kit.Line{bar, kit.Gap(7), kit.Own(style, name).To(max(w/3, 12), tail), kit.Gap(1)}
	l = append(l, kit.Got(st.Dim, safe.Line(words)).To(w-l.Width()-9, tail), kit.Own(st.Dim, kit.Left(s.env.Cat.Date(d.Saved, s.env.Now()), 8)), kit.Gap(1))
	return []string{l.Draw(w, tail)}
}

func (s *Screen) statusRows(a conversation.Status, w int, on bool) []string {
	bar, style := s.bar(on)
	rows := append([]string{screen.AccountLine(s.env, a, bar, style, w)}, screen.AccountProgress(s.env, a, bar, w)...)
	if quiet := s.silence(a); quiet >= silent {
		words := s.env.Cat.T("account.silent", map[string]any{"Time": screen.Lasts(s.env.Cat, quiet)})
		rows = append(rows, kit.Line{bar, kit.Gap(6), kit.Own(s.env.Styles.Warn, words)}.Draw(w, s.env.Styles.Glyph.Ellipsis))
	}
	return append(rows, screen.AccountTrouble(s.env, a, bar, w)...)
}
