package account

import (
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

// makeKey asks for a passphrase twice and makes the key of an account. An
// empty one makes a key without, if that is really wanted.
func (s *Screen) makeKey(r row) tea.Cmd {
	return s.phrase("account.key.ask", func(first string) tea.Cmd {
		if first == "" {
			return s.env.Host.Ask(screen.Question{
				Title: s.env.Cat.T("account.key.bare.title", nil),
				Rows:  []string{s.env.Cat.T("account.key.bare.text", nil)},
				Yes:   func() tea.Cmd { return s.made(r, nil) },
			})
		}
		return s.phrase("account.key.again", func(second string) tea.Cmd {
			if first != second {
				return s.env.Host.Toast(s.env.Cat.T("account.key.differ", nil), nil)
			}
			return s.made(r, []byte(first))
		})
	})
}

func (s *Screen) phrase(word string, pick func(string) tea.Cmd) tea.Cmd {
	return s.env.Host.Open(screen.To{Kind: screen.Prompt, Name: s.env.Cat.T(word, nil), Hidden: true, Pick: pick})
}

func (s *Screen) made(r row, phrase []byte) tea.Cmd {
	return screen.Ask(&s.act, func() (conversation.Key, error) {
		return s.b.MakeKey(s.env.Ctx, r.Account, phrase)
	}, func(_ conversation.Key, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.Load(), s.env.Host.Toast(s.env.Cat.T("account.key.made", nil), nil))
	})
}
