package contact

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// keysOf asks how each mail address can be written to sealed.
func (s *Card) keysOf(c conversation.Contact) (map[conversation.Address]conversation.PeerKey, error) {
	keys := map[conversation.Address]conversation.PeerKey{}
	for _, a := range c.Addresses {
		if a.Protocol != conversation.Mail || c.ID == conversation.Me {
			continue
		}
		k, err := s.b.PeerKey(s.env.Ctx, a.Address)
		if err != nil {
			return nil, err
		}
		keys[a.Address] = k
	}
	return keys, nil
}

// keyRows tells of the key of an address, below it: which, since when, what is
// known of it, and what has to be decided.
func (s *Card) keyRows(a conversation.Address, w int) []string {
	k, ok := s.keys[a]
	if !ok {
		return nil
	}
	st, cat := s.env.Styles, s.env.Cat
	if k.Fingerprint == "" && k.Conflict == "" {
		word := "card.key.none"
		if k.Problem != "" {
			word = "card.key." + k.Problem
		}
		return []string{kit.Line{kit.Gap(7), kit.Own(st.Dim, cat.T(word, nil))}.Draw(w, st.Glyph.Ellipsis)}
	}
	var rows []string
	if k.Fingerprint != "" {
		l := kit.Line{kit.Gap(7), kit.Own(st.Focused, st.Glyph.Key+" "), kit.Own(st.Plain, screen.Tail(k.Fingerprint, 4))}
		rows = append(rows, l.Draw(w, st.Glyph.Ellipsis))
		for _, row := range kit.Wrap(safe.Line(s.keyWords(k)), max(w-11, 8)) {
			rows = append(rows, kit.Line{kit.Gap(9), kit.Own(st.Dim, row)}.Draw(w, st.Glyph.Ellipsis))
		}
	}
	if k.Conflict != "" {
		words := cat.T("card.key.conflict", map[string]any{"Key": screen.Tail(k.Conflict, 4)})
		for _, row := range kit.Wrap(safe.Line(words), max(w-9, 8)) {
			rows = append(rows, kit.Line{kit.Gap(7), kit.Own(st.Warn, row)}.Draw(w, st.Glyph.Ellipsis))
		}
	}
	return rows
}

// keyWords says what is known of a key.
func (s *Card) keyWords(k conversation.PeerKey) string {
	cat, now := s.env.Cat, s.env.Now()
	between := " " + s.env.Styles.Glyph.Sep + " "
	name := safe.Line(k.Address.ID).String()
	words := cat.Factor("p."+k.Person, name)
	if k.Person == "new" {
		words = cat.T("card.key.new", nil)
	}
	if k.Person == "verified" {
		words = cat.T("card.key.verified", map[string]any{"When": cat.Day(k.VerifiedAt, now)})
	} else if !k.Since.IsZero() {
		words = cat.T("card.key.since", map[string]any{"What": words, "When": cat.Day(k.Since, now)})
	}
	if left := k.Expires.Sub(now); !k.Expires.IsZero() && left < soon {
		words += between + cat.N("card.key.expires", max(int((left+24*time.Hour-1)/(24*time.Hour)), 0), nil)
	}
	if k.Weak {
		words += between + cat.T("card.key.weak", nil)
	}
	return words
}

// soon is from when on the end of a key is worth telling.
const soon = 30 * 24 * time.Hour

// keyState says which actions on keys mean something for the row.
func (s *Card) keyState(state key.State) key.State {
	a, ok := s.current()
	if !ok || a.Protocol != conversation.Mail || s.c.ID == conversation.Me {
		return state
	}
	k := s.keys[a.Address]
	state.Mail, state.Key, state.Doubt = true, k.Fingerprint != "" || k.Conflict != "", k.Conflict != ""
	return state
}

// doKeys runs the actions on keys.
func (s *Card) doKeys(id key.ID) (tea.Cmd, bool) {
	a, ok := s.current()
	if !ok {
		return nil, false
	}
	k := s.keys[a.Address]
	switch id {
	case key.CompareKey:
		return s.env.Host.Open(screen.To{Kind: screen.Compare, Address: a.Address, Name: Name(s.c).String()}), true
	case key.FindKey:
		return s.findKey(a.Address), true
	case key.AcceptKey:
		return s.decide(a.Address, k.Conflict, conversation.KeyAccept, "card.key.accepted"), true
	case key.KeepKey:
		return s.decide(a.Address, k.Conflict, conversation.KeyKeep, "card.key.kept"), true
	case key.RefuseKey:
		return s.refuse(a.Address, k), true
	}
	return nil, false
}

// refuse asks first: letters to that address then go in clear, or not at all.
func (s *Card) refuse(a conversation.Address, k conversation.PeerKey) tea.Cmd {
	which := k.Conflict
	if which == "" {
		which = k.Fingerprint
	}
	return s.env.Host.Ask(screen.Question{
		Title: s.env.Cat.T("card.key.refuse.title", nil),
		Rows:  []string{s.env.Cat.T("card.key.refuse.text", map[string]any{"Key": screen.Tail(which, 4), "Address": safe.Line(a.ID).String()})},
		Yes:   func() tea.Cmd { return s.decide(a, which, conversation.KeyRefuse, "card.key.refused") },
	})
}

func (s *Card) decide(a conversation.Address, fingerprint string, c conversation.KeyChoice, said string) tea.Cmd {
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.DecideKey(s.env.Ctx, a, fingerprint, c)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T(said, nil), func() tea.Cmd {
			return s.decide(a, fingerprint, conversation.KeyAuto, "toast.undone")
		}))
	})
}

// findKey looks for the key in the background.
func (s *Card) findKey(a conversation.Address) tea.Cmd {
	said := s.env.Cat.T("card.key.looking", map[string]any{"Domain": safe.Line(a.Domain()).String()})
	return tea.Batch(s.env.Host.Toast(said, nil), screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.FindKey(s.env.Ctx, a)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.sought = a
		return tea.Batch(s.Load(), screen.After(&s.search, patience, s.foundNothing))
	}))
}

// patience is how long a key is waited for before the search is said to have
// found nothing so far.
const patience = 20 * time.Second

// found tells of a key that was looked for, once it is there.
func (s *Card) found() tea.Cmd {
	a := s.sought
	if a.IsZero() || s.keys[a].Fingerprint == "" {
		return nil
	}
	s.sought = conversation.Address{}
	s.search.Drop()
	return s.env.Host.Toast(s.env.Cat.T("card.key.found", map[string]any{"Address": safe.Line(a.ID).String()}), nil)
}

func (s *Card) foundNothing() tea.Cmd {
	a := s.sought
	if s.sought = (conversation.Address{}); a.IsZero() {
		return nil
	}
	return s.env.Host.Toast(s.env.Cat.T("card.key.nothing", map[string]any{"Address": safe.Line(a.ID).String()}), nil)
}
