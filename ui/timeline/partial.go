package timeline

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// partial says that only the header of a message is here, and what became of
// the wish to have the rest.
func (s *Screen) partial(m *conversation.Message) string {
	cat := s.env.Cat
	switch {
	case s.wanted[m.ID] && s.away[m.Account]:
		return cat.T("partial.away", nil)
	case s.wanted[m.ID]:
		return cat.T("partial.coming", nil)
	}
	keys := s.env.Host.Keys().Keys([]key.Context{key.Timeline}, key.Fold)
	if len(keys) == 0 {
		return cat.T("partial.only", nil)
	}
	return cat.T("partial.fetch", map[string]any{"Key": key.Show(keys[0])})
}

// wantCurrent asks for the rest of the message at which the reading began.
func (s *Screen) wantCurrent() tea.Cmd {
	m, ok := s.current()
	if !ok || !s.entered || !m.Partial || s.wanted[m.ID] {
		return nil
	}
	return s.want(m)
}

// want asks for the rest of a message, and looks whether its server can be
// reached, to say so when it cannot.
func (s *Screen) want(m conversation.Message) tea.Cmd {
	s.wanted[m.ID] = true
	s.redraw(m.ID)
	var once screen.Slot
	return screen.Ask(&once, func() ([]conversation.Status, error) {
		s.b.Whole(s.env.Ctx, m.ID)
		return s.b.Accounts(s.env.Ctx)
	}, func(all []conversation.Status, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.reached(all)
		return nil
	})
}

// reached notes which servers can be reached.
func (s *Screen) reached(all []conversation.Status) {
	for _, a := range all {
		s.away[a.Account] = a.Phase == conversation.PhaseOffline || a.Phase == conversation.PhaseRefused || a.Phase == conversation.PhasePaused
	}
	for _, m := range s.ms {
		if m.Partial && s.wanted[m.ID] {
			s.redraw(m.ID)
		}
	}
}

// redraw draws one message anew.
func (s *Screen) redraw(id conversation.MessageID) {
	delete(s.memo, id)
	s.rebuild()
}
