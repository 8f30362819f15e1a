// Package search is the search over all messages: what is typed is looked for
// once the typing rests, and each hit shows the words that matched.
package search

import (
	"context"
	"slices"
	"strings"
	"time"

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
}

// most is how many hits are shown; more words find the others.
const most = 200

// rest is how long the typing has to rest before it is searched for.
const rest = 150 * time.Millisecond

// Screen is the search.
type Screen struct {
	env    *screen.Env
	b      Backend
	field  *kit.Field
	typing bool
	list   *kit.List[conversation.MessageID, conversation.Hit]
	asked  string // what the hits are for
	count  int
	err    error
	busy   bool

	read, quiet screen.Slot
	w, h        int
}

// New makes the search; a text is searched for at once.
func New(env *screen.Env, b Backend, to screen.To) *Screen {
	s := &Screen{env: env, b: b, field: kit.NewField(""), typing: to.Text == ""}
	s.list = kit.NewList(func(h conversation.Hit) conversation.MessageID { return h.Message.ID }, s.row)
	s.field.Set(to.Text)
	if s.typing {
		s.field.Focus()
	}
	return s
}

// Load searches for the text that the screen was opened with.
func (s *Screen) Load() tea.Cmd { return s.ask() }

// Changed searches again.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	if s.asked == "" || !ev.All && len(ev.Conversations) == 0 {
		return nil
	}
	return s.ask()
}

type answer struct {
	hits  []conversation.Hit
	count int
}

// ask searches for what stands in the field.
func (s *Screen) ask() tea.Cmd {
	text := strings.TrimSpace(s.field.Value())
	if text == "" {
		s.read.Drop()
		s.asked, s.err, s.busy, s.count = "", nil, false, 0
		s.list.Reset()
		return nil
	}
	s.busy = true
	return screen.Ask(&s.read, func() (answer, error) {
		hits, err := s.b.Search(s.env.Ctx, text, most)
		if err != nil || len(hits) < most {
			return answer{hits, len(hits)}, err
		}
		n, err := s.b.SearchCount(s.env.Ctx, text)
		return answer{hits, n}, err
	}, func(a answer, err error) tea.Cmd {
		s.busy, s.err = false, err
		if err != nil {
			return nil // said below the field: it is about what is being typed
		}
		if s.asked != text {
			s.list.Reset()
		}
		s.asked, s.count = text, a.count
		s.list.Set(0, len(a.hits), a.hits)
		return nil
	})
}

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.list.SetSize(w, max(h-2, 1), 2)
}

// Restyle forgets what was drawn.
func (s *Screen) Restyle() { s.list.Restyle() }

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	st := s.env.Styles
	rows := []string{kit.Line{kit.Own(st.Key, " / ")}.Draw(3, "") + s.field.Draw(s.w-3), kit.Rule(st, s.w)}
	switch {
	case s.err != nil:
		rows = append(rows, s.say(s.env.Cat.Error(s.err), st.Warn.On)...)
	case s.asked == "" && !s.busy:
		rows = append(rows, s.help()...)
	case s.asked != "" && s.list.Total() == 0:
		rows = append(rows, s.say(s.env.Cat.T("search.nothing", nil), st.Dim.On)...)
		if s.env.Locked() {
			rows = append(rows, s.say(s.env.Cat.T("search.locked", nil), st.Warn.On)...)
		}
	default:
		rows = append(rows, s.list.Draw()...)
	}
	return kit.Fill(rows, s.w, s.h)
}

func (s *Screen) say(text string, style func(string) string) []string {
	return screen.Wrapped(3, safe.Line(text), style).Draw(s.w, false)
}

// help tells what can be typed.
func (s *Screen) help() []string {
	st := s.env.Styles
	var rows []string
	for _, word := range []string{"search.help.words", "search.help.people", "search.help.level", "search.help.is", "search.help.date", "search.help.not"} {
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
	if selected {
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
	if len(l) == 0 {
		return kit.Line{kit.Got(st.Dim, safe.Line(h.Message.Excerpt))}
	}
	return l
}

// unread tells whether a message is sealed and the keys that open it are locked.
func (s *Screen) unread(m *conversation.Message) bool {
	return s.env.Locked() && m.Text == "" && m.Excerpt == "" && m.Evidence.Security.Sealed == "full"
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
	case s.busy:
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

// Index gives the badge of the hit under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	h, ok := s.list.Current()
	return h.Message.Index, Other(&h.Message).String(), ok && s.asked != ""
}
