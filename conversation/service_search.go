package conversation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
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
	q, err := ParseQuery(saved.Query, s.opt.Clock(), s.opt.Lang)
	if err != nil {
		return err
	}
	list, err := s.SavedSearches(ctx)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(old SavedSearch) bool { return old.Name == saved.Name })
	if _, err := s.expand(q.Root, append(list, saved), 0); err != nil { // one that names itself, by whatever way
		return err
	}
	return s.opt.Store.SaveSearch(ctx, saved)
}

// Query reads the search language with the Service's clock and language. What
// "saved:" names is put in its place.
func (s *Service) Query(text string) (*Query, error) {
	q, err := ParseQuery(text, s.opt.Clock(), s.opt.Lang)
	if err != nil || !names(q.Root, "saved") {
		return q, err
	}
	list, err := s.opt.Store.SavedSearches(context.Background()) // a few rows, for a text that is being typed
	if err == nil {
		q.Root, err = s.expand(q.Root, list, 0)
	}
	var bad *QueryError
	if errors.As(err, &bad) {
		bad.Char = utf8.RuneCountInString(text[:bad.Pos])
	}
	return q, err
}

// names tells whether a query has a term of a field.
func names(n Node, field string) bool {
	return n.Op == Match && n.Field == field || slices.ContainsFunc(n.Kids, func(k Node) bool { return names(k, field) })
}

// savedDeep is how many saved searches may name one another.
const savedDeep = 8

// expand puts saved searches in the place of their names. Faults are told where
// the name stands.
func (s *Service) expand(n Node, list []SavedSearch, depth int) (Node, error) {
	if n.Op == Match && n.Field == "saved" {
		i := slices.IndexFunc(list, func(known SavedSearch) bool { return strings.EqualFold(known.Name, n.Text) })
		if i < 0 {
			return n, queryError(n.Pos, "query.unknown_saved", "Name", n.Text)
		}
		q, err := ParseQuery(list[i].Query, s.opt.Clock(), s.opt.Lang)
		if err != nil || depth == savedDeep {
			return n, queryError(n.Pos, "query.bad_saved", "Name", n.Text)
		}
		root, err := s.expand(q.Root, list, depth+1)
		var bad *QueryError
		if errors.As(err, &bad) {
			bad.Pos = n.Pos
		}
		return root, err
	}
	kids := slices.Clone(n.Kids)
	for i := range kids {
		var err error
		if kids[i], err = s.expand(kids[i], list, depth); err != nil {
			return n, err
		}
	}
	n.Kids = kids
	return n, nil
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
