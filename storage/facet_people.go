package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// people counts the matches by the contacts that take part in them. A circle
// says who does, so that not every message has to be looked at; only that of a
// list does not.
func (c *counting) people(ctx context.Context, q querier) ([]conversation.FacetValue, error) {
	counts := map[int64]int{}
	if err := c.fromCircles(ctx, q, counts); err != nil {
		return nil, err
	}
	if err := c.fromLists(ctx, q, counts); err != nil {
		return nil, err
	}
	return facetContacts(ctx, q, counts)
}

type pair struct{ a, b int64 }

func scanPair(r *sql.Rows, p *pair) error { return r.Scan(&p.a, &p.b) }

// fromCircles counts each contact once for each message. The circles of lists
// are left for another way.
func (c *counting) fromCircles(ctx context.Context, q querier, counts map[int64]int) error {
	for chunk := range slices.Chunk(keys(c.circles), 500) {
		pairs, err := query(ctx, q, scanPair, `SELECT DISTINCT ca.circle, a.contact FROM circle_address ca CROSS JOIN address a ON a.id = ca.address
			WHERE ca.circle IN (`+marksFor(len(chunk))+")", anys(chunk)...)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			counts[p.b] += c.circles[p.a]
			delete(c.matches, p.a)
		}
	}
	return nil
}

func (c *counting) fromLists(ctx context.Context, q querier, counts map[int64]int) error {
	var ids []int64
	for _, some := range c.matches {
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(ids, 500) {
		pairs, err := query(ctx, q, scanPair, `SELECT DISTINCT d.id, a.contact FROM doc d, json_each(d.detail, '$.p') p
			CROSS JOIN address a ON a.id = json_extract(p.value, '$.a')
			WHERE d.id IN (`+marksFor(len(chunk))+") AND coalesce(json_extract(p.value, '$.r'), 0) < 4", anys(chunk)...)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			counts[p.b]++
		}
	}
	return nil
}

func keys[V any](m map[int64]V) []int64 {
	out := make([]int64, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// contactRow is a contact as a facet shows it.
type contactRow struct {
	id        int64
	key, name string
	ident     string // its only address, "" where there are several
}

func scanContactRow(r *sql.Rows, c *contactRow) error {
	return r.Scan(&c.id, &c.key, &c.name, &c.ident)
}

// facetContacts names those who take part in most matches. The user takes part
// in all of them, and is left out.
func facetContacts(ctx context.Context, q querier, counts map[int64]int) ([]conversation.FacetValue, error) {
	ids := keys(counts)
	slices.SortStableFunc(ids, func(a, b int64) int { return counts[b] - counts[a] })
	ids = ids[:min(len(ids), facetValues+1)]
	rows, err := query(ctx, q, scanContactRow, `SELECT c.id, c.key, c.name,
		coalesce((SELECT CASE WHEN count(*) = 1 THEN min(ident) END FROM address WHERE contact = c.id), '')
		FROM contact c WHERE c.key <> 'me' AND c.id IN (`+marksFor(len(ids))+")", anys(ids)...)
	if err != nil {
		return nil, err
	}
	var out []conversation.FacetValue
	for _, r := range rows {
		term, err := r.term(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, conversation.FacetValue{Term: term, Label: cmp.Or(r.name, r.ident, r.key), Count: counts[r.id]})
	}
	return byCount(out), nil
}

// term writes who is meant in the way that reads best: the only address, the
// name where nobody else has it, or else the contact's id.
func (r contactRow) term(ctx context.Context, q querier) (string, error) {
	if term, ok := termFor("with", r.ident); ok && strings.Contains(r.ident, "@") {
		return term, nil
	}
	term, ok := termFor("with", r.name)
	if !ok || strings.Contains(r.name, "@") || fold(r.name) == string(conversation.Me) {
		return "with:" + r.key, nil
	}
	where, args := matchFolded("folded", r.name)
	n := 0
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM contact WHERE "+where+" LIMIT 2)", args...).Scan(&n); err != nil {
		return "", err
	}
	if n != 1 {
		return "with:" + r.key, nil
	}
	return term, nil
}

// named counts the matches by account.
func (c *counting) named(ctx context.Context, q querier) ([]conversation.FacetValue, error) {
	type row struct {
		id   int64
		name string
	}
	rows, err := query(ctx, q, func(r *sql.Rows, a *row) error { return r.Scan(&a.id, &a.name) }, "SELECT id, name FROM account")
	counts := map[string]int{}
	for _, r := range rows {
		if n := c.accounts[r.id]; n > 0 {
			counts[r.name] = n
		}
	}
	return byCount(values("account", counts, asItIs)), err
}
