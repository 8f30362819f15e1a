package contact

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Do runs an action.
func (s *Card) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	if !s.ready {
		return nil, false
	}
	host := s.env.Host
	switch id {
	case key.WriteTo:
		return host.Open(screen.To{Kind: screen.Compose, Who: string(s.c.ID), Name: s.c.Name}), true
	case key.Rename:
		return s.rename(), true
	case key.Join:
		return join(s.env, s.b, &s.act, s.c), true
	case key.Split:
		return s.split(), true
	case key.Pin:
		return s.pin(), true
	case key.MovePeople:
		return s.move(conversation.KindPeople, "done.people"), true
	case key.MoveBulk:
		return s.move(conversation.KindBulk, "done.bulk"), true
	}
	return s.doKeys(id)
}

// save keeps a changed contact; undo keeps it as it was.
func (s *Card) save(changed conversation.Contact, said string) tea.Cmd {
	before := s.c
	return s.store(changed, func() tea.Cmd {
		return s.env.Host.Toast(said, func() tea.Cmd {
			return s.store(before, func() tea.Cmd { return s.env.Host.Toast(s.env.Cat.T("toast.undone", nil), nil) })
		})
	})
}

func (s *Card) store(c conversation.Contact, done func() tea.Cmd) tea.Cmd {
	return screen.Ask(&s.act, func() (conversation.ContactID, error) {
		return s.b.SaveContact(s.env.Ctx, c)
	}, func(_ conversation.ContactID, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(done(), s.Load())
	})
}

// rename asks for another name.
func (s *Card) rename() tea.Cmd {
	return s.env.Host.Open(screen.To{Kind: screen.Prompt, Name: s.env.Cat.T("card.rename", nil), Text: Name(s.c).String(), Pick: func(text string) tea.Cmd {
		text = strings.TrimSpace(text)
		if text == "" || text == s.c.Name {
			return nil
		}
		c := s.c
		c.Name = text
		return s.save(c, s.env.Cat.T("card.renamed", nil))
	}})
}

// pin prefers the channel of the address under the cursor, or takes that back.
func (s *Card) pin() tea.Cmd {
	a, ok := s.current()
	if !ok {
		return nil
	}
	c, word := s.c, "card.pin"
	if c.Pin == a.Protocol {
		c.Pin, word = "", "card.unpin"
	} else {
		c.Pin = a.Protocol
	}
	return s.save(c, s.env.Cat.T(word, map[string]any{"Channel": s.env.Cat.T("channel."+string(a.Protocol), nil)}))
}

// move says which view the sender belongs to.
func (s *Card) move(kind conversation.Kind, said string) tea.Cmd {
	c := s.c
	c.Kind = kind
	return s.save(c, s.env.Cat.T(said, nil))
}

// split takes the address under the cursor away into a contact of its own;
// undo joins the two again.
func (s *Card) split() tea.Cmd {
	a, ok := s.current()
	if !ok || len(s.c.Addresses) < 2 {
		return s.env.Host.Toast(s.env.Cat.T("card.onlyone", nil), nil)
	}
	from := s.c.ID
	return screen.Ask(&s.act, func() (conversation.ContactID, error) {
		return s.b.Split(s.env.Ctx, from, a.Address)
	}, func(id conversation.ContactID, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("card.split", nil), func() tea.Cmd { return s.rejoin(from, id) }))
	})
}

func (s *Card) rejoin(from, id conversation.ContactID) tea.Cmd {
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.Join(s.env.Ctx, from, id)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("toast.undone", nil), nil))
	})
}

// join asks with whom, then whether really: it can only be undone address by
// address.
func join(env *screen.Env, b Backend, slot *screen.Slot, one conversation.Contact) tea.Cmd {
	return env.Host.Open(screen.To{Kind: screen.People, Name: env.Cat.T("card.joinwith", map[string]any{"Name": Name(one).String()}), Who: string(one.ID), Pick: func(id string) tea.Cmd {
		return screen.Ask(slot, func() (conversation.Contact, error) {
			return b.Contact(env.Ctx, id)
		}, func(two conversation.Contact, err error) tea.Cmd {
			if err != nil {
				return env.Host.Fail(err)
			}
			return env.Host.Ask(question(env, b, slot, one, two))
		})
	}})
}

func question(env *screen.Env, b Backend, slot *screen.Slot, one, two conversation.Contact) screen.Question {
	names := map[string]any{"One": Name(one).String(), "Two": Name(two).String()}
	if names["One"] == names["Two"] { // else the question would say nothing
		names = map[string]any{"One": withAddress(one), "Two": withAddress(two)}
	}
	return screen.Question{
		Title: env.Cat.T("card.join.title", nil),
		Rows:  []string{env.Cat.T("card.join.text", names)},
		Yes: func() tea.Cmd {
			return screen.Ask(slot, func() (struct{}, error) {
				return struct{}{}, b.Join(env.Ctx, one.ID, two.ID)
			}, func(_ struct{}, err error) tea.Cmd {
				if err != nil {
					return env.Host.Fail(err)
				}
				return env.Host.Toast(env.Cat.T("card.joined", names), nil)
			})
		},
	}
}

func withAddress(c conversation.Contact) string {
	name := Name(c).String()
	if len(c.Addresses) > 0 && c.Addresses[0].ID != name {
		name += " <" + safe.Line(c.Addresses[0].ID).String() + ">"
	}
	return name
}
