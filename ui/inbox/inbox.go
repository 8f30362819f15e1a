// Package inbox is the screen of conversations: people, mailing lists and bulk
// mail as three views of one list.
package inbox

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	List(ctx context.Context, w conversation.Window) (conversation.Page, error)
	Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) (ms []conversation.Message, before, after bool, err error)
	Accounts(ctx context.Context) ([]conversation.Status, error)
	Act(ctx context.Context, a conversation.Act) error
	Contact(ctx context.Context, who string) (conversation.Contact, error)
	SaveContact(ctx context.Context, c conversation.Contact) (conversation.ContactID, error)
	SavedSearches(ctx context.Context) ([]conversation.SavedSearch, error)
	Query(text string) (*conversation.Query, error)
}

// view is one of the tabs.
type view struct {
	name  string // the catalogue's key behind "view."
	kinds []conversation.Kind
}

func views() []view {
	return []view{
		{"people", []conversation.Kind{conversation.KindPeople}},
		{"lists", []conversation.Kind{conversation.KindList}},
		{"bulk", []conversation.Kind{conversation.KindBulk}},
		{"all", nil},
	}
}

// Screen is the list of conversations.
type Screen struct {
	env *screen.Env
	b   Backend

	list   *kit.List[conversation.ConversationID, conversation.Conversation]
	view   int
	kept   []conversation.SavedSearch
	saved  *conversation.SavedSearch // shown in place of a view, nil for none
	unread bool                      // only unread ones
	count  int                       // unread messages in the view
	full   bool                      // full dates
	alone  bool                      // there is no account that could bring anything
	tags   map[conversation.ConversationID]bool

	filter    *kit.Field
	filtering bool // the filter line has the keys
	filtered  string

	w, h          int
	read          screen.Slot
	act           screen.Slot
	quiet         screen.Slot
	keeping       screen.Slot
	offset, limit int
	failed        bool
}

// New makes the screen.
func New(env *screen.Env, b Backend) *Screen {
	s := &Screen{env: env, b: b, filter: kit.NewField(""), tags: map[conversation.ConversationID]bool{}}
	s.list = kit.NewList(func(c conversation.Conversation) conversation.ConversationID { return c.ID }, s.row)
	return s
}

// Load reads the first window.
func (s *Screen) Load() tea.Cmd { return tea.Batch(s.fetch(), s.fetchKept()) }

// Changed reads the rows again.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	switch {
	case ev.All:
		return tea.Batch(s.fetch(), s.fetchKept())
	case len(ev.Conversations) > 0 || ev.Outbox:
		return s.fetch()
	case len(ev.Accounts) == 0: // something else: a saved search came or went
		return s.fetchKept()
	}
	return nil
}

// fetch reads the window around what is shown.
func (s *Screen) fetch() tea.Cmd {
	s.offset, s.limit, _ = s.list.Need()
	s.limit = max(s.limit, 50)
	w := conversation.Window{Unread: s.unread, Offset: s.offset, Limit: s.limit}
	if s.saved == nil {
		w.Kinds = views()[s.view].kinds
	}
	saved, filtered := s.saved, s.filtered
	type found struct {
		conversation.Page
		alone bool
	}
	return screen.Ask(&s.read, func() (f found, err error) {
		if w.Query, err = s.query(saved, filtered); err != nil {
			return f, err
		}
		if f.Page, err = s.b.List(s.env.Ctx, w); err != nil || f.Total > 0 {
			return f, err
		}
		accounts, err := s.b.Accounts(s.env.Ctx)
		f.alone = len(accounts) == 0
		return f, err
	}, func(p found, err error) tea.Cmd {
		if s.failed = err != nil; err != nil {
			return s.env.Host.Fail(err)
		}
		s.alone = p.alone
		s.list.Set(w.Offset, p.Total, p.Rows)
		s.count = p.Unread
		return s.more()
	})
}

// more reads on when what is shown, or is about to be, is not loaded.
func (s *Screen) more() tea.Cmd {
	offset, limit, missing := s.list.Need()
	if !missing || s.failed || offset == s.offset && max(limit, 50) == s.limit && s.list.Loaded() && len(s.list.Rows()) > 0 {
		return nil
	}
	return s.fetch()
}

// wordsOf makes a query of words that must all occur; the filter has no
// operators, so nothing that is typed can be wrong.
func wordsOf(text string) *conversation.Query {
	q := &conversation.Query{Text: text, Root: conversation.Node{Op: conversation.And}}
	for _, word := range fields(text) {
		q.Root.Kids = append(q.Root.Kids, conversation.Node{Op: conversation.Match, Text: word, Prefix: true})
	}
	return q
}

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) {
	if w == s.w && h == s.h {
		return
	}
	s.w, s.h = w, h
	s.resize()
}

func (s *Screen) resize() {
	h := s.h
	if s.filterShown() {
		h--
	}
	s.list.SetSize(s.w, h, s.tall())
}

// tall gives the lines of a row: two where there is height for it.
func (s *Screen) tall() int {
	if s.h >= 26 || s.w < 60 && s.h >= 12 {
		return 2
	}
	return 1
}

// Restyle forgets what was drawn.
func (s *Screen) Restyle() { s.list.Restyle() }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.filtering {
		return []key.Context{key.Palette}
	}
	return []key.Context{key.List}
}

// State tells what there is.
func (s *Screen) State() key.State {
	_, ok := s.list.Current()
	return key.State{Row: ok || len(s.tags) > 0, Message: ok, Tagged: len(s.tags) > 0, Back: len(s.tags) > 0 || s.filtered != ""}
}

// Index gives the badge under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	c, ok := s.list.Current()
	return c.Index, c.Title, ok
}

// Detail names the conversation under the cursor.
func (s *Screen) Detail() (screen.To, bool) {
	c, ok := s.list.Current()
	return screen.To{Kind: screen.Timeline, Conversation: c.ID}, ok
}

// Title names the view and what is unread in it.
func (s *Screen) Title() kit.Line {
	st := s.env.Styles
	l := kit.Line{kit.Own(st.Title, s.env.Cat.T("place.conversations", nil))}
	if v := views()[s.view]; s.saved != nil {
		l = append(l, kit.Own(st.Plain, " "+st.Glyph.Sep+" "), kit.Got(st.Plain, safe.Line(s.saved.Name)))
	} else if v.name != "people" {
		l = append(l, kit.Own(st.Plain, " "+st.Glyph.Sep+" "+s.env.Cat.T("view."+v.name, nil)))
	}
	if s.count > 0 {
		l = append(l, kit.Own(st.Plain, "  "+s.env.Cat.N("list.unread", s.count, nil)))
	}
	return l
}

// Remark tells what narrows the list.
func (s *Screen) Remark() kit.Line {
	st := s.env.Styles
	switch {
	case len(s.tags) > 0:
		return kit.Line{kit.Own(st.Warn, s.env.Cat.N("list.tagged", len(s.tags), nil))}
	case s.unread:
		return kit.Line{kit.Own(st.Dim, s.env.Cat.T("view.unread", nil))}
	}
	return nil
}

// targets gives the conversations that an action is for: those tagged, else
// the one under the cursor.
func (s *Screen) targets() []conversation.Conversation {
	if len(s.tags) == 0 {
		if c, ok := s.list.Current(); ok {
			return []conversation.Conversation{c}
		}
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.list.Rows()), func(c conversation.Conversation) bool { return !s.tags[c.ID] })
}
