package composer

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Advice that is followed from here.
const (
	adviseSeal    = "adv.encrypt"     // ask for a key
	adviseSealNow = "adv.encrypt.key" // take the sealed channel
	adviseVerify  = "adv.verify"
	adviseResolve = "adv.resolvekey"
	adviseRenew   = "adv.newkey"
	adviseExpires = "adv.key_expires"
)

// stuck tells whether somebody's changed key keeps the message back.
func (s *Screen) stuck() bool {
	return s.choice != nil && s.choice.Decision == conversation.Stop && s.choice.Reason.Code == "route.key_changed"
}

// canBetter tells whether there is a step towards a more private message that
// can be done from here.
func (s *Screen) canBetter() bool {
	if s.choice == nil || !s.ready {
		return false
	}
	if s.stuck() {
		return true
	}
	switch s.choice.Advice.ID {
	case adviseSeal:
		return !strings.Contains(s.text.Value(), s.request())
	case adviseSealNow:
		return s.sealed() != ""
	case adviseVerify, adviseResolve, adviseRenew, adviseExpires:
		return s.first() != ""
	}
	return false
}

// advised is the step that would help most, with its key and its gain.
func (s *Screen) advised() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	var l kit.Line
	if k := s.keyOf(key.Better); s.canBetter() && k != "" {
		l = kit.Line{kit.Own(st.Key, k), kit.Gap(1)}
	}
	switch {
	case s.stuck():
		return append(l, kit.Own(st.Plain, cat.T("compose.card", nil)))
	case s.choice == nil || s.choice.Advice.ID == "":
		return nil
	}
	words := safe.Line(cat.Factor(s.choice.Advice.ID, safe.Line(s.name()).String())).String()
	return append(l, kit.Own(st.Plain, words), kit.Own(st.Bold, " (+"+strconv.Itoa(s.choice.Advice.Gain)+")"))
}

// keyOf gives the current key of an action here, "" when it has none.
func (s *Screen) keyOf(id key.ID) string {
	if keys := s.env.Host.Keys().Keys(s.Contexts(), id); len(keys) > 0 {
		return key.Show(keys[0])
	}
	return ""
}

// takeAdvice does the step: it takes the sealed channel, asks for the key in
// the text, or opens the card where the key is compared and decided.
func (s *Screen) takeAdvice() tea.Cmd {
	switch {
	case !s.canBetter():
		return nil
	case s.stuck():
		return s.openDoubt()
	case s.choice.Advice.ID == adviseSealNow:
		return s.setVia(s.sealed())
	case s.choice.Advice.ID == adviseSeal:
		return s.askKey()
	}
	return s.env.Host.Open(screen.To{Kind: screen.Card, Who: s.first()})
}

// sealed gives the best sealed channel that can carry the draft.
func (s *Screen) sealed() string {
	for _, p := range s.choice.Candidates {
		if p.Channel.Sealed && p.Rejected.Code == "" && !p.Conflict {
			return p.Channel.ID
		}
	}
	return ""
}

// first gives the first recipient that is a contact.
func (s *Screen) first() string {
	for _, p := range s.people {
		for _, r := range p.list {
			if r.Contact != "" {
				return string(r.Contact)
			}
		}
	}
	return ""
}

// request is the sentence that asks for a key.
func (s *Screen) request() string { return s.env.Cat.T("compose.askkey.text", nil) }

// askKey puts a sentence into the letter that asks for a key. The own key goes
// along with every letter, so that the answer can come sealed.
func (s *Screen) askKey() tea.Cmd {
	text := strings.TrimRight(s.text.Value(), "\n")
	if text != "" && s.d.Kind == conversation.DraftNew {
		s.text.SetValue(text + "\n\n" + s.request())
	} else { // above what is quoted
		s.text.MoveToBegin()
		s.text.InsertString(s.request() + "\n\n")
	}
	s.review = false
	s.setFocus(fieldText)
	return tea.Batch(s.changed(), s.env.Host.Toast(s.env.Cat.T("compose.askkey", nil), nil))
}

// openDoubt opens the card of whom the key changed: there it can be compared,
// taken or refused.
func (s *Screen) openDoubt() tea.Cmd {
	var rs []conversation.Recipient
	for _, p := range s.people {
		rs = append(rs, p.list...)
	}
	return screen.Ask(&s.better, func() (string, error) {
		for _, r := range rs {
			if ok, err := s.doubtful(r); err != nil || ok {
				return string(r.Contact), err
			}
		}
		return s.first(), nil
	}, func(who string, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		if who == "" {
			return s.env.Host.Toast(s.env.Cat.T("compose.nocard", nil), nil)
		}
		return s.env.Host.Open(screen.To{Kind: screen.Card, Who: who})
	})
}

// doubtful tells whether one of a recipient's keys waits for a decision.
func (s *Screen) doubtful(r conversation.Recipient) (bool, error) {
	if r.Contact == "" {
		return false, nil
	}
	c, err := s.b.Contact(s.env.Ctx, string(r.Contact))
	if err != nil {
		return false, err
	}
	for _, a := range c.Addresses {
		if a.Protocol != conversation.Mail {
			continue
		}
		if k, err := s.b.PeerKey(s.env.Ctx, a.Address); err != nil || k.Conflict != "" {
			return err == nil, err
		}
	}
	return false, nil
}
