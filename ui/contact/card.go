package contact

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Card shows one contact.
type Card struct {
	env   *screen.Env
	b     Backend
	who   string
	c     conversation.Contact
	keys  map[conversation.Address]conversation.PeerKey
	next  []privacy.Advice // what would make the next message to him more private
	ready bool
	err   error
	sheet kit.Sheet

	sought            conversation.Address // whose key is looked for
	read, act, search screen.Slot
	w, h              int
}

// NewCard makes the card of who, named as Backend.Contact takes it.
func NewCard(env *screen.Env, b Backend, who string) *Card { return &Card{env: env, b: b, who: who} }

// Load reads the contact.
func (s *Card) Load() tea.Cmd {
	who := s.who // the answer changes it
	type found struct {
		conversation.Contact
		keys map[conversation.Address]conversation.PeerKey
		next []privacy.Advice
	}
	return screen.Ask(&s.read, func() (f found, err error) {
		if f.Contact, err = s.b.Contact(s.env.Ctx, who); err == nil {
			f.keys, err = s.keysOf(f.Contact)
		}
		if err == nil {
			e, err := s.b.Explain(s.env.Ctx, string(f.Contact.ID))
			f.next = e.Next
			return f, err
		}
		return f, err
	}, func(f found, err error) tea.Cmd {
		c := f.Contact
		s.err = err
		if err == nil {
			s.keys, s.next = f.keys, f.next
			c.Channels = slices.Clone(c.Channels)
			slices.SortStableFunc(c.Channels, byUse)
			s.c, s.ready = c, true
			s.who = string(c.ID) // the name may change, the contact does not
		}
		s.build()
		return s.found()
	})
}

// byUse orders ways to write: the usable ones by their score, and of equal
// ones that which the other side really writes by before the others.
func byUse(a, b conversation.Prediction) int {
	order := func(p conversation.Prediction) []int {
		out := []int{0, -p.Index.Score, 1, 1}
		if p.Rejected.Code != "" {
			out[0] = 1
		}
		if p.LastUsed {
			out[2] = 0
		}
		if p.Proven {
			out[3] = 0
		}
		return out
	}
	return slices.Compare(order(a), order(b))
}

// Changed reads it again.
func (s *Card) Changed(ev conversation.Event) tea.Cmd {
	if !ev.All && len(ev.Conversations) == 0 {
		return nil
	}
	return s.Load()
}

// SetSize gives the card its room.
func (s *Card) SetSize(w, h int) {
	s.w, s.h = w, h
	s.sheet.SetSize(w, h)
}

// Draw gives the rows of the card.
func (s *Card) Draw() []string {
	if s.ready {
		return s.sheet.Draw()
	}
	text, style := s.env.Cat.T("list.loading", nil), s.env.Styles.Dim
	if s.err != nil {
		text, style = s.env.Cat.Error(s.err), s.env.Styles.Error
	}
	var out []string
	for _, row := range kit.Wrap(safe.Line(text), max(s.w-2, 8)) {
		out = append(out, kit.Line{kit.Gap(1), kit.Own(style, row)}.Draw(s.w, ""))
	}
	return kit.Fill(append([]string{kit.Spaces(s.w)}, out...), s.w, s.h)
}

// build lays the card out.
func (s *Card) build() {
	if !s.ready {
		return
	}
	items := []kit.Item{kit.Rows(s.head), kit.Blank(), screen.Head(s.env, "card.addresses")}
	for _, a := range s.c.Addresses {
		items = append(items, kit.Item{Key: a.String(), Draw: func(w int, on bool) []string { return s.address(a, w, on) }})
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "card.ways"))
	if len(s.c.Channels) == 0 {
		items = append(items, screen.Wrapped(1, safe.Line(s.env.Cat.T("card.noway", nil)), s.env.Styles.Dim.On))
	}
	for _, p := range s.c.Channels {
		items = append(items, kit.Rows(func(w int) []string { return []string{s.way(p, w)} }))
	}
	items = append(items, kit.Blank(), screen.Head(s.env, "card.why"))
	items = append(items, screen.Reasons(s.env, s.index(), Name(s.c).String())...)
	if s.c.Notes != "" {
		items = append(items, kit.Blank(), screen.Head(s.env, "card.notes"), screen.Wrapped(1, safe.Block(s.c.Notes), s.env.Styles.Plain.On))
	}
	s.sheet.Set(items)
}

// index gives the contact's index with what would raise it: that is what would
// make its best way more private.
func (s *Card) index() privacy.Index {
	ix := s.c.Index
	ix.Advice = s.next
	return ix
}

func (s *Card) head(w int) []string {
	st := s.env.Styles
	// The badge comes first: behind a name it could be taken for a part of it,
	// and the other way round.
	l := kit.Line{kit.Gap(1), kit.Chip(st.Index(s.c.Index)), kit.Gap(1), kit.Got(st.Bold, Name(s.c)), kit.Gap(2)}
	if room := w - l.Width() - 1; room >= 8 && s.c.Index.Level != privacy.LevelUnknown && s.c.Index.Level != "" {
		l = append(l, screen.Bar(s.env, float64(s.c.Index.Score)/100, min(room, 30)))
	}
	rows := []string{l.Draw(w, st.Glyph.Ellipsis)}
	if word := s.kind(); word != "" {
		rows = append(rows, kit.Line{kit.Gap(1), kit.Own(st.Dim, word)}.Draw(w, st.Glyph.Ellipsis))
	}
	return rows
}

// kind says where the user moved this sender.
func (s *Card) kind() string {
	switch s.c.Kind {
	case conversation.KindPeople:
		return s.env.Cat.T("card.people", nil)
	case conversation.KindBulk:
		return s.env.Cat.T("card.bulk", nil)
	}
	return ""
}

func (s *Card) address(a conversation.ContactAddress, w int, on bool) []string {
	st, cat := s.env.Styles, s.env.Cat
	tail := st.Glyph.Ellipsis
	bar, style := kit.Gap(1), st.Plain
	if on {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	remark := ""
	if a.Messages > 0 {
		remark = cat.N("contacts.messages", a.Messages, nil)
	}
	mark := st.Dim
	switch {
	case a.Bounced:
		remark, mark = cat.T("card.bounced", nil), st.Warn
	case s.c.Pin == a.Protocol && s.c.Pin != "":
		remark = cat.T("card.pinned", nil)
	}
	n := min(kit.Width(remark), w/2)
	l := kit.Line{bar, kit.Own(st.Label, cat.T("short."+string(a.Protocol), nil)).To(6, tail), kit.Got(style, safe.Line(a.ID)).To(min(kit.Width(safe.Line(a.ID).String()), max(w-n-10, 4)), tail)}
	l = append(l, kit.Gap(max(w-l.Width()-n-1, 1)), kit.Own(mark, remark).To(n, tail))
	return append([]string{l.Draw(w, tail)}, s.keyRows(a.Address, w)...)
}

// way draws one channel with the index that a message sent by it would have.
func (s *Card) way(p conversation.Prediction, w int) string {
	st, cat := s.env.Styles, s.env.Cat
	l := kit.Line{kit.Gap(1), kit.Chip(st.Index(p.Index)), kit.Gap(1), kit.Own(st.Plain, screen.ChannelName(cat, p.Channel)), kit.Gap(2)}
	if len(p.Addresses) > 0 {
		l = append(l, kit.Got(st.Dim, safe.Line(p.Addresses[0].ID)))
	}
	if s.twice(p.Channel.Protocol) {
		l = append(l, kit.Gap(2), kit.Got(st.Dim, safe.Line(cat.T("card.from", map[string]any{"Account": p.Channel.Own.ID}))))
	}
	if word := "compose.reach." + string(p.Reach); cat.Has(word) {
		l = append(l, kit.Gap(2), kit.Own(st.Warn, cat.T(word, nil)))
	} else if !p.Proven {
		l = append(l, kit.Gap(2), kit.Own(st.Dim, cat.T("compose.unproven", nil)))
	}
	return l.Draw(w, st.Glyph.Ellipsis)
}

// twice tells whether several own accounts lead there by one protocol, so that
// each has to be named.
func (s *Card) twice(p conversation.Protocol) bool {
	n := 0
	for _, c := range s.c.Channels {
		if c.Channel.Protocol == p {
			n++
		}
	}
	return n > 1
}

// Title names the contact.
func (s *Card) Title() kit.Line {
	st := s.env.Styles
	return kit.Line{kit.Own(st.Dim, s.env.Cat.T("card.title", nil)+"  "), kit.Got(st.Title, Name(s.c))}
}

// Remark has nothing to say.
func (s *Card) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Card) Contexts() []key.Context { return []key.Context{key.Contact} }

// State tells what there is.
func (s *Card) State() key.State {
	return s.keyState(key.State{Row: s.ready && s.sheet.Current() != ""})
}

// Index gives the badge of the contact.
func (s *Card) Index() (privacy.Index, string, bool) {
	return s.index(), Name(s.c).String(), s.ready
}

// current gives the address under the cursor.
func (s *Card) current() (conversation.ContactAddress, bool) {
	for _, a := range s.c.Addresses {
		if a.String() == s.sheet.Current() {
			return a, true
		}
	}
	return conversation.ContactAddress{}, false
}
