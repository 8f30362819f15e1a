package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

// searching is what the flags of a search say.
type searching struct {
	limit         int
	count, facets bool
	save, forget  string
	saved         bool
	naming        bool // --save was given, perhaps with an empty name
}

func (p *program) searchCommand() *cobra.Command {
	var s searching
	c := p.command("search QUERY…", s.words, p.with(reading, func(ctx context.Context, a *app, args []string) error {
		return p.search(ctx, a, &s, strings.Join(args, " "))
	}))
	c.Long = p.t("cli.search.long") + p.t("search.cli.long")
	f := c.Flags()
	f.IntVar(&s.limit, "limit", defaultLimit, p.t("cli.flag.limit"))
	f.BoolVar(&s.count, "count", false, p.t("cli.flag.count"))
	f.BoolVar(&s.facets, "facets", false, p.t("search.cli.facets"))
	f.StringVar(&s.save, "save", "", p.t("search.cli.save"))
	f.BoolVar(&s.saved, "saved", false, p.t("search.cli.saved"))
	f.StringVar(&s.forget, "forget", "", p.t("search.cli.forget"))
	c.PreRunE = oneOf("count", "facets", "save", "saved", "forget")
	return c
}

// words says that only what looks for messages needs a query.
func (s *searching) words(c *cobra.Command, args []string) error {
	s.naming = c.Flags().Changed("save")
	if s.saved || s.forget != "" {
		return cobra.NoArgs(c, args)
	}
	return cobra.MinimumNArgs(1)(c, args)
}

func (p *program) search(ctx context.Context, a *app, s *searching, text string) error {
	switch {
	case s.saved:
		return p.showSaved(ctx, a)
	case s.forget != "":
		return forget(ctx, a, s.forget)
	case s.naming:
		return pointed(a.svc.SaveSearch(ctx, conversation.SavedSearch{Name: s.save, Query: text}), text)
	}
	if err := positive(s.limit); err != nil {
		return err
	}
	if err := a.knowsPlaces(ctx, text); err != nil {
		return err
	}
	if err := a.indexPrivate(ctx); err != nil {
		return err
	}
	switch {
	case s.count:
		return p.countHits(ctx, a, text)
	case s.facets:
		fs, err := a.svc.Facets(ctx, text)
		if err != nil {
			return pointed(err, text)
		}
		return p.showFacets(fs)
	}
	hits, err := a.svc.Search(ctx, text, s.limit)
	if err != nil {
		return pointed(err, text)
	}
	return p.showHits(hits)
}

func (p *program) countHits(ctx context.Context, a *app, text string) error {
	n, err := a.svc.SearchCount(ctx, text)
	if err != nil {
		return pointed(err, text)
	}
	if p.flags.json {
		return p.object(map[string]int{"count": n})
	}
	return p.line(strconv.Itoa(n)) // for scripts: no separators
}

func (p *program) showHits(hits []conversation.Hit) error {
	var lines [][]string
	for i := range hits {
		m := &hits[i].Message
		var snippet strings.Builder
		for _, f := range hits[i].Snippet {
			snippet.WriteString(f.Text)
		}
		if p.flags.json {
			o := p.message(m, false)
			o.Snippet = snippet.String()
			if err := p.object(o); err != nil {
				return err
			}
			continue
		}
		text := snippet.String()
		if strings.Contains(m.Subject, text) { // which stands in the row already
			text = m.Excerpt
		}
		lines = append(lines, p.messageRow(m, text))
	}
	return p.table(lines, 1)
}

// facetObject is a facet of the contract.
type facetObject struct {
	Field   string       `json:"field"`
	Values  []facetValue `json:"values"`
	Bounded bool         `json:"bounded,omitempty"` // only the newest matches were counted
}

type facetValue struct {
	Term  string `json:"term"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

func (p *program) showFacets(fs []conversation.Facet) error {
	var lines [][]string
	for _, f := range fs {
		o := facetObject{Field: f.Field, Bounded: f.Bounded}
		for _, v := range f.Values {
			o.Values = append(o.Values, facetValue(v))
			lines = append(lines, []string{f.Field, p.cat.Number(v.Count), v.Term, v.Label})
		}
		if p.flags.json {
			if err := p.object(o); err != nil {
				return err
			}
		}
	}
	if p.flags.json {
		return nil
	}
	return p.table(lines, 3)
}

func (p *program) showSaved(ctx context.Context, a *app) error {
	list, err := a.svc.SavedSearches(ctx)
	if err != nil {
		return err
	}
	var lines [][]string
	for _, s := range list {
		if p.flags.json {
			if err := p.object(map[string]string{"name": s.Name, "query": s.Query}); err != nil {
				return err
			}
			continue
		}
		lines = append(lines, []string{s.Name, s.Query})
	}
	return p.table(lines, 1)
}

// forget drops a saved search, which must be there.
func forget(ctx context.Context, a *app, name string) error {
	list, err := a.svc.SavedSearches(ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		if strings.EqualFold(s.Name, name) {
			return a.svc.DropSearch(ctx, s.Name)
		}
	}
	return missing("saved:" + name)
}
