package account

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
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
		text = st.Glyph.Key + " " + screen.Tail(r.own.Fingerprint, 2) + "  " + cat.T(word, nil)
	}
	return []string{kit.Line{bar, kit.Gap(6), kit.Own(style, text)}.Draw(w, st.Glyph.Ellipsis)}
}

// lacksKey tells whether a key can be made for an account.
func (r row) lacksKey() bool {
	return r.Protocol == conversation.Mail && r.own.Fingerprint == ""
}

// Maker makes own keys, or takes those that another program holds.
type Maker interface {
	MakeKey(ctx context.Context, a conversation.AccountID, passphrase []byte) (conversation.Key, error)
	ForeignKey(ctx context.Context, a conversation.AccountID) (conversation.Key, bool)
	TakeKey(ctx context.Context, fingerprint string, passphrase []byte) (conversation.Key, error)
}

// Prepare looks for a key of an account that GnuPG holds, which takes a while,
// and gives what asks for the key then: that key is offered first, or else a
// passphrase is asked for twice and a key made. An empty one makes a key
// without, if that is really wanted. Then done is called.
func Prepare(ctx context.Context, env *screen.Env, b Maker, slot *screen.Slot, id conversation.AccountID, done func() tea.Cmd) func() tea.Cmd {
	k, _ := b.ForeignKey(ctx, id)
	return func() tea.Cmd { return making{env, b, slot, id, done}.begin(k) }
}

func (s *Screen) making(r row) making { return making{s.env, s.b, &s.act, r.Account, s.Load} }

// seek looks for keys that another program holds, beforehand: whoever asks for
// a key and goes on typing finds the question there.
func (s *Screen) seek() tea.Cmd {
	var lacking []conversation.AccountID
	for _, r := range s.rows {
		if r.lacksKey() {
			lacking = append(lacking, r.Account)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return screen.Ask(&s.look, func() (map[conversation.AccountID]conversation.Key, error) {
		found := map[conversation.AccountID]conversation.Key{}
		for _, id := range lacking {
			if k, ok := s.b.ForeignKey(s.env.Ctx, id); ok {
				found[id] = k
			}
		}
		return found, nil
	}, func(found map[conversation.AccountID]conversation.Key, _ error) tea.Cmd {
		for i, r := range s.rows {
			s.rows[i].foreign = found[r.Account]
		}
		return nil
	})
}

// making is one key being made.
type making struct {
	env  *screen.Env
	b    Maker
	slot *screen.Slot
	id   conversation.AccountID
	done func() tea.Cmd
}

// begin asks what key is wanted: the one that is there, if any, or a new one.
func (m making) begin(foreign conversation.Key) tea.Cmd {
	fresh := func() tea.Cmd { return m.phrase("account.key.ask", m.first) }
	if foreign.Fingerprint == "" {
		return fresh()
	}
	name := ""
	if len(foreign.UserIDs) > 0 {
		name = safe.Line(foreign.UserIDs[0]).String()
	}
	return m.env.Host.Ask(screen.Question{
		Title: m.env.Cat.T("account.key.gnupg.title", nil),
		Rows: []string{
			m.env.Cat.T("account.key.gnupg.text", map[string]any{"Fingerprint": groups(foreign.Fingerprint), "Name": name}),
			m.env.Cat.T("account.key.gnupg.no", nil),
		},
		Yes: func() tea.Cmd {
			return m.phrase("account.key.gnupg.ask", func(phrase string) tea.Cmd {
				return m.made("account.key.gnupg.made", func() (conversation.Key, error) {
					return m.b.TakeKey(m.env.Ctx, foreign.Fingerprint, []byte(phrase))
				})
			})
		},
		No: fresh,
	})
}

// groups writes a fingerprint in groups of four, as people compare them.
func groups(fingerprint string) string {
	var out strings.Builder
	for i, c := range fingerprint {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(c)
	}
	return out.String()
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
	return m.made("account.key.made", func() (conversation.Key, error) {
		return m.b.MakeKey(m.env.Ctx, m.id, phrase)
	})
}

// made runs what gives a key, and says so.
func (m making) made(word string, run func() (conversation.Key, error)) tea.Cmd {
	return screen.Ask(m.slot, run, func(_ conversation.Key, err error) tea.Cmd {
		if err != nil {
			return m.env.Host.Fail(err)
		}
		return tea.Batch(m.done(), m.env.Host.Toast(m.env.Cat.T(word, nil), nil))
	})
}
