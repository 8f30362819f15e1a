// Package contact has the list of contacts and the card of one: addresses,
// ways to write there, and the index with its reasons.
package contact

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screens need.
type Backend interface {
	Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error)
	Contact(ctx context.Context, who string) (conversation.Contact, error)
	SaveContact(ctx context.Context, c conversation.Contact) (conversation.ContactID, error)
	Join(ctx context.Context, a, b conversation.ContactID) error
	Split(ctx context.Context, c conversation.ContactID, a conversation.Address) (conversation.ContactID, error)
	Resolve(ctx context.Context, text string) (conversation.Recipient, error)
	PeerKey(ctx context.Context, a conversation.Address) (conversation.PeerKey, error)
	CompareKeys(ctx context.Context, peer conversation.Address) (conversation.Comparison, error)
	VerifyKey(ctx context.Context, a conversation.Address, fingerprint, how string) error
	DecideKey(ctx context.Context, a conversation.Address, fingerprint string, c conversation.KeyChoice) error
	FindKey(ctx context.Context, a conversation.Address) error
	Explain(ctx context.Context, who string) (conversation.Explanation, error)
}

// most is how many contacts are listed; the filter finds the others.
const most = 500

// List is the list of contacts.
type List struct {
	env  *screen.Env
	b    Backend
	list *kit.List[conversation.ContactID, conversation.Contact]

	filter    *kit.Field
	filtering bool // the filter line has the keys
	filtered  string

	read, act, quiet screen.Slot
	w, h             int
}

// NewList makes the list.
func NewList(env *screen.Env, b Backend) *List {
	s := &List{env: env, b: b, filter: kit.NewField("")}
	s.list = kit.NewList(func(c conversation.Contact) conversation.ContactID { return c.ID }, s.row)
	return s
}

// Load reads the contacts.
func (s *List) Load() tea.Cmd { return s.fetch() }

// Changed reads them again.
func (s *List) Changed(ev conversation.Event) tea.Cmd {
	if !ev.All && len(ev.Conversations) == 0 {
		return nil
	}
	return s.fetch()
}

func (s *List) fetch() tea.Cmd {
	text := s.filtered
	return screen.Ask(&s.read, func() ([]conversation.Contact, error) {
		return s.b.Contacts(s.env.Ctx, text, most)
	}, func(cs []conversation.Contact, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.list.Set(0, len(cs), cs)
		return nil
	})
}

// SetSize gives the screen its room.
func (s *List) SetSize(w, h int) {
	s.w, s.h = w, h
	s.resize()
}

func (s *List) resize() {
	h := s.h
	if s.filterShown() {
		h--
	}
	tall := 1
	if s.w < 60 {
		tall = 2
	}
	s.list.SetSize(s.w, h, tall)
}

// Restyle forgets what was drawn.
func (s *List) Restyle() { s.list.Restyle() }

// Draw gives the rows of the screen.
func (s *List) Draw() []string {
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

func (s *List) nothing() string {
	word := "contacts.empty"
	switch {
	case !s.list.Loaded():
		word = "list.loading"
	case s.filtered != "":
		word = "list.empty_filter"
	}
	return kit.Line{kit.Gap(2), kit.Own(s.env.Styles.Dim, s.env.Cat.T(word, nil))}.Draw(s.w, s.env.Styles.Glyph.Ellipsis)
}

// row draws one contact: badge, name, address and how many messages there were.
func (s *List) row(c conversation.Contact, w int, selected bool) []string {
	st := s.env.Styles
	tail := st.Glyph.Ellipsis
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	l := kit.Line{bar, kit.Chip(st.Index(c.Index)), kit.Gap(1)}
	count := s.env.Cat.N("contacts.messages", c.Messages, nil)
	if w < 60 {
		first := append(l, kit.Got(style, Name(c)).To(w-9, tail))
		second := kit.Line{bar, kit.Gap(7), kit.Got(st.Dim, addresses(c)).To(max(w-9, 0), tail)}
		return []string{first.Draw(w, tail), second.Draw(w, tail)}
	}
	name := min(max(w/3, 16), 40)
	l = append(l, kit.Got(style, Name(c)).To(name, tail), kit.Gap(1))
	room := w - l.Width() - 16
	l = append(l, kit.Got(st.Dim, addresses(c)).To(room, tail), kit.Own(st.Dim, kit.Left(count, 15)).To(15, tail), kit.Gap(1))
	return []string{l.Draw(w, tail)}
}

// Name gives what a contact is called: its name, else its first address.
func Name(c conversation.Contact) safe.Text {
	if strings.TrimSpace(c.Name) == "" && len(c.Addresses) > 0 {
		return safe.Line(c.Addresses[0].ID)
	}
	return safe.Line(c.Name)
}

func addresses(c conversation.Contact) safe.Text {
	all := make([]string, len(c.Addresses))
	for i, a := range c.Addresses {
		all[i] = a.ID
	}
	return safe.Line(strings.Join(all, "  "))
}

// Title names the screen.
func (s *List) Title() kit.Line {
	l := kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("place.contacts", nil))}
	if s.list.Loaded() {
		l = append(l, kit.Own(s.env.Styles.Plain, "  "+s.count()))
	}
	return l
}

// count tells how many there are, or that there are more than are listed.
func (s *List) count() string {
	n := s.env.Cat.Number(s.list.Total())
	if s.list.Total() >= most {
		return n + "+"
	}
	return n
}

// Remark has nothing to say.
func (s *List) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *List) Contexts() []key.Context {
	if s.filtering {
		return []key.Context{key.Palette}
	}
	return []key.Context{key.Contacts}
}

// State tells what there is.
func (s *List) State() key.State {
	_, ok := s.list.Current()
	return key.State{Row: ok}
}

// Index gives the badge under the cursor.
func (s *List) Index() (privacy.Index, string, bool) {
	c, ok := s.list.Current()
	return c.Index, Name(c).String(), ok
}

// Detail names the contact under the cursor.
func (s *List) Detail() (screen.To, bool) {
	c, ok := s.list.Current()
	return screen.To{Kind: screen.Card, Who: string(c.ID)}, ok
}

// Do runs an action.
func (s *List) Do(id key.ID) (tea.Cmd, bool) {
	if s.filtering {
		return s.doFilter(id)
	}
	if screen.Move(s.list, id) {
		return nil, true
	}
	switch id {
	case key.Filter:
		s.filtering = true
		s.filter.Focus()
		s.resize()
		return nil, true
	case key.Back:
		if s.filtered != "" {
			return s.unfilter(), true
		}
		return nil, false
	case key.Add:
		return s.add(), true
	}
	c, ok := s.list.Current()
	if !ok {
		return nil, false
	}
	return s.with(c, id)
}

// with runs the actions on the contact under the cursor.
func (s *List) with(c conversation.Contact, id key.ID) (tea.Cmd, bool) {
	host := s.env.Host
	switch id {
	case key.Open:
		return host.Open(screen.To{Kind: screen.Card, Who: string(c.ID)}), true
	case key.WriteTo:
		return host.Open(screen.To{Kind: screen.Compose, Who: string(c.ID), Name: c.Name}), true
	case key.Join:
		return join(s.env, s.b, &s.act, c), true
	case key.Why:
		return host.Open(screen.To{Kind: screen.Why, Who: string(c.ID), Name: Name(c).String()}), true
	}
	return nil, false
}

// add asks for an address and makes a contact of it.
func (s *List) add() tea.Cmd {
	return s.env.Host.Open(screen.To{Kind: screen.Prompt, Name: s.env.Cat.T("contacts.add", nil), Pick: func(text string) tea.Cmd {
		return screen.Ask(&s.act, func() (conversation.ContactID, error) { return s.create(text) },
			func(id conversation.ContactID, err error) tea.Cmd {
				if err != nil {
					return s.env.Host.Fail(err)
				}
				return tea.Batch(s.fetch(), s.env.Host.Open(screen.To{Kind: screen.Card, Who: string(id)}))
			})
	}})
}

// create saves a contact for a typed address; one that somebody has already
// is shown instead.
func (s *List) create(text string) (conversation.ContactID, error) {
	r, err := s.b.Resolve(s.env.Ctx, text)
	if err != nil || r.Contact != "" {
		return r.Contact, err
	}
	name := r.Name
	if name == "" {
		name = r.Address.ID
	}
	return s.b.SaveContact(s.env.Ctx, conversation.Contact{
		Name:      name,
		Addresses: []conversation.ContactAddress{{Address: r.Address, Name: r.Name}},
	})
}

func (s *List) filterShown() bool { return s.filtering || s.filtered != "" }

func (s *List) label() kit.Line {
	st := s.env.Styles
	return kit.Line{kit.Gap(1), kit.Own(st.Key, `\ `), kit.Own(st.Label, s.env.Cat.T("list.filter", nil)+" ")}
}

func (s *List) filterLine() string {
	label := s.label()
	return label.Draw(label.Width(), "") + s.filter.Draw(s.w-label.Width())
}

// Typing tells whether the filter has the keys.
func (s *List) Typing() bool { return s.filtering }

// Cursor gives the place of the cursor in the filter.
func (s *List) Cursor() *tea.Position {
	return &tea.Position{X: s.label().Width() + s.filter.Cursor()}
}

// Type takes a key of the filter, Paste text for it.
func (s *List) Type(msg tea.KeyPressMsg) tea.Cmd {
	if !s.filter.Type(msg) {
		return nil
	}
	return s.narrow()
}

// Paste takes text for the filter.
func (s *List) Paste(text string) tea.Cmd {
	s.filter.Paste(text)
	return s.narrow()
}

// narrow reads again once the typing rests.
func (s *List) narrow() tea.Cmd {
	return screen.After(&s.quiet, 100*time.Millisecond, func() tea.Cmd {
		s.filtered = strings.TrimSpace(s.filter.Value())
		s.list.Reset()
		return s.fetch()
	})
}

func (s *List) doFilter(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.Open:
		s.filtering = false
		s.filter.Blur()
		s.filtered = strings.TrimSpace(s.filter.Value())
		s.resize()
		return s.fetch(), true
	case key.Back:
		return s.unfilter(), true
	case key.Down, key.Up:
		screen.Move(s.list, id)
		return nil, true
	case key.Complete:
		return nil, true
	}
	return nil, false
}

func (s *List) unfilter() tea.Cmd {
	s.filtering, s.filtered = false, ""
	s.filter.Set("")
	s.filter.Blur()
	s.quiet.Drop()
	s.resize()
	s.list.Reset()
	return s.fetch()
}
