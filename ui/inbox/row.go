package inbox

import (
	"strconv"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// The columns of a row.
const (
	markWidth = 4 // cursor, unread, a space
	dateWidth = 7
	longDate  = 16
)

// unreadable stands for the beginning of a draft that is sealed while the keys
// are locked.
const unreadable = "…"

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	var out []string
	if s.filterShown() {
		out = append(out, s.filterLine())
	}
	rows := s.list.Draw()
	if s.list.Total() == 0 && len(rows) > 1 {
		rows[1] = s.nothing()
	}
	return kit.Fill(append(out, rows...), s.w, s.h)
}

// nothing says why the list is empty and what to do about it.
func (s *Screen) nothing() string {
	word := "list.empty"
	switch {
	case !s.list.Loaded():
		word = "list.loading"
	case s.filtered != "":
		word = "list.empty_filter"
	case s.unread:
		word = "list.empty_unread"
	case s.alone:
		word = "account.empty"
	}
	return kit.Line{kit.Gap(markWidth), kit.Own(s.env.Styles.Dim, s.env.Cat.T(word, nil))}.Draw(s.w, s.env.Styles.Glyph.Ellipsis)
}

// row draws one conversation.
func (s *Screen) row(c conversation.Conversation, w int, selected bool) []string {
	if s.tall() == 2 {
		return s.twoLines(c, w, selected)
	}
	st := s.env.Styles
	name := min(max(w/4-2, 14), 30)
	words := 0
	if w >= 70 {
		words = 11
	}
	l := append(s.mark(c, selected), kit.Chip(st.Index(c.Index)), kit.Gap(1))
	l = append(append(l, s.name(c, name, selected)...), kit.Gap(1))
	if words > 0 {
		l = append(l, kit.Own(st.Dim, s.channels(c)).To(words, st.Glyph.Ellipsis), kit.Gap(1))
	}
	room := w - l.Width() - s.dateWidth() - 2
	l = append(l, s.excerpt(c, room)...)
	l = append(l, kit.Gap(1), s.date(c), kit.Gap(1))
	return []string{l.Draw(w, st.Glyph.Ellipsis)}
}

// twoLines draws one conversation on two lines, for narrow panes and high
// windows.
func (s *Screen) twoLines(c conversation.Conversation, w int, selected bool) []string {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	first := kit.Line{s.bar(selected), kit.Chip(st.Index(c.Index)), kit.Gap(1)}
	room := w - first.Width() - s.dateWidth() - 2
	first = append(append(first, s.name(c, room, selected)...), kit.Gap(1), s.date(c), kit.Gap(1))
	second := kit.Line{s.bar(selected), s.tagged(c), kit.Gap(6)}
	number := unread(c.Unread)
	second = append(second, s.excerpt(c, w-second.Width()-len(number)-2)...)
	second = append(second, kit.Gap(1), kit.Own(st.Unread, number), kit.Gap(1))
	return []string{first.Draw(w, tail), second.Draw(w, tail)}
}

// mark is the cursor, the tag and the number of unread messages.
func (s *Screen) mark(c conversation.Conversation, selected bool) kit.Line {
	st := s.env.Styles
	return kit.Line{s.bar(selected), kit.Own(st.Unread, kit.Left(unread(c.Unread), 2)), s.tagged(c)}
}

func (s *Screen) bar(selected bool) kit.Span {
	if selected {
		return kit.Own(s.env.Styles.Focused, s.env.Styles.Glyph.Cursor)
	}
	return kit.Gap(1)
}

// tagged shows what an action on several would take, and stars.
func (s *Screen) tagged(c conversation.Conversation) kit.Span {
	switch st := s.env.Styles; {
	case s.tags[c.ID]:
		return kit.Own(st.Warn, "+")
	case c.Starred:
		return kit.Own(st.Warn, "*")
	}
	return kit.Gap(1)
}

func unread(n int) string {
	switch {
	case n == 0:
		return ""
	case n > 99:
		return "99"
	}
	return strconv.Itoa(n)
}

// name is bold while something is unread; under the cursor it is reversed.
// Only the name is: a whole row reversed would cost a slow line dear.
func (s *Screen) name(c conversation.Conversation, w int, selected bool) kit.Line {
	st := s.env.Styles
	style := st.Plain
	if c.Unread > 0 {
		style = st.Unread
	}
	if selected {
		style = style.Plus(st.Cursor)
	}
	text := kit.Own(style, kit.Cut(screen.Names(s.env.Cat, &c, w).String(), w, st.Glyph.Ellipsis))
	return kit.Line{text, kit.Gap(w - kit.Line{text}.Width())}
}

// channels names the ways that the conversation has gone.
func (s *Screen) channels(c conversation.Conversation) string {
	text := ""
	for i, p := range screen.Protocols(c.Channels) {
		if i > 0 {
			text += " "
		}
		text += s.env.Cat.T("short."+string(p), nil)
	}
	return text
}

// excerpt gives the first words of the draft or of the last message in w
// columns.
func (s *Screen) excerpt(c conversation.Conversation, w int) kit.Line {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	lead, style, text := "", st.Plain, c.Excerpt
	switch {
	case c.Draft != "":
		lead, style, text = s.env.Cat.T("list.draft", nil)+" ", st.Warn, c.Draft
		if c.Draft == unreadable && s.env.Locked() {
			text = s.env.Cat.T("list.locked", nil)
		}
	case c.LastFrom.Contact == conversation.Me:
		lead, style = s.env.Cat.T("list.you", nil)+" ", st.Own
	case c.Kind != conversation.KindPeople && c.Subject != "":
		text = c.Subject
	}
	if text == "" && c.Sealed {
		text = s.sealed()
	}
	if text == "" {
		text = c.Subject
	}
	body := st.Dim
	if c.Unread > 0 {
		body = st.Plain
	}
	n := min(kit.Width(lead), max(w, 0))
	return kit.Line{kit.Own(style, lead).To(n, tail), kit.Got(body, safe.Line(text)).To(max(w-n, 0), tail)}
}

// sealed says why the words of a sealed message are not shown.
func (s *Screen) sealed() string {
	if s.env.Locked() {
		return s.env.Cat.T("list.locked", nil)
	}
	return s.env.Cat.T("list.sealed", nil)
}

func (s *Screen) dateWidth() int {
	if s.full {
		return longDate
	}
	return dateWidth
}

func (s *Screen) date(c conversation.Conversation) kit.Span {
	st := s.env.Styles
	text := s.env.Cat.Date(c.LastDate, s.env.Now())
	if s.full {
		text = c.LastDate.In(s.env.Now().Location()).Format("2006-01-02 15:04")
	}
	return kit.Own(dateStyle(st, c), kit.Left(text, s.dateWidth())).To(s.dateWidth(), st.Glyph.Ellipsis)
}

func dateStyle(st *theme.Styles, c conversation.Conversation) theme.Style {
	if c.Unread > 0 {
		return st.Plain
	}
	return st.Dim
}
