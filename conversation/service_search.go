package conversation

import (
	"context"
	"strings"
)

// Facets counts the matches of a search by people, account, year, level and so
// on, each with the term that narrows the search to it.
func (s *Service) Facets(ctx context.Context, query string) ([]Facet, error) {
	q, err := s.Query(query)
	if err != nil {
		return nil, err
	}
	return s.opt.Store.Facets(ctx, q)
}

// Topics gives the topics whose subject holds the words of a search.
func (s *Service) Topics(ctx context.Context, query string, limit int) ([]FoundTopic, error) {
	q, err := s.Query(query)
	if err != nil {
		return nil, err
	}
	return s.opt.Store.Topics(ctx, q, limit)
}

// SavedSearches lists the searches that have a name, in alphabetical order.
func (s *Service) SavedSearches(ctx context.Context) ([]SavedSearch, error) {
	return s.opt.Store.SavedSearches(ctx)
}

// SaveSearch gives a search a name; one of that name is replaced. What cannot
// be read as a search is refused.
func (s *Service) SaveSearch(ctx context.Context, saved SavedSearch) error {
	saved.Name, saved.Query = strings.TrimSpace(saved.Name), strings.TrimSpace(saved.Query)
	if _, err := s.Query(saved.Query); err != nil {
		return err
	}
	return s.opt.Store.SaveSearch(ctx, saved)
}

// DropSearch forgets a saved search.
func (s *Service) DropSearch(ctx context.Context, name string) error {
	return s.opt.Store.DropSearch(ctx, name)
}

// Whole asks for the rest of a message of which only the header is here. It
// does not wait: the message comes with an Event, or its account's status says
// why not.
func (s *Service) Whole(_ context.Context, id MessageID) {
	if s.opt.Engine != nil {
		s.opt.Engine.Whole(id)
	}
}
