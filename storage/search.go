package storage

import (
	"context"
	"fmt"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Search gives the newest messages that match a query, with the place of the
// match. Without a limit all are given.
func (d *DB) Search(ctx context.Context, qu *conversation.Query, limit int) (hits []conversation.Hit, err error) {
	if limit <= 0 {
		limit = -1
	}
	err = d.read(ctx, "search", func(q querier) error {
		s, err := compile(ctx, q, qu)
		if err != nil {
			return err
		}
		ids, err := query(ctx, q, scanOne[int64], "SELECT m.id"+s.from+" WHERE "+s.where+" ORDER BY "+s.order+" DESC LIMIT ?", append(s.args, limit)...)
		if err != nil {
			return err
		}
		hits, err = hitsOf(ctx, q, ids, wanted(qu))
		return err
	})
	return hits, err
}

// hitsOf reads messages and finds the places that matched.
func hitsOf(ctx context.Context, q querier, ids []int64, ts []term) ([]conversation.Hit, error) {
	slices.Sort(ids)
	ms, err := messagesWithText(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	hits := make([]conversation.Hit, 0, len(ms))
	for _, m := range slices.Backward(ms) {
		h := conversation.Hit{Snippet: snippet(m.Text, m.Excerpt, ts)}
		m.Text = ""
		h.Message = m
		hits = append(hits, h)
	}
	return hits, nil
}

// Count tells how many messages match a query.
func (d *DB) Count(ctx context.Context, qu *conversation.Query) (n int, err error) {
	err = d.read(ctx, "count", func(q querier) error {
		s, err := compile(ctx, q, qu)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, "SELECT count(*)"+s.from+" WHERE "+s.where, s.args...).Scan(&n)
	})
	return n, err
}

// selection is a compiled query. The full-text index leads where it can, since
// it gives its rows newest first without sorting; all else are conditions.
type selection struct {
	from  string
	where string
	order string
	args  []any
}

// circles gives the circles that hold a match.
func (s selection) circles() string {
	return "SELECT DISTINCT m.circle AS circle" + s.from + " WHERE " + s.where
}

func compile(_ context.Context, _ querier, qu *conversation.Query) (selection, error) {
	c := &compiler{}
	lead, rest := leads(qu.Root)
	s := selection{from: " FROM message m", order: "m.id"}
	if len(lead) > 0 {
		column, expr, left := matchAll(lead)
		s.from = " FROM " + indexTable + " CROSS JOIN message m ON m.id = " + indexTable + ".rowid"
		s.where, s.order = indexTable+matchColumn(column)+" MATCH ? AND ", indexTable+".rowid"
		c.args = append(c.args, expr)
		rest = append(rest, left...)
	}
	where, err := c.all(rest)
	if err != nil {
		return s, err
	}
	s.where += where
	if !c.everywhere {
		s.where += " AND m.away < 2"
	}
	s.args = c.args
	return s, nil
}

// matchColumn names what MATCH is asked of: one column, or the whole index.
// The whole is a hidden column with the name of the table.
func matchColumn(column string) string {
	if column == "" {
		return "." + indexTable
	}
	return "." + column
}

// leads takes the words that every match must have out of a query.
func leads(n conversation.Node) (lead, rest []conversation.Node) {
	kids := []conversation.Node{n}
	if n.Op == conversation.And {
		kids = n.Kids
	}
	for _, k := range kids {
		if leading(k) {
			lead = append(lead, k)
		} else {
			rest = append(rest, k)
		}
	}
	return lead, rest
}

// leading tells whether one expression of the index can stand for a node.
func leading(n conversation.Node) bool {
	switch n.Op {
	case conversation.Match:
		return indexed(n)
	case conversation.Or:
		return indexOr && len(n.Kids) > 0 && !slices.ContainsFunc(n.Kids, func(k conversation.Node) bool { return !leading(k) })
	case conversation.And, conversation.Not:
	}
	return false
}

// indexed tells whether the index alone answers a term.
func indexed(n conversation.Node) bool {
	switch n.Field {
	case "":
		return searchable(n.Text) && (!hasCJK(n.Text) || onlyCJK(n.Text))
	case "subject", "body", "file":
		return searchable(n.Text) && !hasCJK(n.Text)
	}
	return false
}

// compiler turns nodes into conditions on the message m.
type compiler struct {
	args       []any
	everywhere bool // the query says itself which folders it means
}

func (c *compiler) all(ns []conversation.Node) (string, error) { return c.join(ns, " AND ", "1") }

func (c *compiler) join(ns []conversation.Node, with, none string) (string, error) {
	out := ""
	for _, n := range ns {
		s, err := c.node(n)
		if err != nil {
			return "", err
		}
		if out != "" {
			out += with
		}
		out += s
	}
	if out == "" {
		return none, nil
	}
	return out, nil
}

func (c *compiler) node(n conversation.Node) (string, error) {
	switch n.Op {
	case conversation.And:
		s, err := c.all(n.Kids)
		return "(" + s + ")", err
	case conversation.Or:
		s, err := c.join(n.Kids, " OR ", "0")
		return "(" + s + ")", err
	case conversation.Not:
		s, err := c.all(n.Kids)
		return "NOT (" + s + ")", err
	case conversation.Match:
		return c.match(n)
	}
	return "", fmt.Errorf("node of kind %d: %w", n.Op, conversation.ErrUsage)
}

// say adds arguments and gives the condition they belong to.
func (c *compiler) say(where string, args ...any) string {
	c.args = append(c.args, args...)
	return where
}
