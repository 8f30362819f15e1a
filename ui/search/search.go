// Package search is the search over all messages: what is typed is looked for
// letter by letter, people and topics stand above the messages, each hit shows
// the words that matched, and what they have in common narrows the search.
package search

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	Search(ctx context.Context, query string, limit int) ([]conversation.Hit, error)
	SearchCount(ctx context.Context, query string) (int, error)
	Facets(ctx context.Context, query string) ([]conversation.Facet, error)
	Topics(ctx context.Context, query string, limit int) ([]conversation.FoundTopic, error)
	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	List(ctx context.Context, w conversation.Window) (conversation.Page, error)
	SaveSearch(ctx context.Context, saved conversation.SavedSearch) error
	DropSearch(ctx context.Context, name string) error
}

// Screen is the search.
type Screen struct {
	env    *screen.Env
	b      Backend
	field  *kit.Field
	typing bool
	list   *kit.List[conversation.MessageID, conversation.Hit]

	asked  string // what the hits are for, as it was typed
	query  string // the same as it was searched for
	limit  int    // how many hits are wanted
	count  int
	err    error
	busy   bool
	rested bool // nothing was typed for a moment
	typed  bool // the last word may not be over yet
	saved  string

	finds   finds
	above   int // place of the cursor among people and topics, -1 while it is on the hits
	facets  []conversation.Facet
	picking bool
	pick    int      // place of the cursor among the ways to narrow
	before  []string // what was searched for before each narrowing

	stop                             context.CancelFunc // ends the search under way
	read, side, calm, quiet, act, on screen.Slot
	w, h                             int
}

// New makes the search; a text is searched for at once.
func New(env *screen.Env, b Backend, to screen.To) *Screen {
	s := &Screen{env: env, b: b, field: kit.NewField(""), typing: to.Text == "", saved: to.Name, above: -1, limit: most, rested: true, stop: func() {}}
	s.list = kit.NewList(func(h conversation.Hit) conversation.MessageID { return h.Message.ID }, s.row)
	s.field.Set(to.Text)
	if s.typing {
		s.field.Focus()
	}
	return s
}

// Load searches for the text that the screen was opened with.
func (s *Screen) Load() tea.Cmd { return s.ask() }

// Changed searches again, once it has become quiet.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	if s.asked == "" || !ev.All && len(ev.Conversations) == 0 {
		return nil
	}
	return screen.After(&s.on, rest, s.ask)
}

// Leave ends the search under way.
func (s *Screen) Leave() tea.Cmd {
	s.stop()
	return nil
}

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.resize()
}

// resize gives the hits what the rest leaves.
func (s *Screen) resize() {
	s.list.SetSize(s.w-s.paneWidth(), max(s.h-len(s.upper()), 1), 2)
}

// Restyle forgets what was drawn.
func (s *Screen) Restyle() { s.list.Restyle() }

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	rows := s.upper()
	w := s.w - s.paneWidth()
	switch {
	case s.err != nil:
		rows = append(rows, s.say(s.env.Cat.Error(s.err), s.env.Styles.Warn.On)...)
	case s.asked == "" && !s.busy:
		rows = append(rows, s.help()...)
	case s.asked != "" && s.list.Total() == 0 && !s.busy:
		rows = append(rows, s.say(s.env.Cat.T("search.nothing", nil), s.env.Styles.Dim.On)...)
		if s.env.Locked() {
			rows = append(rows, s.say(s.env.Cat.T("search.locked", nil), s.env.Styles.Warn.On)...)
		}
	default:
		rows = append(rows, s.list.Draw()...)
	}
	rows = kit.Fill(rows, s.w, s.h)
	if w == s.w {
		return rows
	}
	side := s.pane(s.h - 2)
	for i := range side {
		rows[2+i] = kit.Cut(kit.Pad(rows[2+i], w), w, "") + side[i]
	}
	return rows
}

// upper gives the rows above the hits: the field, what can narrow the search,
// people and topics.
func (s *Screen) upper() []string {
	st := s.env.Styles
	rows := []string{kit.Line{kit.Own(st.Key, " / ")}.Draw(3, "") + s.field.Draw(s.w-3), s.under()}
	if s.err != nil {
		return rows
	}
	rows = append(rows, s.narrowing()...)
	return append(rows, s.found(s.w-s.paneWidth())...)
}

// under is the rule below the field; it points at what cannot be read there.
func (s *Screen) under() string {
	st := s.env.Styles
	var bad *conversation.QueryError
	if !errors.As(s.err, &bad) || bad.Pos > len(s.asking()) {
		return kit.Rule(st, s.w)
	}
	at := 3 + kit.Width(s.asking()[:bad.Pos])
	if at >= s.w {
		return kit.Rule(st, s.w)
	}
	return kit.Rule(st, at) + st.Error.On(st.Glyph.Up) + kit.Rule(st, s.w-at-1)
}

func (s *Screen) say(text string, style func(string) string) []string {
	return screen.Wrapped(3, safe.Line(text), style).Draw(s.w-s.paneWidth(), false)
}

// help tells what can be typed.
func (s *Screen) help() []string {
	st := s.env.Styles
	var rows []string
	for _, word := range []string{"search.help.words", "search.help.people", "search.help.level", "search.help.is", "search.help.date", "search.help.not", "search.help.narrow"} {
		example, meaning, _ := strings.Cut(s.env.Cat.T(word, nil), "|")
		l := kit.Line{kit.Gap(3), kit.Own(st.Key, example).To(min(30, s.w/2), st.Glyph.Ellipsis), kit.Gap(1), kit.Own(st.Dim, meaning)}
		rows = append(rows, l.Draw(s.w, st.Glyph.Ellipsis))
	}
	return rows
}

// row draws one hit: whom it was exchanged with, and the words that matched.
func (s *Screen) row(h conversation.Hit, w int, selected bool) []string {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	m := &h.Message
	bar, style := kit.Gap(1), st.Bold
	if selected && s.above < 0 {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Bold.Plus(st.Cursor)
	}
	date := s.env.Cat.Date(m.Date, s.env.Now())
	name := min(max(w/4, 14), 30)
	words := wanted(s.asked)
	first := append(kit.Line{bar, kit.Chip(st.Index(m.Index)), kit.Gap(1)}, marked(style, st.Match, s.who(m), words, name, tail)...)
	first = append(first, kit.Gap(1))
	if w >= 60 {
		first = append(first, kit.Own(st.Dim, s.env.Cat.T("short."+string(m.Protocol), nil)).To(6, tail))
	}
	room := w - first.Width() - 9
	subject := safe.Line(m.Subject)
	if s.unread(m) {
		subject = safe.Line(st.Glyph.Ellipsis)
	}
	first = append(first, marked(st.Dim, st.Match, subject, words, room, tail)...)
	first = append(first, kit.Own(st.Dim, kit.Left(date, 8)), kit.Gap(1))
	second := append(kit.Line{bar, kit.Gap(7)}, s.snippet(h, w-9)...)
	return []string{first.Draw(w, tail), second.Draw(w, tail)}
}

// Other gives the name of the other side of a message.
func Other(m *conversation.Message) safe.Text {
	who := m.Sender()
	if m.Direction == conversation.Out {
		for _, p := range m.Participants {
			if p.Role == conversation.To {
				who = p
				break
			}
		}
	}
	for _, name := range []string{who.Display, who.Name, who.Address.ID} {
		if strings.TrimSpace(name) != "" {
			return safe.Line(name)
		}
	}
	return safe.Line("?")
}

// snippet draws the place of the match in w columns, from a little before it.
// Every fragment is made safe before it is cut, so that no sequence can come
// together out of two.
func (s *Screen) snippet(h conversation.Hit, w int) kit.Line {
	st := s.env.Styles
	if s.unread(&h.Message) {
		return kit.Line{kit.Own(st.Dim, s.env.Cat.T("list.locked", nil))}
	}
	if conversation.Unopened(h.Message.Warnings) && h.Message.Excerpt == "" {
		return kit.Line{kit.Own(st.Dim, s.env.Cat.T("list.sealed", nil))}
	}
	var l kit.Line
	seen := !slices.ContainsFunc(h.Snippet, func(f conversation.Fragment) bool { return f.Match })
	round := imitates(h.Snippet)
	for _, f := range h.Snippet {
		text, style := safe.Line(f.Text).String(), st.Dim
		if round {
			text = strings.NewReplacer("[", "(", "]", ")").Replace(text)
		}
		if f.Match {
			style, seen = st.Match, true
		} else if lead := w / 3; !seen && kit.Width(text) > lead {
			text = st.Glyph.Ellipsis + ending(text, lead-1)
		}
		l = append(l, kit.Own(style, text))
	}
	if len(l) == 0 || repeats(h) {
		return kit.Line{kit.Got(st.Dim, safe.Line(h.Message.Excerpt))}
	}
	return l
}

// unread tells whether a message is sealed and the keys that open it are locked.
func (s *Screen) unread(m *conversation.Message) bool {
	return s.env.Locked() && m.Text == "" && m.Excerpt == "" && m.Evidence.Security.Sealed == "full"
}

// repeats tells whether the words that matched are those of the line above:
// the subject, or the names. What the message says tells more then.
func repeats(h conversation.Hit) bool {
	m, said := &h.Message, ""
	for _, f := range h.Snippet {
		said += f.Text
	}
	said = strings.Join(strings.Fields(said), " ")
	if m.Excerpt == "" || said == "" {
		return false
	}
	if said == strings.Join(strings.Fields(m.Subject), " ") {
		return true
	}
	var names []string
	for _, p := range m.Participants {
		names = append(names, p.Name, p.Address.ID)
	}
	return strings.Contains(strings.Join(strings.Fields(strings.Join(names, " ")), " "), said)
}

// imitates tells whether the fragments together would look like a badge.
func imitates(fs []conversation.Fragment) bool {
	whole := ""
	for _, f := range fs {
		whole += safe.Line(f.Text).String()
	}
	return safe.Line(whole).String() != whole
}

// ending gives the end of a text in at most w columns.
func ending(text string, w int) string {
	r := []rune(text)
	for len(r) > 0 && kit.Width(string(r)) > w {
		r = r[1:]
	}
	return safe.Line(string(r)).String() // a mark without its base goes
}

// Title names the screen.
func (s *Screen) Title() kit.Line {
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("context.search", nil))}
}

// Remark tells how many hits there are.
func (s *Screen) Remark() kit.Line {
	st := s.env.Styles
	switch {
	case s.busy && s.asked == "":
		return kit.Line{kit.Own(st.Dim, s.env.Cat.T("search.busy", nil))}
	case s.asked != "" && s.err == nil:
		l := kit.Line{kit.Own(st.Plain, s.env.Cat.N("search.hits", s.count, nil))}
		if s.env.Locked() {
			l = append(l, kit.Own(st.Warn, " "+st.Glyph.Sep+" "+s.env.Cat.T("search.without", nil)))
		}
		return l
	}
	return nil
}

// Index gives the badge of what is under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	if c, ok := s.person(); ok {
		return c.Index, personName(c).String(), true
	}
	h, ok := s.list.Current()
	return h.Message.Index, Other(&h.Message).String(), ok && s.asked != "" && s.above < 0
}
