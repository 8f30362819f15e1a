package account

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// ownKey finds the own key of an address among all keys, which list the own
// ones first.
func ownKey(keys []conversation.Key, a conversation.Address) conversation.Key {
	for _, k := range keys {
		if !k.Own || k.Expired || k.Revoked {
			continue
		}
		for _, have := range k.Addresses {
			if have == a {
				return k
			}
		}
	}
	return conversation.Key{}
}

// keyRow tells of the own key of a mail account.
func (s *Screen) keyRow(r row, bar kit.Span, w int) []string {
	if r.Protocol != conversation.Mail {
		return nil
	}
	st, cat := s.env.Styles, s.env.Cat
	style, text := st.Dim, cat.T("account.key.none", nil)
	if r.own.Fingerprint != "" {
		word := "account.key.bare"
		switch {
		case r.own.Locked:
			word = "account.key.locked"
		case r.own.Protected:
			word = "account.key.open"
		}
		text = st.Glyph.Key + " " + tail(r.own.Fingerprint) + "  " + cat.T(word, nil)
	}
	return []string{kit.Line{bar, kit.Gap(6), kit.Own(style, text)}.Draw(w, st.Glyph.Ellipsis)}
}

// tail gives the end of a fingerprint in groups of four.
func tail(fingerprint string) string {
	if len(fingerprint) < 8 {
		return fingerprint
	}
	end := fingerprint[len(fingerprint)-8:]
	return "…" + end[:4] + " " + end[4:]
}

// lacksKey tells whether a key can be made for an account.
func (r row) lacksKey() bool {
	return r.Protocol == conversation.Mail && r.own.Fingerprint == ""
}

// Maker makes own keys.
type Maker interface {
	MakeKey(ctx context.Context, a conversation.AccountID, passphrase []byte) (conversation.Key, error)
}

// MakeKey asks for a passphrase twice and makes the key of an account. An empty
// one makes a key without, if that is really wanted. Then done is called.
func MakeKey(env *screen.Env, b Maker, slot *screen.Slot, id conversation.AccountID, done func() tea.Cmd) tea.Cmd {
	m := making{env, b, slot, id, done}
	return m.phrase("account.key.ask", m.first)
}

// making is one key being made.
type making struct {
	env  *screen.Env
	b    Maker
	slot *screen.Slot
	id   conversation.AccountID
	done func() tea.Cmd
}

func (m making) phrase(word string, pick func(string) tea.Cmd) tea.Cmd {
	return m.env.Host.Open(screen.To{Kind: screen.Prompt, Name: m.env.Cat.T(word, nil), Hidden: true, Pick: pick})
}

func (m making) first(phrase string) tea.Cmd {
	if phrase == "" {
		return m.env.Host.Ask(screen.Question{
			Title: m.env.Cat.T("account.key.bare.title", nil),
			Rows:  []string{m.env.Cat.T("account.key.bare.text", nil)},
			Yes:   func() tea.Cmd { return m.make(nil) },
		})
	}
	return m.phrase("account.key.again", func(again string) tea.Cmd {
		if again != phrase {
			return m.env.Host.Toast(m.env.Cat.T("account.key.differ", nil), nil)
		}
		return m.make([]byte(phrase))
	})
}

func (m making) make(phrase []byte) tea.Cmd {
	return screen.Ask(m.slot, func() (conversation.Key, error) {
		return m.b.MakeKey(m.env.Ctx, m.id, phrase)
	}, func(_ conversation.Key, err error) tea.Cmd {
		if err != nil {
			return m.env.Host.Fail(err)
		}
		return tea.Batch(m.done(), m.env.Host.Toast(m.env.Cat.T("account.key.made", nil), nil))
	})
}
