package inbox

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// turn goes to the next view, or to the one before; behind the views of the
// program stand the saved searches.
func (s *Screen) turn(by int) tea.Cmd {
	own := len(views())
	at := s.view
	if s.saved != nil {
		at = own + slices.IndexFunc(s.kept, func(v conversation.SavedSearch) bool { return v.Name == s.saved.Name })
	}
	at = (at + by + own + len(s.kept)) % (own + len(s.kept))
	if s.saved = nil; at < own {
		s.view = at
	} else {
		s.saved = &s.kept[at-own]
	}
	s.list.Reset()
	clear(s.tags)
	return s.fetch()
}

// fetchKept reads the saved searches.
func (s *Screen) fetchKept() tea.Cmd {
	return screen.Ask(&s.keeping, func() ([]conversation.SavedSearch, error) {
		return s.b.SavedSearches(s.env.Ctx)
	}, func(saved []conversation.SavedSearch, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.kept = saved
		return nil
	})
}

// query gives what narrows the list: a saved search, the words of the filter,
// or both; nil for nothing.
func (s *Screen) query(saved *conversation.SavedSearch, filtered string) (*conversation.Query, error) {
	var words *conversation.Query
	if filtered != "" {
		words = wordsOf(filtered)
	}
	if saved == nil {
		return words, nil
	}
	q, err := s.b.Query(saved.Query)
	if err != nil || words == nil {
		return q, err
	}
	both := conversation.Node{Op: conversation.And, Kids: []conversation.Node{q.Root, words.Root}}
	return &conversation.Query{Root: both, Text: words.Text}, nil
}
